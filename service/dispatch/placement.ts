import { type AnyReason, factsOf, type Reason } from '../contract/reasons.ts';
import type { Job } from '../jobs/job.ts';
import { summarise } from '../jobs/state/index.ts';
import type { Placement } from '../karmada/karmada.ts';
import { apply, applyWorkload } from './create.ts';
import { type Outcome, waiting } from './outcome.ts';
import { pollDelay } from './pacing.ts';
import { referenceTo, type Step } from './step.ts';

// A job that is on Karmada: its suspension follows the user's wish, and its row and volume follow where Karmada puts it.

/** Suspended before anything was sent: nothing needs to be sent, unless a try that was cut off has sent it already. */
export const holdBack: Step = async ({ karmada, objects, signal }) => {
  if (await karmada.get(referenceTo(objects.workload), { signal })) return undefined;
  const reason = 'Suspended';
  const message = 'Held back before it was sent to Karmada; resume sends it';
  return { set: { reason, message }, event: { cluster: null, reason, message }, next: 'done' };
};

export const matchSuspension: Step = async (context, job) => {
  const { karmada, objects, signal } = context;
  const existing = await karmada.get(referenceTo(objects.workload), { signal });
  // Deleted by somebody else. Once it has been in a cluster it is the monitor that calls it lost; before, it is sent again.
  if (!existing) return job.clusters.length > 0 ? { set: {}, next: 'done' } : applyWorkload(context, job);
  if (isSuspended(existing) === isSuspended(objects.workload)) return undefined;
  return applyWorkload(context, job);
};

const isSuspended = ({ spec }: { readonly spec?: unknown }): boolean =>
  typeof spec === 'object' && spec !== null && 'suspend' in spec && spec.suspend === true;

/**
 * One GET per waiting job. Listing the bindings would be one request for all, but a list holds the bindings of every running
 * job too (5 kB each, and they do not carry our labels), while those that wait for a cluster are few and asked ever more rarely.
 */
export const keepPlacement: Step = async (context, job) => {
  const { karmada, objects, signal } = context;
  const placement = await karmada.placement(referenceTo(objects.workload), { signal });
  if (!placement || placement.clusters.length === 0) return unplaced(job, placement);

  // Karmada schedules each object by itself: a volume under the job's own policy may land in another cluster than the job.
  // `propagateDeps` would tie them, but takes the volume (and its results) away as soon as the RayJob is removed, copies the
  // Secrets that the pods name, and knows RayJob only in recent releases. So the volume has a policy that names the clusters.
  await apply(context, objects.volumePolicy(placement.clusters));
  return placed(job, placement);
};

function unplaced(job: Job, placement: Placement | undefined): Outcome {
  const delay = pollDelay(job.dispatchedAt ?? job.createdAt);
  if (!placement?.reason) return { set: {}, next: { dueInSeconds: delay } };
  const detail = `${placement.message} (${placement.reason})`;
  return waiting(job, { reason: 'Unschedulable', message: 'Karmada finds no cluster for it', detail }, delay);
}

function placed(job: Job, placement: Placement): Outcome {
  const left = job.clusters.filter((cluster) => !placement.clusters.includes(cluster));
  const isMove = job.clusters.length > 0;
  const isSame = left.length === 0 && placement.clusters.length === job.clusters.length;
  const wish = wishUnderWay(job);
  if (isSame) return wish && !shows(job, wish) ? tell(wish) : { set: {}, next: 'done' };

  const reason: Reason = isMove ? 'Rescheduled' : 'Scheduled';
  const message = `Karmada placed it on ${placement.clusters.join(', ')}${candidates(job)}: ${placement.message || placement.reason}`;
  const shown: Partial<Shown> = job.wanted === 'suspend' ? (wish ?? {}) : { reason, message };
  return {
    set: {
      status: 'Pending',
      ...shown,
      clusters: placement.clusters,
      clusterStates: Object.fromEntries(left.map((cluster) => [cluster, null])),
    },
    event: { cluster: placement.clusters.length === 1 ? (placement.clusters[0] ?? null) : null, reason, message },
    next: 'done',
  };
}

const tell = (wish: Shown): Outcome => ({ set: wish, event: { cluster: null, ...wish }, next: 'done' });

const shows = (job: Job, { reason, message }: Shown): boolean =>
  (job.reason === reason && job.message === message) || (job.wanted === 'suspend' && job.reason === 'Suspended');

const candidates = ({ request: { targetClusters } }: Job): string =>
  targetClusters.length > 0 ? ` out of ${targetClusters.join(', ')}` : ' out of all clusters';

type Shown = Pick<Job, 'reason' | 'message'>;

const isOfSuspension = (reason: AnyReason): boolean => factsOf(reason)?.suspension === true;

/** What is shown until the monitor sees the member act on it. */
function wishUnderWay(job: Job): Shown | undefined {
  if (job.wanted === 'suspend') {
    return { reason: 'Suspending', message: 'Its cluster has been told to suspend it' };
  }
  if (!isOfSuspension(job.reason)) return undefined;
  const seen = summarise(job);
  // Taken back before the member acted on it: nothing there will change, so nothing would ever replace the word.
  if (seen && !isOfSuspension(seen.reason)) return { reason: seen.reason, message: seen.message };
  return { reason: 'Resuming', message: 'Its cluster has been told to resume it' };
}
