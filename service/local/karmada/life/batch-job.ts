import { JOB, POD } from '../../kube/kinds.ts';
import { isFields, numberAt, pick, type StoredObject, textAt, timestamp } from '../../kube/objects.ts';
import type { Member } from '../member.ts';
import type { LifeClock } from './clock.ts';
import { type Outcome, outcomeOf, podSpecsOf } from './outcome.ts';
import { ownerOf, type PodName, type Pods, randomSuffix } from './pods.ts';
import { createTrainingLog, type TrainingLog } from './training-log.ts';

const SECONDS = { notice: 0.3, pullImage: 1.5, logTick: 0.5 };

/** The Job controller, for batch Jobs that are not a RayJob's submitter: one pod after the other until one succeeds. */
export function createBatchJobLife(member: Member, pods: Pods, clock: LifeClock): { look(job: StoredObject): void } {
  const { registry } = member.server;

  const latest = (job: StoredObject): StoredObject | undefined => {
    const found = registry.store.get(JOB, job.metadata.namespace, job.metadata.name);
    return found?.metadata.uid === job.metadata.uid ? found : undefined;
  };

  function later(job: StoredObject, seconds: number, step: (now: StoredObject) => void): void {
    clock.later(job.metadata.uid, seconds, () => {
      const now = latest(job);
      if (now && !now.metadata.deletionTimestamp && !isFinished(now)) step(now);
    });
  }

  function setStatus(job: StoredObject, change: object): void {
    const before = isFields(latest(job)?.status) ? latest(job)?.status : {};
    const status = Object.fromEntries(
      Object.entries({ ...(before as object), ...change }).filter(([, value]) => value !== undefined),
    );
    registry.setStatus(JOB, job.metadata.namespace, job.metadata.name, status);
  }

  function look(job: StoredObject): void {
    if (job.metadata.ownerReferences?.some(({ kind }) => kind === 'RayJob')) return;
    if (isFinished(job) || job.metadata.deletionTimestamp) return;
    if (pick(job, 'spec', 'suspend') === true) return suspend(job);
    if (podOf(job)) return;
    later(job, SECONDS.notice, start);
  }

  const podOf = (job: StoredObject): StoredObject | undefined =>
    registry.store
      .list(POD, job.metadata.namespace)
      .find(
        (pod) =>
          pod.metadata.ownerReferences?.[0]?.uid === job.metadata.uid &&
          ['Pending', 'Running'].includes(textAt(pod, 'status', 'phase') ?? ''),
      );

  function suspend(job: StoredObject): void {
    const pod = podOf(job);
    if (pod) registry.delete(POD, pod.metadata.namespace, pod.metadata.name);
    clock.cancel(job.metadata.uid);
    setStatus(job, {
      active: 0,
      startTime: undefined,
      conditions: [
        {
          type: 'Suspended',
          status: 'True',
          reason: 'JobSuspended',
          message: 'Job suspended',
          lastTransitionTime: timestamp(),
        },
      ],
    });
  }

  function start(job: StoredObject): void {
    const outcome = outcomeOf(job, pods.fits(podSpecsOf(job)));
    const { name, namespace = 'default' } = job.metadata;
    const podName = { namespace, name: `${name}-${randomSuffix()}` };
    const labels = pick(job, 'spec', 'template', 'metadata', 'labels');
    pods.create({
      ...podName,
      labels: isFields(labels) ? (labels as Record<string, string>) : {},
      owner: ownerOf(job),
      spec: pick(job, 'spec', 'template', 'spec'),
    });
    setStatus(job, { active: 1, startTime: textAt(job, 'status', 'startTime') ?? timestamp(), conditions: undefined });
    watchDeadline(job);
    if (outcome.start === 'unschedulable') return pods.refuse(podName, '0/4 nodes are available: 4 Insufficient cpu.');
    pods.place(podName);
    if (outcome.start === 'imageMissing') return later(job, SECONDS.pullImage, () => pods.imageMissing(podName));
    later(job, SECONDS.pullImage, () => {
      pods.run(podName);
      setStatus(job, { ready: 1 });
      train(job, podName, outcome, createTrainingLog(name, {}), Date.now());
    });
  }

  function train(job: StoredObject, podName: PodName, outcome: Outcome, log: TrainingLog, startedAt: number): void {
    later(job, SECONDS.logTick, (now) => {
      const pod = pods.get(podName);
      if (!pod) return look(now);
      const part = (((Date.now() - startedAt) / 1_000) * clock.speed) / Math.max(outcome.seconds, 0.001);
      const failures = numberAt(now, 'status', 'failed') ?? 0;
      const wrong = outcome.end === 'fail' || failures < outcome.failures;
      const write = (lines: readonly string[]): void => {
        for (const line of lines) member.logs.write(pod, containerName(pod), line);
      };
      write(log.until(Math.min(1, part)));
      if (outcome.end === 'never' || part < (wrong ? 0.5 : 1)) return train(now, podName, outcome, log, startedAt);
      write(wrong ? log.failure() : log.success());
      pods.finish(podName, wrong ? 1 : 0);
      if (wrong) failed(now, failures + 1);
      else succeeded(now);
    });
  }

  function succeeded(job: StoredObject): void {
    const at = timestamp();
    clock.cancel(`${job.metadata.uid} deadline`);
    setStatus(job, {
      active: undefined,
      ready: 0,
      succeeded: 1,
      completionTime: at,
      conditions: [
        {
          type: 'SuccessCriteriaMet',
          status: 'True',
          reason: 'CompletionsReached',
          message: 'Reached expected number of succeeded pods',
          lastTransitionTime: at,
        },
        {
          type: 'Complete',
          status: 'True',
          reason: 'CompletionsReached',
          message: 'Reached expected number of succeeded pods',
          lastTransitionTime: at,
        },
      ],
    });
  }

  function failed(job: StoredObject, failures: number): void {
    if (failures <= (numberAt(job, 'spec', 'backoffLimit') ?? 6)) {
      setStatus(job, { active: 0, ready: 0, failed: failures });
      return later(job, SECONDS.notice, start);
    }
    end(job, failures, 'BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  }

  function end(job: StoredObject, failures: number, reason: string, message: string): void {
    const lastTransitionTime = timestamp();
    setStatus(job, {
      active: undefined,
      ready: 0,
      failed: failures,
      conditions: [
        { type: 'FailureTarget', status: 'True', reason, message, lastTransitionTime },
        { type: 'Failed', status: 'True', reason, message, lastTransitionTime },
      ],
    });
  }

  function watchDeadline(job: StoredObject): void {
    const limit = numberAt(job, 'spec', 'activeDeadlineSeconds');
    if (limit === undefined) return;
    clock.later(`${job.metadata.uid} deadline`, limit, () => {
      const now = latest(job);
      if (!now || isFinished(now)) return;
      const pod = podOf(now);
      if (pod) registry.delete(POD, pod.metadata.namespace, pod.metadata.name);
      clock.cancel(job.metadata.uid);
      end(
        now,
        (numberAt(now, 'status', 'failed') ?? 0) + 1,
        'DeadlineExceeded',
        'Job was active longer than specified deadline',
      );
    });
  }

  return { look };
}

const isFinished = (job: StoredObject): boolean =>
  (Array.isArray(pick(job, 'status', 'conditions')) ? (pick(job, 'status', 'conditions') as unknown[]) : []).some(
    (condition) => ['Complete', 'Failed'].includes(textAt(condition, 'type') ?? ''),
  );

const containerName = (pod: StoredObject): string =>
  textAt((pick(pod, 'spec', 'containers') as unknown[] | undefined)?.[0], 'name') ?? '';
