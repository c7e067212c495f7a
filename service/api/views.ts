import { factsOf } from '../contract/reasons.ts';
import { attentionOf } from '../jobs/attention.ts';
import { type Curves, thinned } from '../jobs/curve.ts';
import { type ClusterState, isFinished, type Job, type JobEvent, type JobStatus } from '../jobs/job.ts';
import { nextAttemptAt, recoveryOf } from '../jobs/recovery.ts';
import { saidOf } from '../jobs/state/index.ts';
import type { ListedJob, ProgressNews } from '../store/store.ts';

// Rows to JSON: only what clients are told, in the order of the documents. Dates become text by themselves.

const listedJobView = (job: ListedJob) => ({
  id: job.id,
  jobName: job.jobName,
  namespace: job.namespace,
  algorithm: job.algorithm,
  priority: job.priority,
  status: job.status,
  reason: job.reason,
  message: job.message,
  wanted: job.wanted,
  kind: job.kind,
  objectName: job.objectName,
  clusters: job.clusters,
  unreachableSince: job.unreachableSince,
  retryOf: job.retryOf,
  attempt: job.attempt,
  nextAttemptAt: isFinished(job.status) ? null : nextAttemptAt(recoveryOf(job)),
  attention: attentionOf(job),
  progress: job.progress,
  utilisation: job.status === 'Running' ? job.utilisation : null,
  createdBy: job.createdBy,
  createdAt: job.createdAt,
  updatedAt: job.updatedAt,
  dispatchedAt: job.dispatchedAt,
  startedAt: job.startedAt,
  finishedAt: job.finishedAt,
  ranForMs: job.ranForMs,
  runningSince: job.runningSince,
});

export const jobView = (job: Job) => ({
  ...listedJobView(job),
  advice: factsOf(job.reason)?.hint ?? null,
  request: job.request,
  clusterStates: Object.fromEntries(
    Object.entries(job.clusterStates).map(([cluster, state]) => [cluster, clusterStateView(state)]),
  ),
});

/** With whatever was read of it. */
export const anyJobView = ({ request, clusterStates, ...job }: ListedJob) => ({
  ...(request && clusterStates ? jobView({ ...job, request, clusterStates }) : listedJobView(job)),
  spark: job.spark ?? null,
});

/** How the numbers of a training went; less of it where less is wanted. */
export const metricsView = (
  { id, progress }: Pick<Job, 'id' | 'progress'>,
  curves: Curves | undefined,
  sight: { from?: number; points: number },
) => ({
  jobId: id,
  names: curves?.names ?? [],
  series: (curves?.series ?? []).map((series) => thinned(series, sight)),
  marks: curves?.marks ?? [],
  source: progress?.source ?? null,
});

function clusterStateView(state: ClusterState) {
  const { status, startedAt, finishedAt } = state;
  const { reason, message } = saidOf(state);
  return { status, reason, message, startedAt, finishedAt };
}

/** The contract's /status: each cluster counts as one, and a job that is nowhere yet as one that waits. */
export function jobStateView(job: Job) {
  const states = job.clusters.length === 0 ? [job.status] : job.clusters.map((cluster) => statusIn(cluster, job));
  const count = (...wanted: JobStatus[]) => states.filter((status) => wanted.includes(status)).length;
  return {
    phase: job.status,
    reason: job.reason,
    message: job.message,
    active: count('Pending', 'Running'),
    succeeded: count('Succeeded'),
    failed: count('Failed'),
    startTime: job.startedAt,
    completionTime: job.finishedAt,
    clusterDistribution: Object.fromEntries(job.clusters.map((cluster) => [cluster, 1])),
  };
}

/** A job that has ended, by cancelling say, runs nowhere any more, whatever was last seen there. */
function statusIn(cluster: string, job: Job): JobStatus {
  const seen = job.clusterStates[cluster]?.status ?? 'Pending';
  return isFinished(job.status) && !isFinished(seen) ? job.status : seen;
}

/** A message of the event stream that is no event: it has no id and is no part of the history. */
export const progressView = ({ jobId, namespace, progress }: ProgressNews) => ({ id: jobId, namespace, progress });

export const eventView = (event: JobEvent) => ({
  id: event.id,
  jobId: event.jobId,
  namespace: event.namespace,
  at: event.at,
  status: event.status,
  previous: event.previous,
  cluster: event.cluster,
  reason: event.reason,
  message: event.message,
  job: event.job,
});
