import type { Job } from '../jobs/job.ts';
import { inPlace, keepingPolicy } from '../jobs/manifests/index.ts';
import { placementOf } from '../karmada/placement.ts';
import type { KubeObject } from '../kube/kube.ts';
import { counted, createShared } from './create.ts';
import { confirmGone } from './members.ts';
import { pollDelay } from './pacing.ts';
import { bindingOf, remove, seenOrAsked } from './remove.ts';
import { referenceTo, type Step, type StepContext } from './step.ts';

// The volume of a job that has ended is kept for a while, and then removed; a request can ask for it to stay. As long as it is there
// the job has a place in the dispatcher's queue.

/** So soon a retention that was changed holds for volumes that wait already. */
const MAX_WAIT_SECONDS = 86_400;

/**
 * A volume follows its workload, out of its cluster too: before the workload goes it is given a policy that keeps it there. Done when
 * Karmada has taken that up.
 */
export const keepVolume: Step = async (context, job) => {
  const { attempts, karmada, objects, overview, signal } = context;
  const { volume } = objects;
  if (!volume || secondsLeft(context, job) <= 0 || overview.hasGone(referenceTo(volume), job.id)) return undefined;
  const binding = await bindingOfVolume(context, volume);
  if (!binding || binding.placement.clusters.length === 0) return undefined;
  // Only when it is scheduled for itself does it no longer need the workload's clusters.
  if (binding.hasPlacement && binding.placement.scheduled) return undefined;
  const later = counted({ set: {}, next: { dueInSeconds: pollDelay(attempts, overview.isComplete) } });
  if (binding.hasPlacement) return later;
  const ours = await seenOrAsked(context, job, volume);
  if (!ours || ours.isLeaving) return undefined;
  const policy = keepingPolicy(job.namespace, binding.placement.clusters);
  const outcome = await createShared(context, job, policy);
  if (outcome) return counted({ set: {}, next: { dueInSeconds: pollDelay(attempts) } });
  const labels = inPlace(policy);
  await karmada.patch(referenceTo(volume), { metadata: { uid: ours.uid, labels } }, { signal });
  return later;
};

async function bindingOfVolume({ karmada, overview, signal }: StepContext, volume: KubeObject) {
  if (overview.isComplete) return overview.binding(referenceTo(volume));
  const binding = await karmada.get(bindingOf(referenceTo(volume)), { signal });
  return binding && placementOf(binding);
}

/** Nobody looks at a volume that is kept more than once a day. Its end is told before it begins, so that a kill in between loses no word. */
export const awaitVolumeRetention: Step = async (context, job) => {
  const { volume } = context.objects;
  if (!volume || job.volumeRemovedAt) return undefined;
  const seconds = secondsLeft(context, job);
  const ours = await seenOrAsked(context, job, volume);
  if (!ours || ours.isLeaving) return undefined;
  if (seconds > 0) return { set: {}, next: { dueInSeconds: Math.min(seconds, MAX_WAIT_SECONDS) } };
  const size = `${job.request.resources.volumeSizeGB} GiB`;
  const message = `Its volume of ${size} is removed: it was kept for ${days(context.volumeRetentionSeconds)} after the end`;
  return {
    set: { volumeRemovedAt: new Date() },
    event: { cluster: null, reason: 'VolumeRemoved', message },
    next: { dueInSeconds: 0 },
  };
};

/** From Karmada, and then from the members, which are asked. */
export const removeVolume: Step = async (context, job) => {
  const { volume } = context.objects;
  return (
    (await remove(context, job, [volume])) ?? (volume && job.volumeRemovedAt ? confirmGone(context, job) : undefined)
  );
};

/** Infinite where the request says so. */
function secondsLeft({ volumeKeptFrom, volumeRetentionSeconds }: StepContext, { request }: Job): number {
  if (request.keepVolume) return Number.POSITIVE_INFINITY;
  return volumeRetentionSeconds - (Date.now() - volumeKeptFrom.getTime()) / 1000;
}

/** Of a job that is cancelled: nothing is there to be kept before it has been in a cluster. */
export const keepsVolume = (job: Job): boolean =>
  job.request.keepVolume && job.request.pvcName === undefined && job.clusters.length > 0;

/** As if the job had no volume: of all the rest. */
export const besidesVolume =
  (step: Step): Step =>
  (context, job) =>
    step({ ...context, objects: { ...context.objects, volume: undefined } }, job);

const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

function days(seconds: number): string {
  const [unit, length] = UNITS.find(([, each]) => seconds >= each && seconds % each === 0) ?? ['second', 1];
  const amount = Math.round((seconds / length) * 10) / 10;
  return `${amount} ${unit}${amount === 1 ? '' : 's'}`;
}
