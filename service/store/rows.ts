import { asReason } from '../contract/reasons.ts';
import type { Recovery } from '../jobs/attempt.ts';
import type { Attention } from '../jobs/concern.ts';
import type { ClusterState, Job, JobEvent, JobKind, JobProgress, JobStatus, Wanted } from '../jobs/job.ts';
import { nextAttemptAt } from '../jobs/recovery.ts';
import type { JobRequest } from '../jobs/request.ts';
import type { RetryPolicy } from '../jobs/retry-policy.ts';
import { parseCells } from '../jobs/state/index.ts';
import { readStoredRequest } from '../jobs/stored-request.ts';
import type { StoreLog } from './database.ts';
import { UnreadableJob } from './errors.ts';
import { listedOfRow, progressOfRow, type StoredProgresses } from './progress.ts';
import type { Attempt, ListedJob, MonitoredJob } from './store.ts';
import { type StoredUtilisation, utilisationOf } from './utilisation.ts';

/** Rows as pg returns them; what the domain sees is made of them here and nowhere else. */
export interface MonitoredJobRow {
  readonly id: string;
  readonly namespace: string;
  readonly kind: JobKind;
  readonly object_name: string;
  readonly status: JobStatus;
  readonly reason: string;
  readonly message: string;
  readonly wanted: Wanted;
  readonly clusters: string[];
  readonly cluster_states: Record<string, StoredClusterState>;
  readonly unreachable_since: Record<string, string>;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
  readonly retry_policy: RetryPolicy | null;
  readonly recovery: Recovery | null;
  readonly attention: Attention | null;
  readonly version: number;
}

export interface JobRow extends MonitoredJobRow {
  readonly job_name: string;
  readonly algorithm: string;
  readonly priority: number;
  readonly request: unknown;
  readonly request_version: number;
  readonly retry_of: string | null;
  readonly attempt: number;
  readonly created_by: string | null;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly dispatched_at: Date | null;
  /** A bigint, which pg gives as text. */
  readonly ran_ms: string | null;
  readonly running_since: Date | null;
  readonly volume_removed_at: Date | null;
  /** Of one job alone. */
  readonly progress?: StoredProgresses;
  readonly utilisation?: readonly StoredUtilisation[] | null;
  /** Of a list alone. */
  readonly listed?: string | null;
  /** By which the list is in order. */
  readonly metric?: number;
  readonly metric_name?: string;
}

/** As a list without requests reads it. */
export type ListedJobRow = Omit<JobRow, 'request' | 'request_version' | 'cluster_states'>;

export interface EventRow {
  readonly event_id: string;
  readonly job_id: string;
  readonly namespace: string;
  readonly at: Date;
  readonly status: JobStatus;
  readonly previous: JobStatus | null;
  readonly cluster: string | null;
  readonly reason: string;
  readonly message: string;
  readonly job: StoredProgress | null;
  readonly job_deleted: boolean;
}

/** As JSON, where times are text. */
type StoredProgress = Omit<JobProgress, 'reason' | 'ranForMs' | 'nextAttemptAt' | Times> & {
  readonly reason: string;
} & Readonly<Record<Exclude<Times, 'updatedAt' | 'runningSince'>, string | null>> & {
    readonly updatedAt: string;
    readonly recovery?: Recovery | null;
    readonly ranMs?: number | null;
    readonly runningSince?: string | null;
  };
type Times = 'dispatchedAt' | 'startedAt' | 'finishedAt' | 'updatedAt' | 'runningSince';

/** As JSON; what an earlier version did not write yet is missing. */
type StoredClusterState = Pick<ClusterState, 'status'> &
  Partial<Omit<ClusterState, 'status' | 'reason' | 'columns'>> & {
    readonly reason?: string;
    readonly columns?: string;
  };

export const toMonitoredJob = (row: MonitoredJobRow): MonitoredJob => ({
  id: row.id,
  namespace: row.namespace,
  kind: row.kind,
  objectName: row.object_name,
  status: row.status,
  reason: asReason(row.reason),
  message: row.message,
  wanted: row.wanted,
  clusters: row.clusters,
  clusterStates: mapped(row.cluster_states, toClusterState),
  unreachableSince: row.unreachable_since,
  startedAt: row.started_at,
  finishedAt: row.finished_at,
  retryPolicy: row.retry_policy,
  recovery: row.recovery,
  attention: row.attention,
  version: row.version,
});

const toClusterState = (stored: StoredClusterState): ClusterState => ({
  status: stored.status,
  reason: asReason(stored.reason ?? ''),
  message: stored.message ?? '',
  startedAt: stored.startedAt ?? null,
  finishedAt: stored.finishedAt ?? null,
  columns: parseCells(stored.columns),
  rayCluster: stored.rayCluster ?? null,
  ...(stored.trouble ? { trouble: { ...stored.trouble, reason: asReason(stored.trouble.reason) } } : {}),
});

const mapped = <From, To>(record: Readonly<Record<string, From>>, map: (value: From) => To): Record<string, To> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));

/** Throws UnreadableJob. */
export const toJob = (row: JobRow): Job => ({
  ...toListedJob(row),
  request: requestOf(row),
  clusterStates: mapped(row.cluster_states, toClusterState),
});

