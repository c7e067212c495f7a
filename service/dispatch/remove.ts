import type { Reason } from '../contract/reasons.ts';
import { KINDS } from '../contract.ts';
import { isFinished, type Job } from '../jobs/job.ts';
import type { JobManifests } from '../jobs/manifests/index.ts';
import { KarmadaError } from '../karmada/errors.ts';
import { bindingName } from '../karmada/placement.ts';
import type { KubeObject, ObjectReference } from '../kube/kube.ts';
import { isOurs } from './create.ts';
import { type Obstacle, type Outcome, waiting } from './outcome.ts';
import { pollDelay } from './pacing.ts';
import { referenceTo, type Step, type StepContext, titleOf } from './step.ts';

// Removing an object from Karmada only begins it: its ResourceBinding goes when the owner has gone, then the Works, then the
// object in each member, each by a controller of its own that may be behind; and a Work is dropped as soon as the member has
// accepted the deletion. So the end is what the members themselves say.

/** A garbage collector that works has long been there; see bindingsLeft. */
const BINDING_LINGERS_MS = 1_500;

/** The clusters are in the binding, and the binding goes with the job: they are written down before anything is removed. */
export const rememberClusters: Step = async (context, job) => {
  const { karmada, objects, signal } = context;
  const placements = await Promise.all(
    propagated(objects).map((object) => karmada.placement(referenceTo(object), { signal })),
  );
  const placedIn = placements.flatMap((placement) => placement?.clusters ?? []);
  const unknown = [...new Set(placedIn)].filter((cluster) => !job.clusters.includes(cluster));
  if (unknown.length > 0) return againWith({ clusters: [...job.clusters, ...unknown] });
  if (job.dispatchedAt) return undefined;
  // A try that was cut off before it could say so has created it: from here on its members count.
  const workload = await karmada.get(referenceTo(objects.workload), { signal });
  return workload && isOurs(workload, job) ? againWith({ dispatchedAt: new Date() }) : undefined;
};

/** The policies go last: without one of its own an object could be claimed by a wider policy of the site. */
export const removeAll: Step = (context, job) =>
  remove(context, job, [
    context.objects.workload,
    context.objects.volume,
    context.objects.policy,
    context.objects.volumePolicy(job.clusters),
  ]);

/** After the end: the volume and what keeps it in its cluster stay until the job is deleted. */
export const removeWorkload: Step = (context, job) =>
  remove(context, job, [context.objects.workload, context.objects.policy]);

/** What still keeps the job in its clusters. */
export async function bindingsLeft(context: StepContext, job: Job): Promise<string | undefined> {
  const { karmada, objects, signal } = context;
  const references = propagated(objects).map((object) => bindingOf(referenceTo(object)));
  const bindings = await Promise.all(references.map((reference) => karmada.get(reference, { signal })));
  const left = bindings.filter((binding) => binding !== undefined);
  // Karmada's garbage collector removes them within a second or two. A control plane that runs none would keep the job in its
  // member for ever; deleting the bindings does what the collector would have done, where our rights allow it.
  if (waitedMs(job) > BINDING_LINGERS_MS) await Promise.all(left.map((binding) => removeBinding(context, binding)));
  return left.length > 0 ? `Waiting for Karmada to remove ${left.map(titleOf).join(' and ')}` : undefined;
}

async function removeBinding({ karmada, signal }: StepContext, binding: KubeObject): Promise<void> {
  const { uid, deletionTimestamp } = binding.metadata;
  if (!deletionTimestamp) await karmada.delete(referenceTo(binding), { uid, signal }).catch(unlessForbidden);
}

function unlessForbidden(error: unknown): void {
  if (!(error instanceof KarmadaError && error.failure === 'forbidden')) throw error;
}

async function remove(
  { karmada, signal }: StepContext,
  job: Job,
  objects: readonly (KubeObject | undefined)[],
): Promise<Outcome | undefined> {
  for (const object of objects) {
    if (!object) continue;
    const reference = referenceTo(object);
    const existing = await karmada.get(reference, { signal });
    if (!existing || !isOurs(existing, job)) continue;
    if (!existing.metadata.deletionTimestamp) await karmada.delete(reference, { uid: existing.metadata.uid, signal });
    const left = await karmada.get(reference, { signal });
    if (left && isOurs(left, job))
      return stillThere(job, { message: `Waiting for Karmada to remove ${titleOf(object)}` });
  }
  return undefined;
}

const propagated = ({ workload, volume }: JobManifests): KubeObject[] => (volume ? [workload, volume] : [workload]);

const bindingOf = ({ kind, namespace, name }: ObjectReference): ObjectReference => ({
  apiVersion: KINDS.resourceBinding.apiVersion,
  kind: KINDS.resourceBinding.kind,
  namespace,
  name: bindingName(kind, name),
});

const againWith = (set: Outcome['set']): Outcome => ({ set, next: { dueInSeconds: 0 } });

const waitedMs = (job: Job): number => Date.now() - job.updatedAt.getTime();

/** Most removals take a second or two; only what takes longer is worth a word to the user. */
const WORTH_A_WORD_MS = 2_500;

export function stillThere(
  job: Job,
  why: Omit<Obstacle, 'reason'>,
  isWorthAWord = waitedMs(job) > WORTH_A_WORD_MS,
): Outcome {
  const dueInSeconds = pollDelay(job.updatedAt);
  if (!isWorthAWord || (isFinished(job.status) && job.wanted !== 'delete')) return { set: {}, next: { dueInSeconds } };
  return waiting(job, { ...why, reason: reasonOf(job) }, dueInSeconds);
}

export const reasonOf = (job: Job): Reason => (job.wanted === 'delete' ? 'Deleting' : 'Cancelling');
