import { JOB } from '../../kube/job-kind.ts';
import { POD } from '../../kube/kinds.ts';
import { isFields, listAt, numberAt, pick, type StoredObject, textAt, timestamp } from '../../kube/objects.ts';
import type { Member } from '../member.ts';
import type { LifeClock } from './clock.ts';
import { type Outcome, outcomeOf, podSpecsOf } from './outcome.ts';
import { ownerOf, type PodName, type Pods, randomSuffix } from './pods.ts';
import { changeStatus, firstContainer, latestOf } from './status.ts';
import { createTrainingLog, type TrainingLog } from './training-log.ts';

const SECONDS = { notice: 0.3, pullImage: 1.5, logTick: 0.5 };

/** The Job controller, for Jobs without indexes that are not a RayJob's submitter: one pod after the other until one succeeds. */
export function createBatchJobLife(member: Member, pods: Pods, clock: LifeClock): { look(job: StoredObject): void } {
  const { registry } = member.server;
  /** Pods, by uid, that move by our steps; another active one was left by an earlier process. */
  const moving = new Set<string>();
  const setStatus = (job: StoredObject, change: object): void => changeStatus(registry, JOB, job, change);

  function after(seconds: number, job: StoredObject, step: (now: StoredObject) => void): void {
    clock.later(job.metadata.uid, seconds, () => {
      const now = latestOf(registry, JOB, job);
      if (now && !now.metadata.deletionTimestamp && !isFinished(now)) step(now);
    });
  }

  function look(job: StoredObject): void {
    if (job.metadata.ownerReferences?.some(({ kind }) => kind === 'RayJob')) return;
    if (isFinished(job) || job.metadata.deletionTimestamp) return;
    if (pick(job, 'spec', 'suspend') === true) suspend(job);
    else {
      const pod = activePod(job);
      if (!pod) after(SECONDS.notice, job, start);
      else if (!moving.has(pod.metadata.uid)) move(job, pod);
    }
  }

  const activePod = (job: StoredObject): StoredObject | undefined =>
    registry.store
      .list(POD, job.metadata.namespace)
      .find(
        (pod) =>
          pod.metadata.ownerReferences?.[0]?.uid === job.metadata.uid &&
          ['Pending', 'Running'].includes(textAt(pod, 'status', 'phase') ?? ''),
      );

  function removeActivePod(job: StoredObject): void {
    const pod = activePod(job);
    if (pod) registry.delete(POD, pod.metadata.namespace, pod.metadata.name);
    clock.cancel(job.metadata.uid);
  }

  function suspend(job: StoredObject): void {
    removeActivePod(job);
    clock.cancel(deadlineKey(job));
    setStatus(job, {
      active: undefined,
      ready: 0,
      startTime: undefined,
      conditions: [condition('Suspended', 'JobSuspended', 'Job suspended')],
    });
  }

  function start(job: StoredObject): void {
    const { name, namespace = 'default' } = job.metadata;
    const labels = pick(job, 'spec', 'template', 'metadata', 'labels');
    const pod = pods.create({
      namespace,
      name: `${name}-${randomSuffix()}`,
      labels: isFields(labels) ? (labels as Record<string, string>) : {},
      owner: ownerOf(job),
      spec: pick(job, 'spec', 'template', 'spec'),
    });
    move(job, pod);
    const startTime = textAt(job, 'status', 'startTime') ?? timestamp();
    setStatus(job, { active: 1, ready: 0, startTime, conditions: undefined });
  }

  function move(job: StoredObject, pod: StoredObject): void {
    moving.add(pod.metadata.uid);
    watchDeadline(job);
    const outcome = outcomeOf(job, pods.fits(podSpecsOf(job)));
    const podName = { namespace: pod.metadata.namespace ?? 'default', name: pod.metadata.name };
    if (textAt(pod, 'status', 'phase') === 'Running') {
      train(job, podName, outcome, createTrainingLog(job.metadata.name, {}), Date.now());
      return;
    }
    if (outcome.start === 'unschedulable') {
      pods.refuse(podName, pods.unfit(`Insufficient ${pods.lacks(podSpecsOf(job)) ?? 'cpu'}`));
      return;
    }
    pods.place(podName);
    after(SECONDS.pullImage, job, (now) => {
      if (outcome.start === 'imageMissing') pods.imageMissing(podName);
      else startPod(now, podName, outcome);
    });
  }

  function startPod(job: StoredObject, podName: PodName, outcome: Outcome): void {
    pods.run(podName);
    setStatus(job, { ready: 1 });
    train(job, podName, outcome, createTrainingLog(job.metadata.name, {}), Date.now());
  }

  function train(job: StoredObject, podName: PodName, outcome: Outcome, log: TrainingLog, startedAt: number): void {
    after(Math.min(SECONDS.logTick, outcome.seconds), job, (now) => {
      const pod = pods.get(podName);
      if (!pod) {
        look(now);
        return;
      }
      const part = (((Date.now() - startedAt) / 1_000) * clock.speed) / Math.max(outcome.seconds, 0.001);
      const failures = numberAt(now, 'status', 'failed') ?? 0;
      const goesWrong = outcome.end === 'fail' || failures < outcome.failures;
      write(pod, log.until(Math.min(1, part)));
      if (outcome.end === 'never' || part < (goesWrong ? 0.5 : 1)) {
        train(now, podName, outcome, log, startedAt);
        return;
      }
      write(pod, goesWrong ? log.failure() : log.success());
      pods.finish(podName, goesWrong ? 1 : 0);
      if (goesWrong) fail(now, failures + 1);
      else succeed(now);
    });
  }

  function write(pod: StoredObject, lines: readonly string[]): void {
    for (const line of lines) member.logs.write(pod, firstContainer(pod), line);
  }

  function succeed(job: StoredObject): void {
    clock.cancel(deadlineKey(job));
    const why = ['CompletionsReached', 'Reached expected number of succeeded pods'] as const;
    setStatus(job, {
      active: undefined,
      ready: 0,
      succeeded: 1,
      completionTime: timestamp(),
      conditions: [condition('SuccessCriteriaMet', ...why), condition('Complete', ...why)],
    });
  }

  function fail(job: StoredObject, failures: number): void {
    if (failures > (numberAt(job, 'spec', 'backoffLimit') ?? 6)) {
      end(job, failures, 'BackoffLimitExceeded', 'Job has reached the specified backoff limit');
      return;
    }
    setStatus(job, { active: undefined, ready: 0, failed: failures });
  }

  function end(job: StoredObject, failures: number, reason: string, message: string): void {
    clock.cancel(deadlineKey(job));
    setStatus(job, {
      active: undefined,
      ready: 0,
      failed: failures,
      conditions: [condition('FailureTarget', reason, message), condition('Failed', reason, message)],
    });
  }

  function watchDeadline(job: StoredObject): void {
    const limit = numberAt(job, 'spec', 'activeDeadlineSeconds');
    if (limit === undefined) return;
    clock.later(deadlineKey(job), limit, () => {
      const now = latestOf(registry, JOB, job);
      if (!now || isFinished(now)) return;
      removeActivePod(now);
      const failures = (numberAt(now, 'status', 'failed') ?? 0) + 1;
      end(now, failures, 'DeadlineExceeded', 'Job was active longer than specified deadline');
    });
  }

  return { look };
}

const deadlineKey = (job: StoredObject): string => `${job.metadata.uid} deadline`;

const condition = (type: string, reason: string, message: string): object => ({
  type,
  status: 'True',
  reason,
  message,
  lastProbeTime: timestamp(),
  lastTransitionTime: timestamp(),
});

const isFinished = (job: StoredObject): boolean =>
  listAt(job, 'status', 'conditions').some((c) => ['Complete', 'Failed'].includes(textAt(c, 'type') ?? ''));
