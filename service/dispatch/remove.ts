import type { Reason } from '../contract/reasons.ts';
import { KINDS } from '../contract.ts';
import { isFinished, type Job } from '../jobs/job.ts';
import type { JobManifests } from '../jobs/manifests/index.ts';
import { wordsOfLoss } from '../jobs/recovery.ts';
import { KarmadaError } from '../karmada/errors.ts';
import { bindingName } from '../karmada/placement.ts';
import type { KubeObject, ObjectReference } from '../kube/kube.ts';
import { counted, isOurs } from './create.ts';
import { type Obstacle, type Outcome, waiting } from './outcome.ts';
import { pollDelay } from './pacing.ts';
import { referenceTo, type Step, type StepContext, titleOf } from './step.ts';

// Removing an object from Karmada only begins it: its ResourceBinding goes when the owner has gone, then the Works, then the
// object in each member, each by a controller of its own that may be behind; and a Work is dropped as soon as the member has
// accepted the deletion. So the end is what the members themselves say.

/** A garbage collector that works has long been there; see bindingsLeft. */
const BINDING_LINGERS_MS = 4_000;

/** The watches are minutes behind at most. */
const HEARD_OF_MS = 600_000;

/** The clusters are in the binding, and the binding goes with the job: they are written down before anything is removed. */
export const rememberClusters: Step = async (context, job) => {
  const placements = await Promise.all(propagated(context.objects).map((object) => placementOf(context, object)));
  const placedIn = placements.flatMap((placement) => placement?.clusters ?? []);
  const unknown = [...new Set(placedIn)].filter((cluster) => !job.clusters.includes(cluster));
  if (unknown.length > 0) return againWith({ clusters: [...job.clusters, ...unknown] });
  if (job.dispatchedAt) return undefined;
  // A try that was cut off before it could say so has created it: from here on its members count.
  const { karmada, objects, signal } = context;
  const workload = await karmada.get(referenceTo(objects.workload), { signal });
  return workload && isOurs(workload, job) ? againWith({ dispatchedAt: new Date() }) : undefined;
};

export async function placementOf({ karmada, overview, signal }: StepContext, object: KubeObject) {
  if (overview.isComplete) return overview.binding(referenceTo(object))?.placement;
  return karmada.placement(referenceTo(object), { signal });
}

/** The policies of its own that a job of earlier versions has go last: without them it could be claimed by a wider one of the site. */
export const removeAll: Step = (context, job) =>
  remove(context, job, [context.objects.workload, context.objects.volume, ...earlierPolicies(context, job)]);

/** After the end: the volume stays, and what keeps it in its cluster. */
export const removeWorkload: Step = (context, job) =>
  remove(context, job, [context.objects.workload, ...earlierPolicies(context, job).slice(0, 1)]);

/** Known by the overview: they were made long ago. */
function earlierPolicies({ objects, overview }: StepContext, job: Job): KubeObject[] {
  const policies = [objects.earlier.policy, objects.earlier.volumePolicy(job.clusters)];
  return policies.filter(
    (policy) => policy !== undefined && (!overview.isComplete || overview.object(referenceTo(policy)) !== undefined),
  ) as KubeObject[];
}

/** What still keeps the job in its clusters. */
export async function bindingsLeft(context: StepContext, job: Job): Promise<string | undefined> {
  const left = await bindingsOf(context, propagated(context.objects));
  // Karmada's garbage collector removes them within seconds. A control plane that runs none would keep the job in its member for
  // ever; deleting the bindings does what the collector would have done, where our rights allow it.
  if (waitedMs(job) > BINDING_LINGERS_MS) await Promise.all(left.map((binding) => removeBinding(context, binding)));
  return left.length > 0
    ? `Waiting for Karmada to remove ${left.map(({ name }) => `ResourceBinding ${name}`).join(' and ')}`
    : undefined;
}

/** The same of clusters that cannot do their part: that its end has begun on Karmada is enough, which then removes it there when they are back. */
export async function bindingsToEnd(context: StepContext): Promise<string | undefined> {
  const left = (await bindingsOf(context, propagated(context.objects))).filter(({ isLeaving }) => !isLeaving);
  await Promise.all(left.map((binding) => removeBinding(context, binding)));
  return left.length > 0
    ? `Waiting for Karmada to begin the removal of ${left.map(({ name }) => `ResourceBinding ${name}`).join(' and ')}`
    : undefined;
}

