import type { AnyReason } from '../../contract/reasons.ts';
import type { ClusterState, Job, JobStatus } from '../job.ts';

/** The job as a whole: the worst of its clusters speaks for it. */
interface Overall {
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
    const these = states.filter(({ state }) => state.status === status);
    const worst = these.find(({ state }) => state.trouble) ?? these[0];
    if (!worst) continue;
    const { reason, message } = saidOf(worst.state);
    return { status, reason, message: places.length > 1 ? `${worst.cluster}: ${message}` : message };
  }
  return undefined;
}

type Said = Pick<ClusterState, 'status' | 'reason' | 'message' | 'trouble'>;

/** What keeps it from starting says more than that it starts. */
export const saidOf = (state: Said): Pick<Said, 'reason' | 'message'> =>
  (state.status === 'Pending' && state.trouble) || state;

const UNSEEN: Said = {
  status: 'Pending',
  reason: 'Scheduled',
  message: 'Karmada placed it there; the cluster does not show it yet',
};
