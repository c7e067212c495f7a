import { type AnyReason, factsOf, type Reason } from '../contract/reasons.ts';
import { KINDS } from '../contract.ts';
import type { Job } from '../jobs/job.ts';
import { placementPolicy } from '../jobs/manifests/index.ts';
import { summarise } from '../jobs/state/index.ts';
import type { Placement } from '../karmada/karmada.ts';
import { adjust, counted, isSuspended, send } from './create.ts';
import { keepLogsBeforeSuspension } from './endings.ts';
import { type Outcome, waiting } from './outcome.ts';
import { pollDelay } from './pacing.ts';
import { referenceTo, type Step, type StepContext } from './step.ts';

// A job that is on Karmada: its suspension follows the user's wish, and its row follows where Karmada puts it.

/** Suspended before anything was sent: nothing needs to be sent, unless a try that was cut off has sent it already. */
export const holdBack: Step = async ({ karmada, objects, signal }) => {
  if (await karmada.get(referenceTo(objects.workload), { signal })) return undefined;
  const reason = 'Suspended';
  const message = 'Held back before it was sent to Karmada; resume sends it';
  return { set: { reason, message }, event: { cluster: null, reason, message }, next: 'done' };
};

export const matchSuspension: Step = async (context, job) => {
  // As it was made: a wish to suspend or to resume it would have left its word in the place of this one.
  if (job.reason === 'Dispatched' && job.wanted === 'run') return undefined;
  const { karmada, objects, signal } = context;
  const existing = await karmada.get(referenceTo(objects.workload), { signal });
  // Deleted by somebody else. Once it has been in a cluster it is the monitor that calls it lost; before, it is sent again.
  if (!existing) return job.clusters.length > 0 ? { set: {}, next: 'done' } : send(context, job);
  if (isSuspended(existing) === isSuspended(objects.workload)) return undefined;
  const notKept = job.wanted === 'suspend' ? await keepLogsBeforeSuspension(context, job) : undefined;
  if (notKept) return notKept;
  const labels = existing.metadata.labels ?? {};
  const wanted = { ...objects.workload, metadata: { ...objects.workload.metadata, labels } };
  await adjust(context, existing, wanted);
  return undefined;
};

/** Told by the overview without a request, asked for where that does not know. */
export const keepPlacement: Step = async (context, job) => {
  const { karmada, objects, overview, signal } = context;
  const workload = referenceTo(objects.workload);
  const placement = overview.isComplete
    ? overview.binding(workload)?.placement
    : await karmada.placement(workload, { signal });
  if (!placement || placement.clusters.length === 0) return unplaced(context, job, placement);
  await sendVolumeOfEarlier(context, placement.clusters);
  return placed(context, job, placement);
};

/** A job of before there were shared policies: its volume has a policy of its own, that goes where the job goes. */
async function sendVolumeOfEarlier({ karmada, objects, overview, signal }: StepContext, clusters: readonly string[]) {
  const isEarlier = overview.object(referenceTo(objects.earlier.policy)) !== undefined;
  const policy = isEarlier ? objects.earlier.volumePolicy(clusters) : undefined;
  if (policy) await karmada.apply(policy, { signal });
}

/** Nobody has heard of it for so long: its policy may have been removed in the moment in which it was sent. */
const SEND_AGAIN_AFTER_MS = 120_000;

async function unplaced(context: StepContext, job: Job, placement: Placement | undefined): Promise<Outcome> {
  const delay = pollDelay(context.attempts, context.overview.isComplete);
  if (!placement?.reason) {
    const isForgotten =
      Date.now() - (job.dispatchedAt ?? job.createdAt).getTime() > SEND_AGAIN_AFTER_MS || hasLostPolicy(context);
    const again = isForgotten ? await send(context, job) : undefined;
    return counted(again?.set.status ? again : { set: {}, next: { dueInSeconds: delay } });
  }
  if (await hasOtherCandidates(context, job)) return (await send(context, job)) ?? { set: {}, next: 'done' };
  const detail = `${placement.message} (${placement.reason})`;
  return counted(waiting(job, { reason: 'Unschedulable', message: 'Karmada finds no cluster for it', detail }, delay));
}

/** It was removed, as one that nobody used, in the moment in which the job was sent. */
function hasLostPolicy({ objects, overview }: StepContext): boolean {
  const sent = overview.object(referenceTo(objects.workload));
  if (!overview.isComplete || !sent?.placement) return false;
  const { apiVersion, kind } = KINDS.propagationPolicy;
  const policy = overview.object({ apiVersion, kind, namespace: sent.namespace, name: sent.placement });
  return policy === undefined || policy.isLeaving;
}

/** A cluster can be reached again, or has come: the policy that the job was sent with does not know of it. */
async function hasOtherCandidates({ candidates, objects, overview }: StepContext, job: Job): Promise<boolean> {
  const sentWith = overview.object(referenceTo(objects.workload))?.placement;
  if (!sentWith) return false;
  const { place } = await candidates.choose(job);
  return place !== undefined && placementPolicy(job, place).metadata.name !== sentWith;
}

function placed(context: StepContext, job: Job, placement: Placement): Outcome {
  const left = job.clusters.filter((cluster) => !placement.clusters.includes(cluster));
  const isMove = job.clusters.length > 0;
  const isSame = left.length === 0 && placement.clusters.length === job.clusters.length;
  const wish = wishUnderWay(job);
  const next = { dueInSeconds: context.placementGraceSeconds };
  if (isSame) return wish && !shows(job, wish) ? tell(wish, next) : { set: {}, next: wasSeen(job) ? 'done' : next };

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
    // Then it has been seen there, or is placed anew.
    next,
  };
}

const tell = (wish: Shown, next: Outcome['next']): Outcome =>
  ({ set: wish, event: { cluster: null, ...wish }, next }) as Outcome;

const shows = (job: Job, { reason, message }: Shown): boolean =>
  (job.reason === reason && job.message === message) || (job.wanted === 'suspend' && job.reason === 'Suspended');

const candidates = ({ request: { targetClusters } }: Job): string =>
  targetClusters.length > 0 ? ` out of ${targetClusters.join(', ')}` : ' out of all clusters';

/** Some cluster has shown it. */
export const wasSeen = (job: Job): boolean => job.clusters.some((cluster) => job.clusterStates[cluster] !== undefined);

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