interface BindingLeft extends ObjectReference {
  readonly uid: string | undefined;
  readonly isLeaving: boolean;
}

async function bindingsOf({ karmada, overview, signal }: StepContext, objects: readonly KubeObject[]) {
  const found = await Promise.all(
    objects.map(async (object): Promise<BindingLeft | undefined> => {
      const reference = bindingOf(referenceTo(object));
      if (overview.isComplete) {
        const seen = overview.binding(referenceTo(object));
        return seen && { ...reference, uid: seen.uid, isLeaving: seen.isLeaving };
      }
      const binding = await karmada.get(reference, { signal });
      const { uid, deletionTimestamp } = binding?.metadata ?? {};
      return binding && { ...reference, uid, isLeaving: deletionTimestamp !== undefined };
    }),
  );
  return found.filter((binding) => binding !== undefined);
}

async function removeBinding({ karmada, signal }: StepContext, { isLeaving, uid, ...reference }: BindingLeft) {
  if (isLeaving) return;
  await karmada.delete(reference, { ...(uid !== undefined && { uid }), signal }).catch((error: unknown) => {
    if (!(error instanceof KarmadaError && error.failure === 'forbidden')) throw error;
  });
}

/** Asks for all of them to be removed; waits until they have been heard, or seen, to be gone. */
export async function remove(
  context: StepContext,
  job: Job,
  objects: readonly (KubeObject | undefined)[],
): Promise<Outcome | undefined> {
  const leaving: KubeObject[] = [];
  for (const object of objects) {
    if (object && !(await isGone(context, job, object))) leaving.push(object);
  }
  if (leaving.length === 0) return undefined;
  return stillThere(context, job, { message: `Waiting for Karmada to remove ${leaving.map(titleOf).join(' and ')}` });
}

async function isGone(context: StepContext, job: Job, object: KubeObject): Promise<boolean> {
  const { karmada, overview, signal } = context;
  const reference = referenceTo(object);
  if (overview.hasGone(reference, job.id)) return true;
  const ours = await seenOrAsked(context, job, object);
  if (!ours) return true;
  return !ours.isLeaving && !(await karmada.delete(reference, { uid: ours.uid, signal }));
}

/** An object of the job as it is known without a request, or else as it is. */
export async function seenOrAsked({ karmada, overview, signal }: StepContext, job: Job, object: KubeObject) {
  const reference = referenceTo(object);
  const seen = overview.object(reference);
  if (seen) return seen.jobId === job.id ? seen : undefined;
  if (overview.isComplete && isLongOver(job)) return undefined;
  const found = await karmada.get(reference, { signal });
  if (!found || !isOurs(found, job)) return undefined;
  const { deletionTimestamp, uid = '' } = found.metadata;
  return { uid, isLeaving: deletionTimestamp !== undefined };
}

/** What was made of it has been heard of. */
const isLongOver = ({ dispatchedAt, status }: Job): boolean =>
  isFinished(status) && dispatchedAt !== null && Date.now() - dispatchedAt.getTime() > HEARD_OF_MS;

export const propagated = ({ workload, volume }: JobManifests): KubeObject[] =>
  volume ? [workload, volume] : [workload];

export const bindingOf = ({ kind, namespace, name }: ObjectReference): ObjectReference => ({
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
  { attempts, overview }: Pick<StepContext, 'attempts' | 'overview'>,
  job: Job,
  why: Omit<Obstacle, 'reason'>,
  { isWorthAWord = waitedMs(job) > WORTH_A_WORD_MS, isTold = overview.isComplete } = {},
): Outcome {
  const dueInSeconds = pollDelay(attempts, isTold);
  if (!isWorthAWord || (isFinished(job.status) && job.wanted !== 'delete'))
    return counted({ set: {}, next: { dueInSeconds } });
  const lost = job.wanted === 'cancel' || job.wanted === 'delete' ? null : job.recovery?.lost;
  // What the attempt was lost to stays what is read first, and is told once.
  const words = lost ? { message: wordsOfLoss(job, lost), detail: why.message } : {};
  return counted(waiting(job, { ...why, ...words, reason: reasonOf(job) }, dueInSeconds));
}

/** A job that was placed and never seen leaves its old place: it says so itself. */
export const reasonOf = (job: Job): Reason => {
  if (job.wanted === 'delete') return 'Deleting';
  if (job.recovery?.lost && job.wanted !== 'cancel') return 'AwaitingAttempt';
  return job.wanted === 'cancel' ? 'Cancelling' : 'PlacedAnew';
};
