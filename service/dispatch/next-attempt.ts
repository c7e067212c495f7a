import { KINDS, LABELS } from '../contract.ts';
import { attemptNameOf } from '../jobs/ids.ts';
import type { Job } from '../jobs/job.ts';
import { nextAttempt, nextAttemptAt, recoveryOf, uprooted, whyItStays } from '../jobs/recovery.ts';
import { KarmadaError } from '../karmada/errors.ts';
import { keepLogs, LOG_TRIES_AFTER_END } from './endings.ts';
import { Paused } from './outage.ts';
import { placementOf, propagated, remove, stillThere } from './remove.ts';
import type { Step, StepContext } from './step.ts';
import { keepVolume } from './volume.ts';

// From an attempt that was lost to the next one. Both have one volume, and so one checkpoint: the next begins only when nothing of
// the one before is left, not even a pod that takes its time to end.

export const keepLogsOfAttempt: Step = async (context, job) =>
  job.clusters.length > 0 ? keepLogs(context, job, LOG_TRIES_AFTER_END) : undefined;

/** Whatever the retention is: the job has not ended. */
export const keepVolumeForNext: Step = (context, job) =>
  keepVolume({ ...context, volumeKeptFrom: new Date(), volumeRetentionSeconds: Number.POSITIVE_INFINITY }, job);

/** Its pods go after it, by the collector of each member. */
export const confirmPodsGone: Step = async (context, job) => {
  for (const cluster of job.clusters) {
    const pod = await podLeftIn(context, job, cluster);
    if (pod === undefined) continue;
    return stillThere(
      context,
      job,
      { message: `Waiting for pod ${pod} to end in cluster ${cluster}` },
      { isTold: false },
    );
  }
  return undefined;
};

/** One that has ended writes no more, whether its object is still there or not. */
export const STILL_WRITE = 'status.phase!=Succeeded,status.phase!=Failed';

async function podLeftIn(
  { fenced, karmada, signal }: StepContext,
  job: Job,
  cluster: string,
): Promise<string | undefined> {
  const query = { namespace: job.namespace, fieldSelector: STILL_WRITE, limit: 1 };
  try {
    for (const labelSelector of labelsOfPods(job)) {
      const [pod] = (await karmada.member(cluster).list('pods', { ...query, labelSelector }, { signal })).items;
      if (pod) return pod.metadata.name;
    }
    return undefined;
  } catch (error) {
    if (error instanceof KarmadaError && error.failure === 'unknownCluster') return undefined;
    if (fenced.has(cluster) && (error instanceof KarmadaError || error instanceof Paused)) return undefined;
    throw error;
  }
}

/** The operator of TrainingJobs has labels of its own. */
const labelsOfPods = ({ id, kind, objectName }: Job): string[] => [
  `${LABELS.jobId}=${id}`,
  ...(kind === KINDS.trainingJob.kind ? [`training-job=${objectName}`] : []),
];

export const awaitBackoff: Step = async (_context, job) => {
  const at = nextAttemptAt(recoveryOf(job));
  const seconds = at === null ? 0 : (at.getTime() - Date.now()) / 1000;
  return seconds > 0 ? { set: {}, next: { dueInSeconds: seconds } } : undefined;
};

/** The job is as it was when it was submitted, but for what it has learnt. */
export const beginNextAttempt: Step = async ({ fenced }, job) => {
  const recovery = leaves(job, fenced) ? uprooted(nextAttempt(job), job.request) : nextAttempt(job);
  const most = job.retryPolicy?.maxAttempts ?? recovery.tries;
  const raised = recovery.memoryGiB === recoveryOf(job).memoryGiB ? '' : `, with ${recovery.memoryGiB} GiB of memory`;
  const reason = 'Queued';
  const elsewhere = recovery.pinnedTo.length > 0 ? '' : `, elsewhere than in ${job.clusters.join(', ')}`;
  const message = `Attempt ${recovery.tries} of ${most} waits to be dispatched${elsewhere}${raised}`;
  return {
    set: {
      reason,
      message,
      recovery,
      objectName: attemptNameOf(job.id, recovery.tries),
      dispatchedAt: null,
      clusters: [],
      clusterStates: Object.fromEntries(Object.keys(job.clusterStates).map((cluster) => [cluster, null])),
    },
    event: { cluster: null, reason, message },
    next: { dueInSeconds: 0 },
  };
};

/** Its attempt was lost with its cluster, and it may go on elsewhere. */
export const leaves = (job: Job, fenced: ReadonlySet<string>): boolean =>
  job.clusters.some((cluster) => fenced.has(cluster)) && whyItStays(job, fenced) === undefined;

/** The cluster that its next attempt was to go to, for its volume is there, was lost before it got there. */
export const forgetLostPlace: Step = async (context, job) => {
  const recovery = recoveryOf(job);
  const isLost = recovery.pinnedTo.some((cluster) => context.fenced.has(cluster));
  if (!isLost || job.clusters.length > 0 || whyItStays(job, context.fenced) !== undefined) return undefined;
  // It got there all the same, before that was written down: its cluster counts as lost like that of any other.
  const placed = (await placementOf(context, context.objects.workload))?.clusters ?? [];
  if (placed.length > 0)
    return { set: { clusters: placed, dispatchedAt: job.dispatchedAt ?? new Date() }, next: { dueInSeconds: 0 } };
  const waits = await remove(context, job, propagated(context.objects));
  if (waits) return waits;
  const reason = 'Queued';
  const message = `It waits to be dispatched elsewhere than in ${recovery.pinnedTo.join(', ')}, which is lost`;
  return {
    set: { reason, message, dispatchedAt: null, recovery: uprooted(recovery, job.request) },
    event: { cluster: null, reason, message },
    next: { dueInSeconds: 0 },
  };
};
