import { asReason } from '../contract/reasons.ts';
import type { ClusterState, Job, JobEvent, JobKind, JobStatus, Wanted } from '../jobs/job.ts';
import type { JobRequest } from '../jobs/request.ts';
import { parseCells } from '../jobs/state/index.ts';
import type { MonitoredJob } from './store.ts';

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
  readonly version: number;
}

export interface JobRow extends MonitoredJobRow {
  readonly job_name: string;
  readonly algorithm: string;
  readonly priority: number;
  readonly request: JobRequest;
  readonly retry_of: string | null;
  readonly attempt: number;
  readonly created_by: string | null;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly dispatched_at: Date | null;
}

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
}

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
});

const mapped = <From, To>(record: Readonly<Record<string, From>>, map: (value: From) => To): Record<string, To> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));

export const toJob = (row: JobRow): Job => ({
  ...toMonitoredJob(row),
  jobName: row.job_name,
  algorithm: row.algorithm,
  priority: row.priority,
  request: row.request,
  retryOf: row.retry_of,
  attempt: row.attempt,
  createdBy: row.created_by,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  dispatchedAt: row.dispatched_at,
});

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
});
