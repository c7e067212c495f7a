import { type Job, WORKLOADS } from '../jobs/job.ts';
import { NO_CELLS } from '../jobs/state/cells.ts';
import { KarmadaError } from '../karmada/errors.ts';
import { counted } from './create.ts';
import { pollDelay } from './pacing.ts';
import { wasSeen } from './placement.ts';
import { propagated, remove } from './remove.ts';
import type { Step, StepContext } from './step.ts';

// Karmada placed a job and no cluster ever showed it: it is placed anew, but only when the old place is known to be empty, since a
// cluster that is late would otherwise run it as well. Until it is sent again it has no clusters, and the old ones stand in its
// cluster states.

/** Not in its cluster for longer than that takes. One that cannot be asked may be running it. */
export const leaveUnseen: Step = async (context, job) => {
  const waited = (Date.now() - job.updatedAt.getTime()) / 1000;
  const isDue = job.clusters.length > 0 && job.wanted === 'run' && !wasSeen(job);
  if (!isDue || waited < context.placementGraceSeconds) return undefined;
  for (const cluster of job.clusters) {
    if (await mayHaveIt(context, job, cluster))
      return counted({ set: {}, next: { dueInSeconds: pollDelay(context.attempts, true) } });
  }
  const reason = 'PlacedAnew';
  const message = `Not seen in ${job.clusters.join(', ')} for ${Math.round(waited)} s after Karmada placed it there; it is placed anew`;
  return {
    set: {
      reason,
      message,
      dispatchedAt: null,
      clusters: [],
      clusterStates: Object.fromEntries(job.clusters.map((cluster) => [cluster, NEVER_SEEN])),
    },
    event: { cluster: null, reason, message },
    next: { dueInSeconds: 0 },
  };
};

async function mayHaveIt({ members, signal }: StepContext, job: Job, cluster: string): Promise<boolean> {
  try {
    return (await members.remains(cluster, WORKLOADS[job.kind].plural, job.id, signal)) !== undefined;
  } catch (error) {
    if (error instanceof KarmadaError && error.failure === 'unknownCluster') return false;
    throw error;
  }
}

const NEVER_SEEN = {
  status: 'Pending',
  reason: 'PlacedAnew',
  message: 'Never seen here',
  startedAt: null,
  finishedAt: null,
  columns: NO_CELLS,
  rayCluster: null,
} as const;

export const hasLeft = (job: Job): boolean => job.clusters.length === 0 && Object.keys(job.clusterStates).length > 0;

export const removeFromOldPlace: Step = (context, job) => remove(context, job, propagated(context.objects));
