import { JOB, POD } from '../../kube/kinds.ts';
import { isFields, numberAt, pick, type StoredObject, textAt, timestamp } from '../../kube/objects.ts';
import { RAY_JOB } from '../kinds.ts';
import type { Member } from '../member.ts';
import type { LifeClock } from './clock.ts';
import { environmentOf, type Outcome, outcomeOf, podSpecsOf } from './outcome.ts';
import { ownerOf, type Pods, randomSuffix } from './pods.ts';
import { createRayCluster, deleteRayCluster, markRayClusterReady, podsOfRayCluster } from './ray-cluster.ts';
import { createTrainingLog, type TrainingLog } from './training-log.ts';

const FINALIZER = 'ray.io/rayjob-finalizer';
const OPERATOR = { manager: 'kuberay-operator' };

/** Seconds at speed 1, much as a warm cluster takes them. */
const SECONDS = {
  notice: 0.3,
  placePods: 0.5,
  pullImages: 1.5,
  startRay: 1,
  pending: 1,
  logTick: 0.5,
  submitterExit: 0.7,
  cleanUp: 0.5,
};

interface Run {
  readonly log: TrainingLog;
  readonly startedAt: number;
}

/** KubeRay's operator for RayJobs: one step at a time, each decided by the status that is stored. */
export function createRayJobLife(member: Member, pods: Pods, clock: LifeClock): { look(job: StoredObject): void } {
  const { registry } = member.server;
  const runs = new Map<string, Run>();

  const latest = (job: StoredObject): StoredObject | undefined => {
    const found = registry.store.get(RAY_JOB, job.metadata.namespace, job.metadata.name);
    return found?.metadata.uid === job.metadata.uid ? found : undefined;
  };

  /** Looks at the job again after so many seconds, whatever has become of it by then. */
  function again(job: StoredObject, seconds: number): void {
    clock.later(job.metadata.uid, seconds, () => {
      const now = latest(job);
      if (now) look(now);
    });
  }

  function setStatus(job: StoredObject, change: object): void {
    const before = isFields(job.status) ? job.status : {};
    const status = Object.fromEntries(
      Object.entries({ ...before, ...change }).filter(([, value]) => value !== undefined),
    );
    registry.setStatus(RAY_JOB, job.metadata.namespace, job.metadata.name, status);
  }

  const outcome = (job: StoredObject): Outcome => outcomeOf(job, pods.fits(podSpecsOf(job)));

  function look(job: StoredObject): void {
    if (job.metadata.deletionTimestamp) return afterwards(job, SECONDS.cleanUp, () => release(job));
    switch (textAt(job, 'status', 'jobDeploymentStatus') ?? '') {
      case '':
        return afterwards(job, SECONDS.notice, () => initialize(job));
      case 'Initializing':
        return initializing(job);
      case 'Running':
        return running(job);
      case 'Suspending':
      case 'Retrying':
        return afterwards(job, SECONDS.cleanUp, () => releaseResources(job));
      case 'Suspended':
        if (pick(job, 'spec', 'suspend') !== true) setStatus(job, { jobDeploymentStatus: '', jobStatus: '' });
        return;
      default:
        return finished(job);
    }
  }

  function afterwards(job: StoredObject, seconds: number, step: () => void): void {
    clock.later(job.metadata.uid, seconds, () => {
      if (latest(job)) step();
    });
  }

  function initialize(stale: StoredObject): void {
    const job = latest(stale);
    if (!job || job.metadata.deletionTimestamp) return;
    if (outcome(job).start === 'invalid') {
      const message = 'The RayJob spec is invalid: simulated, as its name says so.';
      setStatus(job, { jobDeploymentStatus: 'ValidationFailed', reason: 'ValidationFailed', message });
      return;
    }
    const owned = job.metadata.finalizers?.includes(FINALIZER)
      ? job
      : registry.update(
          RAY_JOB,
          { ...job, metadata: { ...job.metadata, finalizers: [...(job.metadata.finalizers ?? []), FINALIZER] } },
          OPERATOR,
        );
    const { name } = job.metadata;
    setStatus(owned, {
      jobDeploymentStatus: 'Initializing',
      jobId: `${name}-${randomSuffix()}`,
      rayClusterName: `${name}-${randomSuffix()}`,
      startTime: timestamp(),
      failed: numberAt(job, 'status', 'failed') ?? 0,
      succeeded: 0,
      endTime: undefined,
    });
  }

  function initializing(job: StoredObject): void {
    if (interrupted(job)) return;
    const namespace = job.metadata.namespace ?? 'default';
    const rayCluster = textAt(job, 'status', 'rayClusterName') ?? '';
    createRayCluster(member, pods, job, rayCluster);
    const names = podsOfRayCluster(member, namespace, rayCluster);
    const { start } = outcome(job);
    const pending = names.filter((name) => textAt(pods.get(name), 'status', 'phase') === 'Pending');
    const unplaced = pending.filter((name) => textAt(pods.get(name), 'spec', 'nodeName') === undefined);
    if (unplaced.length > 0) {
      afterwards(job, SECONDS.placePods, () => {
        for (const name of unplaced) {
          if (start === 'unschedulable')
            pods.refuse(name, '0/4 nodes are available: 4 Insufficient cpu. preemption: 0/4 nodes are available.');
          else pods.place(name);
        }
        again(job, start === 'unschedulable' ? 20 : SECONDS.pullImages);
      });
      return;
    }
    if (start === 'imageMissing') {
      for (const name of pending) pods.imageMissing(name);
      return again(job, 20);
    }
    for (const name of pending) pods.run(name);
    for (const name of pending) {
      const pod = pods.get(name);
      if (pod) member.logs.write(pod, containerName(pod), `ray start: node ${name.name} joined ${rayCluster}`);
    }
    afterwards(job, SECONDS.startRay, () => submit(job, rayCluster));
  }

  function submit(stale: StoredObject, rayCluster: string): void {
    const job = latest(stale);
    if (!job || interrupted(job)) return;
    const namespace = job.metadata.namespace ?? 'default';
    markRayClusterReady(member, namespace, rayCluster);
    createSubmitter(job);
    setStatus(job, {
      jobDeploymentStatus: 'Running',
      dashboardURL: `${rayCluster}-head-svc.${namespace}.svc.cluster.local:8265`,
      rayClusterStatus: { state: 'ready' },
    });
  }

  function createSubmitter(job: StoredObject): void {
    const { name, namespace = 'default' } = job.metadata;
    if (registry.store.get(JOB, namespace, name)) return;
    const image =
      textAt(podSpecsOf(job)[0] ? (pick(podSpecsOf(job)[0], 'containers') as unknown[])[0] : undefined, 'image') ??
      'rayproject/ray';
    const template = pick(job, 'spec', 'submitterPodTemplate', 'spec');
    const spec = isFields(template)
      ? template
      : {
          restartPolicy: 'Never',
          containers: [{ name: 'ray-job-submitter', image, command: ['ray', 'job', 'submit'] }],
        };
    const submitter = registry.create(
      JOB,
      {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: {
          name,
          namespace,
          labels: {
            'ray.io/originated-from-cr-name': name,
            'ray.io/originated-from-crd': 'RayJob',
            'app.kubernetes.io/created-by': 'kuberay-operator',
          },
          ownerReferences: [ownerOf(job)],
        },
        spec: { backoffLimit: 2, template: { spec: { ...spec, restartPolicy: 'Never' } } },
      },
      OPERATOR,
    );
    const podName = { namespace, name: `${name}-${randomSuffix()}` };
    pods.create({
      ...podName,
      labels: { 'job-name': name, 'batch.kubernetes.io/job-name': name, 'ray.io/originated-from-cr-name': name },
      owner: ownerOf(submitter),
      spec: pick(submitter, 'spec', 'template', 'spec'),
    });
    pods.place(podName);
    pods.run(podName);
    registry.setStatus(JOB, namespace, name, { active: 1, ready: 1, startTime: timestamp() });
  }

  const submitterPod = (job: StoredObject): StoredObject | undefined =>
    registry.store
      .list(POD, job.metadata.namespace)
      .find(
        (pod) =>
          pod.metadata.labels?.['job-name'] === job.metadata.name && pod.metadata.ownerReferences?.[0]?.kind === 'Job',
      );

  function say(job: StoredObject, lines: readonly string[]): void {
    const pod = submitterPod(job);
    if (!pod) return;
    for (const line of lines) member.logs.write(pod, containerName(pod), line);
  }

  function running(job: StoredObject): void {
    if (interrupted(job)) return;
    const { start, end } = outcome(job);
    if (start === 'submissionFails') {
      return afterwards(job, SECONDS.pending, () =>
        fail(
          job,
          'SubmissionFailed',
          'Job submission has failed. Reason: BackoffLimitExceeded. Message: Job has reached the specified backoff limit',
        ),
      );
    }
    switch (textAt(job, 'status', 'jobStatus') ?? '') {
      case '':
        say(job, [`INFO  job_manager: Ray job '${textAt(job, 'status', 'jobId')}' submitted`]);
        return afterwards(job, SECONDS.pending, () =>
          setStatus(latest(job) ?? job, { jobStatus: 'PENDING', message: 'Job has not started yet.' }),
        );
      case 'PENDING':
        return afterwards(job, SECONDS.pending, () =>
          setStatus(latest(job) ?? job, { jobStatus: 'RUNNING', message: 'Job is currently running.' }),
        );
      case 'RUNNING':
        return train(job);
      default:
        return afterwards(job, SECONDS.submitterExit, () => conclude(job, end));
    }
  }

  /** Whether this attempt is one that is to go wrong. */
  function goesWrong(job: StoredObject): boolean {
    const { end, failures } = outcome(job);
    return end === 'fail' || (numberAt(job, 'status', 'failed') ?? 0) < failures;
  }

  function train(job: StoredObject): void {
    const { uid, name } = job.metadata;
    const jobId = textAt(job, 'status', 'jobId') ?? uid;
    const run = runs.get(jobId) ?? { log: createTrainingLog(name, environmentOf(job)), startedAt: Date.now() };
    runs.set(jobId, run);
    const { seconds, end } = outcome(job);
    const part = (((Date.now() - run.startedAt) / 1_000) * clock.speed) / Math.max(seconds, 0.001);
    const wrong = goesWrong(job);
    const limit = end === 'never' ? Number.POSITIVE_INFINITY : wrong || end === 'stop' ? 0.5 : 1;
    say(job, run.log.until(Math.min(1, part)));
    if (part < limit) return again(job, Math.min(SECONDS.logTick, (limit - part) * seconds));
    runs.delete(jobId);
    if (wrong) {
      const lines = run.log.failure();
      say(job, lines);
      const message = `Job entrypoint command failed with exit code 1, last available logs (truncated to 20,000 chars):\n${lines.join('\n')}`;
      return setStatus(job, { jobStatus: 'FAILED', message });
    }
    if (end === 'stop') return setStatus(job, { jobStatus: 'STOPPED', message: 'Job was intentionally stopped.' });
    say(job, run.log.success());
    setStatus(job, { jobStatus: 'SUCCEEDED', message: 'Job finished successfully.' });
  }

  function conclude(stale: StoredObject, end: Outcome['end']): void {
    const job = latest(stale);
    if (!job || textAt(job, 'status', 'jobDeploymentStatus') !== 'Running') return;
    const failed = textAt(job, 'status', 'jobStatus') === 'FAILED';
    endSubmitter(job, failed ? 1 : 0);
    if (failed) return fail(job, 'AppFailed', textAt(job, 'status', 'message') ?? '');
    setStatus(job, { jobDeploymentStatus: 'Complete', endTime: timestamp(), succeeded: end === 'stop' ? 0 : 1 });
  }

  function endSubmitter(job: StoredObject, exitCode: number): void {
    const { name, namespace = 'default' } = job.metadata;
    const pod = submitterPod(job);
    if (pod) pods.finish({ namespace, name: pod.metadata.name }, exitCode);
    const at = timestamp();
    const condition = { type: exitCode === 0 ? 'Complete' : 'Failed', status: 'True', lastTransitionTime: at };
    const before = registry.store.get(JOB, namespace, name)?.status;
    registry.setStatus(JOB, namespace, name, {
      ...(isFields(before) && before),
      active: 0,
      ready: 0,
      ...(exitCode === 0 ? { succeeded: 1, completionTime: at } : { failed: 1 }),
      conditions: [condition],
    });
  }

  /** A deadline is final; any other failure is tried again while backoffLimit lasts. */
  function fail(stale: StoredObject, reason: string, message: string): void {
    const job = latest(stale);
    if (!job) return;
    const failed = (numberAt(job, 'status', 'failed') ?? 0) + 1;
    const retry = reason !== 'DeadlineExceeded' && failed <= (numberAt(job, 'spec', 'backoffLimit') ?? 0);
    setStatus(job, {
      jobDeploymentStatus: retry ? 'Retrying' : 'Failed',
      reason,
      message,
      failed,
      endTime: timestamp(),
    });
  }

  /** Suspension and deadline come before anything else that would be next. */
  function interrupted(job: StoredObject): boolean {
    if (pick(job, 'spec', 'suspend') === true) {
      setStatus(job, { jobDeploymentStatus: 'Suspending' });
      return true;
    }
    const limit = numberAt(job, 'spec', 'activeDeadlineSeconds');
    const start = textAt(job, 'status', 'startTime');
    if (limit === undefined || start === undefined) return false;
    const left = limit - ((Date.now() - Date.parse(start)) / 1_000) * clock.speed;
    if (left <= 0) {
      fail(
        job,
        'DeadlineExceeded',
        `The RayJob has passed the activeDeadlineSeconds. StartTime: ${start}. ActiveDeadlineSeconds: ${limit}`,
      );
      return true;
    }
    clock.later(`${job.metadata.uid} deadline`, left, () => {
      const now = latest(job);
      const state = textAt(now, 'status', 'jobDeploymentStatus') ?? '';
      if (now && ['Initializing', 'Running'].includes(state) && textAt(now, 'status', 'startTime') === start)
        interrupted(now);
    });
    return false;
  }

  function releaseResources(stale: StoredObject): void {
    const job = latest(stale);
    if (!job) return;
    freeResources(job);
    const suspending = textAt(job, 'status', 'jobDeploymentStatus') === 'Suspending';
    setStatus(job, {
      jobDeploymentStatus: suspending ? 'Suspended' : '',
      jobStatus: '',
      rayClusterName: '',
      dashboardURL: '',
      jobId: '',
      message: '',
      reason: '',
      rayClusterStatus: {},
    });
  }

  function freeResources(job: StoredObject): void {
    const { name, namespace = 'default' } = job.metadata;
    runs.delete(textAt(job, 'status', 'jobId') ?? '');
    deleteRayCluster(member, namespace, textAt(job, 'status', 'rayClusterName') ?? '');
    if (registry.store.get(JOB, namespace, name)) registry.delete(JOB, namespace, name);
  }

  function finished(job: StoredObject): void {
    clock.cancel(`${job.metadata.uid} deadline`);
    if (pick(job, 'spec', 'shutdownAfterJobFinishes') !== true) return;
    afterwards(job, numberAt(job, 'spec', 'ttlSecondsAfterFinished') ?? 0, () => {
      const { namespace = 'default' } = job.metadata;
      deleteRayCluster(member, namespace, textAt(job, 'status', 'rayClusterName') ?? '');
    });
  }

  function release(stale: StoredObject): void {
    const job = latest(stale);
    if (!job) return;
    clock.cancel(`${job.metadata.uid} deadline`);
    runs.delete(textAt(job, 'status', 'jobId') ?? '');
    const finalizers = (job.metadata.finalizers ?? []).filter((finalizer) => finalizer !== FINALIZER);
    registry.update(RAY_JOB, { ...job, metadata: { ...job.metadata, finalizers } }, OPERATOR);
  }

  return { look };
}

const containerName = (pod: StoredObject): string =>
  textAt((pick(pod, 'spec', 'containers') as unknown[] | undefined)?.[0], 'name') ?? '';