export const toListedJob = (row: ListedJobRow): ListedJob => ({
  id: row.id,
  jobName: row.job_name,
  namespace: row.namespace,
  algorithm: row.algorithm,
  priority: row.priority,
  kind: row.kind,
  status: row.status,
  reason: asReason(row.reason),
  message: row.message,
  wanted: row.wanted,
  objectName: row.object_name,
  clusters: row.clusters,
  unreachableSince: row.unreachable_since,
  retryOf: row.retry_of,
  attempt: row.attempt,
  retryPolicy: row.retry_policy,
  recovery: row.recovery,
  attention: row.attention,
  createdBy: row.created_by,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  dispatchedAt: row.dispatched_at,
  startedAt: row.started_at,
  finishedAt: row.finished_at,
  ...runTimes({
    status: row.status,
    ranMs: row.ran_ms === null ? null : Number(row.ran_ms),
    runningSince: row.running_since,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  }),
  volumeRemovedAt: row.volume_removed_at,
  ...learnt(row),
  version: row.version,
});

function learnt(row: ListedJobRow): Pick<ListedJob, 'progress' | 'spark' | 'utilisation'> {
  const { clusters, listed, metric, metric_name } = row;
  if (listed === undefined) {
    return {
      progress: progressOfRow(row.progress, clusters),
      utilisation: utilisationOf(row.utilisation ?? [], clusters),
    };
  }
  const { progress, ...rest } = listedOfRow(listed, clusters);
  if (progress === null || metric === undefined || metric_name === undefined) return { progress, ...rest };
  return { progress: { ...progress, metrics: { [metric_name]: metric, ...progress.metrics } }, ...rest };
}

/** A job, or an attempt of one that was followed by another. */
export type AttemptRow = Pick<
  JobRow,
  | 'id'
  | 'attempt'
  | 'status'
  | 'reason'
  | 'message'
  | 'created_at'
  | 'object_name'
  | 'clusters'
  | 'started_at'
  | 'finished_at'
  | 'ran_ms'
  | 'running_since'
> & { readonly lost_to: Attempt['lostTo'] };

export const toAttempt = (row: AttemptRow): Attempt => ({
  id: row.id,
  attempt: row.attempt,
  status: row.status,
  reason: asReason(row.reason),
  message: row.message,
  createdAt: row.created_at,
  objectName: row.object_name,
  clusters: row.clusters,
  startedAt: row.started_at,
  finishedAt: row.finished_at,
  ranForMs: runTimes({
    status: row.status,
    ranMs: row.ran_ms === null ? null : Number(row.ran_ms),
    runningSince: row.running_since,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  }).ranForMs,
  lostTo: row.lost_to,
});

/** Of jobs that began before their runs were counted the pauses are not known, and count as run. */
function runTimes(
  job: Pick<Job, 'status' | 'runningSince' | 'startedAt' | 'finishedAt'> & { readonly ranMs: number | null },
): Pick<Job, 'ranForMs' | 'runningSince'> {
  const { status, ranMs, runningSince, startedAt, finishedAt } = job;
  const whole = startedAt && finishedAt ? Math.max(0, finishedAt.getTime() - startedAt.getTime()) : 0;
  return { ranForMs: ranMs ?? whole, runningSince: status === 'Running' ? (runningSince ?? startedAt) : null };
}

function requestOf({ id, request, request_version }: JobRow): JobRequest {
  try {
    return readStoredRequest(request_version, request);
  } catch (error) {
    throw new UnreadableJob(id, error);
  }
}

/** Who is told of a job more than once need not be told each time. */
const MAX_TOLD = 1_000;

/** For many rows at once: one that cannot be read is left out and logged, once, so that the others are served. */
export type ReadJobs = (rows: readonly JobRow[]) => Job[];

export function createRowReader(log: StoreLog): ReadJobs {
  const told = new Set<string>();
  return (rows) =>
    rows.flatMap((row) => {
      try {
        return [toJob(row)];
      } catch (error) {
        if (!(error instanceof UnreadableJob)) throw error;
        if (!told.has(row.id)) {
          if (told.size >= MAX_TOLD) told.clear();
          told.add(row.id);
          log.warn({ job: row.id, err: error }, error.message);
        }
        return [];
      }
    });
}

export const toEvent = (row: EventRow): JobEvent => ({
  id: row.event_id,
  jobId: row.job_id,
  namespace: row.namespace,
  at: row.at,
  status: row.status,
  previous: row.previous,
  cluster: row.cluster,
  reason: asReason(row.reason),
  message: row.message,
  ...(row.job ? { job: toProgress(row.job) } : row.job_deleted ? { job: null } : {}),
});

function toProgress({ ranMs = null, recovery = null, runningSince = null, ...stored }: StoredProgress): JobProgress {
  const startedAt = toTime(stored.startedAt);
  const finishedAt = toTime(stored.finishedAt);
  return {
    ...stored,
    reason: asReason(stored.reason),
    nextAttemptAt: recovery && nextAttemptAt(recovery),
    dispatchedAt: toTime(stored.dispatchedAt),
    startedAt,
    finishedAt,
    ...runTimes({ status: stored.status, ranMs, runningSince: toTime(runningSince), startedAt, finishedAt }),
    updatedAt: new Date(stored.updatedAt),
  };
}

const toTime = (text: string | null): Date | null => (text === null ? null : new Date(text));
