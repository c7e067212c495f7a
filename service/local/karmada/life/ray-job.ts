import { numberAt, pick, type StoredObject, textAt, timestamp } from '../../kube/objects.ts';
import { RAY_CLUSTER, RAY_JOB } from '../kinds.ts';
import type { Member } from '../member.ts';
import type { LifeClock } from './clock.ts';
import { createHubReports } from './hub-reports.ts';
import { type Outcome, outcomeOf, podSpecsOf } from './outcome.ts';
import { type PodName, type Pods, randomSuffix } from './pods.ts';
import { createRayCluster, deleteRayCluster, markRayClusterReady, podsOfRayCluster } from './ray-cluster.ts';
import { changeStatus, firstContainer, latestOf } from './status.ts';
import { createSubmitter } from './submitter.ts';
import { createTrainings, type Trainings } from './training.ts';

const FINALIZER = 'ray.io/rayjob-finalizer';
const OPERATOR = { manager: 'kuberay-operator' };

/** Seconds at speed 1, much as a warm cluster takes them. */
const SECONDS = {
  notice: 0.3,
  placePods: 0.5,
  pullImages: 1.5,
  tryAgain: 20,
  startRay: 1,
  submit: 1,
  pending: 1,
  logTick: 0.5,
  submitterExit: 0.7,
  cleanUp: 0.5,
};

/** In Ray's own words. */
const PREPARED = 'Job has not started yet. It may be waiting for the runtime environment to be set up.';
const UNSCHEDULABLE = '0/4 nodes are available: 4 Insufficient cpu. preemption: 0/4 nodes are available.';

/**
 * KubeRay's operator for RayJobs. `look` is called after every change of the job; the stored jobDeploymentStatus alone
 * decides which step is next, as in the operator's own Reconcile.
 */
