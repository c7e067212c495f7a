import type { ClusterState, Job, JobStatus } from '../job.ts';

/** The job as a whole: the worst of its clusters speaks for it. */
export interface Overall {
  readonly status: JobStatus;
  readonly reason: string;
  readonly message: string;
}

type Placed = Pick<Job, 'clusters' | 'clusterStates'>;

/** Pending is worse than running: on several clusters the job runs when it runs on all of them. */
const WORST_FIRST: readonly JobStatus[] = ['Failed', 'Pending', 'Running', 'Succeeded'];

/** undefined while no cluster that the job was given has said anything. */
export function summarise({ clusters, clusterStates }: Placed): Overall | undefined {
  const named = clusters.length > 0 ? clusters : Object.keys(clusterStates);
  const states = named.map((cluster) => ({ cluster, state: clusterStates[cluster] ?? UNSEEN }));
  if (states.every(({ state }) => state === UNSEEN)) return undefined;
  for (const status of WORST_FIRST) {
    const worst = states.find(({ state }) => state.status === status);
    if (!worst) continue;
    const { reason, message } = worst.state;
    return { status, reason, message: named.length > 1 ? `${worst.cluster}: ${message}` : message };
  }
  return undefined;
}

const UNSEEN: Pick<ClusterState, 'status' | 'reason' | 'message'> = {
  status: 'Pending',
  reason: 'Scheduled',
  message: 'Karmada placed it there; the cluster does not show it yet',
};

/** The answer of GET /jobs/{id}/status, which clients know. */
export interface StatusAnswer {
  readonly phase: JobStatus;
  readonly reason: string;
  readonly message: string;
  /** Clusters on which it runs, has succeeded, has failed. */
  readonly active: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly startTime: string | null;
  readonly completionTime: string | null;
  readonly clusterDistribution: Readonly<Record<string, number>>;
}

export function statusAnswer(job: Job): StatusAnswer {
  const states = Object.values(job.clusterStates);
  const count = (status: JobStatus) => states.filter((state) => state.status === status).length;
  return {
    phase: job.status,
    reason: job.reason,
    message: job.message,
    active: job.status === 'Running' ? Math.max(1, count('Running')) : count('Running'),
    succeeded: job.status === 'Succeeded' ? Math.max(1, count('Succeeded')) : count('Succeeded'),
    // A job can fail without a cluster: refused by Karmada, or cancelled before it was placed.
    failed: job.status === 'Failed' ? Math.max(1, count('Failed')) : count('Failed'),
    startTime: job.startedAt?.toISOString() ?? null,
    completionTime: job.finishedAt?.toISOString() ?? null,
    clusterDistribution: Object.fromEntries(job.clusters.map((cluster) => [cluster, 1])),
  };
}
