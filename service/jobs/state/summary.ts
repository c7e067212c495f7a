import type { AnyReason } from '../../contract/reasons.ts';
import type { ClusterState, Job, JobStatus } from '../job.ts';

/** The job as a whole: the worst of its clusters speaks for it. */
export interface Overall {
  readonly status: JobStatus;
  readonly reason: AnyReason;
  readonly message: string;
}

type Placed = Pick<Job, 'clusters' | 'clusterStates'>;

/** Pending is worse than running: on several clusters the job runs when it runs on all of them. */
const WORST_FIRST: readonly JobStatus[] = ['Failed', 'Pending', 'Running', 'Succeeded'];

/** undefined while no cluster that the job was given has said anything. */
export function summarise({ clusters, clusterStates }: Placed): Overall | undefined {
  const places = clusters.length > 0 ? clusters : Object.keys(clusterStates);
  const states = places.map((cluster) => ({ cluster, state: clusterStates[cluster] ?? UNSEEN }));
  if (states.every(({ state }) => state === UNSEEN)) return undefined;
  for (const status of WORST_FIRST) {
    const worst = states.find(({ state }) => state.status === status);
    if (!worst) continue;
    const { reason, message } = worst.state;
    return { status, reason, message: places.length > 1 ? `${worst.cluster}: ${message}` : message };
  }
  return undefined;
}

const UNSEEN: Pick<ClusterState, 'status' | 'reason' | 'message'> = {
  status: 'Pending',
  reason: 'Scheduled',
  message: 'Karmada placed it there; the cluster does not show it yet',
};