export function createRayJobLife(
  member: Member,
  pods: Pods,
  clock: LifeClock,
  programs: (simulated: Trainings) => Trainings = (simulated) => simulated,
): { look(job: StoredObject): void; podGone(pod: StoredObject): void } {
  const { registry } = member.server;
  const submitter = createSubmitter(member, pods);
  const trainings = programs(createTrainings(clock.speed));
  const reports = createHubReports(member);
  /** More exactly than status.startTime, which is in whole seconds: at high speed that is minutes. By jobId. */
  const startedAt = new Map<string, number>();
  /** Programs that have done all but tell it, likewise. */
  const ending = new Set<string>();

  const setStatus = (job: StoredObject, change: object): void => changeStatus(registry, RAY_JOB, job, change);
  const outcome = (job: StoredObject): Outcome => outcomeOf(job, pods.fits(podSpecsOf(job)));

  /** Does a step after so many seconds, on the job as it is by then; not when its state has changed, which had a look of its own. */
  function after(seconds: number, job: StoredObject, step: (now: StoredObject) => void): void {
    clock.later(job.metadata.uid, seconds, () => {
      const now = latestOf(registry, RAY_JOB, job);
      if (now && stateOf(now) === stateOf(job)) step(now);
    });
  }

  const steps: Readonly<Record<string, (job: StoredObject) => void>> = {
    '': (job) => after(SECONDS.notice, job, initialize),
    Initializing: unlessInterrupted(startRayCluster),
    Running: unlessInterrupted(run),
    Suspending: (job) => after(SECONDS.cleanUp, job, releaseResources),
    Retrying: (job) => after(SECONDS.cleanUp, job, releaseResources),
    Suspended: resumeIfAsked,
    Complete: shutDown,
    Failed: shutDown,
  };

  function look(job: StoredObject): void {
    if (job.metadata.deletionTimestamp) after(SECONDS.cleanUp, job, letGo);
    else steps[textAt(job, 'status', 'jobDeploymentStatus') ?? '']?.(job);
  }

  function initialize(job: StoredObject): void {
    const message = refusal(job, outcome(job));
    if (message !== undefined) {
      setStatus(job, { jobDeploymentStatus: 'ValidationFailed', reason: 'ValidationFailed', message });
      return;
    }
    const { name, finalizers = [] } = job.metadata;
    const metadata = { ...job.metadata, finalizers: [...new Set([...finalizers, FINALIZER])] };
    registry.update(RAY_JOB, { ...job, metadata }, OPERATOR);
    const jobId = `${name}-${randomSuffix()}`;
    startedAt.set(jobId, Date.now());
    setStatus(job, {
      jobDeploymentStatus: 'Initializing',
      jobId,
      rayClusterName: `${name}-${randomSuffix()}`,
      startTime: timestamp(),
      endTime: undefined,
      failed: numberAt(job, 'status', 'failed') ?? 0,
      succeeded: 0,
    });
  }

  function startRayCluster(job: StoredObject): void {
    const rayCluster = textAt(job, 'status', 'rayClusterName') ?? '';
    createRayCluster(member, pods, job, rayCluster);
    const pending = podsOfRayCluster(member, job.metadata.namespace ?? 'default', rayCluster).filter(
      (name) => textAt(pods.get(name), 'status', 'phase') === 'Pending',
    );
    const unplaced = pending.filter((name) => textAt(pods.get(name), 'spec', 'nodeName') === undefined);
    if (unplaced.length > 0) after(SECONDS.placePods, job, (now) => placePods(now, unplaced));
    else if (outcome(job).start === 'imageMissing') waitForImages(job, pending);
    else startPods(job, pending);
  }

  function placePods(job: StoredObject, names: readonly PodName[]): void {
    const unschedulable = outcome(job).start === 'unschedulable';
    for (const name of names) {
      if (unschedulable) pods.refuse(name, UNSCHEDULABLE);
      else pods.place(name);
    }
    after(unschedulable ? SECONDS.tryAgain : SECONDS.pullImages, job, look);
  }

  function waitForImages(job: StoredObject, names: readonly PodName[]): void {
    for (const name of names) pods.imageMissing(name);
    after(SECONDS.tryAgain, job, look);
  }

  function startPods(job: StoredObject, names: readonly PodName[]): void {
    for (const name of names) {
      pods.run(name);
      const pod = pods.get(name);
      if (pod) member.logs.write(pod, firstContainer(pod), `ray start: node ${name.name} has joined`);
    }
    after(SECONDS.startRay, job, unlessInterrupted(submit));
  }

  function submit(job: StoredObject): void {
    const { namespace = 'default' } = job.metadata;
    const rayCluster = textAt(job, 'status', 'rayClusterName') ?? '';
    markRayClusterReady(member, namespace, rayCluster);
    submitter.create(job);
    setStatus(job, {
      jobDeploymentStatus: 'Running',
      dashboardURL: `${rayCluster}-head-svc.${namespace}.svc.cluster.local:8265`,
      rayClusterStatus: { state: 'ready' },
    });
  }

  function run(job: StoredObject): void {
    const jobStatus = textAt(job, 'status', 'jobStatus') ?? '';
    if (outcome(job).start === 'submissionFails') after(SECONDS.submit, job, failSubmission);
    else if (jobStatus === '') after(SECONDS.submit, job, becomePending);
    else if (jobStatus === 'PENDING') after(SECONDS.pending, job, becomeRunning);
    else if (jobStatus === 'RUNNING') train(job);
    else after(SECONDS.submitterExit, job, conclude);
  }

  function failSubmission(job: StoredObject): void {
    submitter.end(job, 1);
    fail(job, 'SubmissionFailed', 'Job submission has failed. Reason: BackoffLimitExceeded.');
  }

  function becomePending(job: StoredObject): void {
    submitter.say(job, [`INFO  Ray job '${textAt(job, 'status', 'jobId')}' submitted`]);
    setStatus(job, { jobStatus: 'PENDING', message: 'Job has not started yet.' });
  }

  function becomeRunning(job: StoredObject): void {
    const { lines, ready, end } = trainings.prepare(job);
    submitter.say(job, lines);
    if (end) setStatus(job, end);
    else if (ready) setStatus(job, { jobStatus: 'RUNNING', message: 'Job is currently running.' });
    else {
      setStatus(job, { message: PREPARED });
      after(SECONDS.pending, job, becomeRunning);
    }
  }

  function train(job: StoredObject): void {
    const jobId = textAt(job, 'status', 'jobId') ?? '';
    if (ending.has(jobId)) return;
    const { part, lines, secondsLeft, end } = trainings.progress(job, outcome(job));
    submitter.say(job, lines);
    if (end) {
      ending.add(jobId);
      const told = part === undefined ? Promise.resolve() : reports.tellLast(reporterOf(job), part);
      void told.then(() => after(0, job, (now) => setStatus(now, end)));
      return;
    }
    if (part !== undefined) reports.tell(reporterOf(job), part, secondsLeft);
    after(Math.min(SECONDS.logTick, secondsLeft), job, look);
  }

  /** Of its pods, for one training, the first. */
  const reporterOf = (job: StoredObject): StoredObject | undefined => {
    const rayCluster = textAt(job, 'status', 'rayClusterName') ?? '';
    const [first] = podsOfRayCluster(member, job.metadata.namespace ?? 'default', rayCluster);
    return first && pods.get(first);
  };

  /** The program of a job runs beside the head: when that goes while it runs, nobody can tell the operator any more how it is. */
  function podGone({ metadata: { labels = {}, namespace = 'default' } }: StoredObject): void {
    if (labels['ray.io/node-type'] !== 'head') return;
    // Of a Ray cluster that is taken down nothing is there by then.
    const rayCluster = registry.store.get(RAY_CLUSTER, namespace, labels['ray.io/cluster'] ?? '');
    const name = rayCluster?.metadata.labels?.['ray.io/originated-from-cr-name'] ?? '';
    const job = registry.store.get(RAY_JOB, namespace, name);
    if (!job || job.metadata.deletionTimestamp || stateOf(job) !== '/Running/RUNNING') return;
    trainings.lose(job);
    submitter.end(job, 1);
    fail(
      job,
      'JobStatusCheckTimeoutExceeded',
      'The status of the job could not be read: its Ray cluster has lost its head',
    );
  }

  function forgetRun(job: StoredObject): void {
    const pod = reporterOf(job);
    if (pod) reports.forget(pod);
    trainings.forget(job);
    const jobId = textAt(job, 'status', 'jobId') ?? '';
    startedAt.delete(jobId);
    ending.delete(jobId);
  }

  /** The submitter has ended: only then does the operator call the job complete. */
  function conclude(job: StoredObject): void {
    const jobStatus = textAt(job, 'status', 'jobStatus');
    submitter.end(job, jobStatus === 'FAILED' ? 1 : 0);
    if (jobStatus === 'FAILED') fail(job, 'AppFailed', textAt(job, 'status', 'message') ?? '');
    else {
      const succeeded = jobStatus === 'SUCCEEDED' ? 1 : 0;
      setStatus(job, { jobDeploymentStatus: 'Complete', endTime: timestamp(), succeeded });
    }
  }

  /** A deadline is final; any other failure is tried again while backoffLimit lasts. */
  function fail(job: StoredObject, reason: string, message: string): void {
    const failed = (numberAt(job, 'status', 'failed') ?? 0) + 1;
    const retry = reason !== 'DeadlineExceeded' && failed <= (numberAt(job, 'spec', 'backoffLimit') ?? 0);
    const jobDeploymentStatus = retry ? 'Retrying' : 'Failed';
    setStatus(job, { jobDeploymentStatus, reason, message, failed, endTime: timestamp() });
  }

  /** Suspension and deadline come before whatever step would be next. */
  function unlessInterrupted(step: (job: StoredObject) => void): (job: StoredObject) => void {
    return (job) => {
      if (pick(job, 'spec', 'suspend') === true) {
        setStatus(job, { jobDeploymentStatus: 'Suspending' });
        return;
      }
      const left = secondsToDeadline(job);
      if (left <= 0) failAtDeadline(job);
      else {
        if (left < Number.POSITIVE_INFINITY) clock.later(deadlineKey(job), left, () => lookAtDeadline(job));
        step(job);
      }
    };
  }

  function secondsToDeadline(job: StoredObject): number {
    const limit = numberAt(job, 'spec', 'activeDeadlineSeconds');
    const start =
      startedAt.get(textAt(job, 'status', 'jobId') ?? '') ?? Date.parse(textAt(job, 'status', 'startTime') ?? '');
    if (limit === undefined || Number.isNaN(start)) return Number.POSITIVE_INFINITY;
    return limit - ((Date.now() - start) / 1_000) * clock.speed;
  }

  function lookAtDeadline(job: StoredObject): void {
    const now = latestOf(registry, RAY_JOB, job);
    const state = textAt(now, 'status', 'jobDeploymentStatus') ?? '';
    if (now && ['Initializing', 'Running'].includes(state) && secondsToDeadline(now) <= 0) failAtDeadline(now);
  }

  function failAtDeadline(job: StoredObject): void {
    submitter.remove(job);
    const start = textAt(job, 'status', 'startTime');
    const limit = numberAt(job, 'spec', 'activeDeadlineSeconds');
    fail(
      job,
      'DeadlineExceeded',
      `The RayJob has passed the activeDeadlineSeconds. StartTime: ${start}. ActiveDeadlineSeconds: ${limit}`,
    );
  }

  /** Nothing of an attempt is left before the next one, or before the job counts as suspended. */
  function releaseResources(job: StoredObject): void {
    forgetRun(job);
    deleteRayCluster(member, job.metadata.namespace ?? 'default', textAt(job, 'status', 'rayClusterName') ?? '');
    submitter.remove(job);
    const suspending = textAt(job, 'status', 'jobDeploymentStatus') === 'Suspending';
    setStatus(job, {
      jobDeploymentStatus: suspending ? 'Suspended' : undefined,
      jobStatus: undefined,
      rayClusterName: undefined,
      dashboardURL: undefined,
      jobId: undefined,
      message: undefined,
      reason: undefined,
      rayClusterStatus: {},
    });
  }

  function resumeIfAsked(job: StoredObject): void {
    if (pick(job, 'spec', 'suspend') !== true) setStatus(job, { jobDeploymentStatus: undefined });
  }

  function shutDown(job: StoredObject): void {
    clock.cancel(deadlineKey(job));
    forgetRun(job);
    if (pick(job, 'spec', 'shutdownAfterJobFinishes') !== true) return;
    after(numberAt(job, 'spec', 'ttlSecondsAfterFinished') ?? 0, job, (now) => {
      deleteRayCluster(member, now.metadata.namespace ?? 'default', textAt(now, 'status', 'rayClusterName') ?? '');
    });
  }

  function letGo(job: StoredObject): void {
    clock.cancel(deadlineKey(job));
    forgetRun(job);
    const finalizers = (job.metadata.finalizers ?? []).filter((finalizer) => finalizer !== FINALIZER);
    registry.update(RAY_JOB, { ...job, metadata: { ...job.metadata, finalizers } }, OPERATOR);
  }

  return { look, podGone };
}

/** The operator's own validation; 47 characters are all that leaves room for the names that it derives. */
function refusal({ metadata: { name } }: StoredObject, { start }: Outcome): string | undefined {
  if (name.length > 47) return 'The RayJob metadata is invalid: RayJob name should be no more than 47 characters';
  return start === 'invalid' ? 'The RayJob spec is invalid: simulated, as its name says so.' : undefined;
}

const stateOf = ({ metadata, status }: StoredObject): string =>
  [metadata.deletionTimestamp, textAt(status, 'jobDeploymentStatus'), textAt(status, 'jobStatus')].join('/');

const deadlineKey = (job: StoredObject): string => `${job.metadata.uid} deadline`;
