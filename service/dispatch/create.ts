import { LABELS } from '../contract.ts';
import type { Job } from '../jobs/job.ts';
import { placementPolicy, sentWith } from '../jobs/manifests/index.ts';
import { KarmadaError } from '../karmada/errors.ts';
import { isNotServed } from '../kube/errors.ts';
import type { KubeObject } from '../kube/kube.ts';
import { failed, type Outcome, waiting } from './outcome.ts';
import { pollDelay, retryDelay } from './pacing.ts';
import { referenceTo, type Step, type StepContext, titleOf } from './step.ts';

// Everything is created first and looked at only when that fails: a job costs two requests, that of its volume and that of its
// workload. The policy, which its neighbours share, comes before the workload: an object that none of our policies selects could be
// claimed by a wider policy of the site, and Karmada does not take it back from that.

const NAMESPACE_POLL_SECONDS = 5;

export const isOurs = (object: KubeObject, job: Job): boolean => object.metadata.labels?.[LABELS.jobId] === job.id;

export const send: Step = async (context, job) => {
  const { candidates, objects } = context;
  const { place, why, giveBack } = await candidates.take(job, Object.keys(job.clusterStates));
  if (!place) return nowhere(job, why, context.attempts);
  const policy = placementPolicy(job, place);
  let isSent = false;
  try {
    const outcome =
      (await createShared(context, job, policy)) ??
      (await create(context, job, objects.volume)) ??
      (await createWorkload(context, job, sentWith(policy, objects.workload)));
    isSent = outcome === undefined;
    return outcome ?? dispatched(context, job, why);
  } finally {
    if (!isSent) giveBack();
  }
};

function nowhere(job: Job, why: string, attempts: number): Outcome {
  const outcome = waiting(
    job,
    { reason: 'Unschedulable', message: `It waits for a cluster: ${why}` },
    pollDelay(attempts),
  );
  return counted(outcome);
}

function dispatched({ objects, overview }: StepContext, job: Job, why: string): Outcome {
  const reason = job.wanted === 'suspend' ? 'Suspending' : 'Dispatched';
  const message = `${titleOf(objects.workload)} is on Karmada; ${why}`;
  const left = Object.keys(job.clusterStates);
  return counted({
    set: {
      reason,
      message,
      dispatchedAt: new Date(),
      ...(left.length > 0 && { clusterStates: Object.fromEntries(left.map((cluster) => [cluster, null])) }),
    },
    event: { cluster: null, reason, message },
    next: { dueInSeconds: pollDelay(0, overview.isComplete) },
  });
}

/** The next look comes later than the last one did. */
export function counted(outcome: Outcome): Outcome {
  if (typeof outcome.next !== 'object') return outcome;
  return { ...outcome, next: { ...outcome.next, failed: true } } as Outcome;
}

/** Karmada read what we want and said no: asking again would change nothing. Elsewhere a 403 may be cured by an administrator. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

/** Of all jobs that need it: most often it is there. */
export async function createShared(context: StepContext, job: Job, policy: KubeObject): Promise<Outcome | undefined> {
  const seen = context.overview.object(referenceTo(policy));
  return seen && !seen.isLeaving ? undefined : create(context, job, policy);
}

/** With the token by which its pods report: it goes when its owner does. */
async function createWorkload(context: StepContext, job: Job, workload: KubeObject): Promise<Outcome | undefined> {
  let made: KubeObject | undefined;
  const outcome = await create(context, job, workload, (object) => {
    made = object;
  });
  const { uid } = made?.metadata ?? {};
  const secret =
    outcome || uid === undefined ? undefined : context.reportSecret(job, { ...referenceTo(workload), uid });
  if (secret) await sendSecret(context, job, secret);
  return outcome;
}

/** Applied, not created: after a try that was cut off it may be there, of an owner that has gone. */
async function sendSecret({ karmada, log, signal }: StepContext, job: Job, secret: KubeObject): Promise<void> {
  try {
    await karmada.apply(secret, { signal });
  } catch (error) {
    // A training is worth more than what it tells of itself: without the right to send Secrets jobs run as before.
    if (!(asRefusal(error) instanceof Refusal)) throw error;
    const message = 'Karmada does not take the Secret by which the job would report how far it is; it runs untold';
    log.warn({ err: error, job: job.id }, message);
  }
}

async function create(
  context: StepContext,
  job: Job,
  object: KubeObject | undefined,
  onThere: (object: KubeObject) => void = () => undefined,
): Promise<Outcome | undefined> {
  if (!object) return undefined;
  const { karmada, signal } = context;
  try {
    onThere(await karmada.create(object, { signal }));
    return undefined;
  } catch (error) {
    if (!(error instanceof KarmadaError)) throw error;
    if (error.failure === 'namespaceMissing') return createWithNamespace(context, job, object, onThere);
    // Only a namespace on its way out answers so to a creation.
    if (error.failure === 'conflict' && error.status === 403) return namespaceLeaves(job);
    if (error.failure === 'conflict') return settleWith(context, job, object, onThere);
    if (isNotServed(error)) return kindMissing(job, object, context.attempts);
    throw asRefusal(error);
  }
}

async function createWithNamespace(
  context: StepContext,
  job: Job,
  object: KubeObject,
  onThere: (object: KubeObject) => void,
): Promise<Outcome | undefined> {
  const { karmada, objects, signal } = context;
  try {
    await karmada.create(objects.namespace, { signal });
  } catch (error) {
    const isThere = error instanceof KarmadaError && error.failure === 'conflict';
    if (!isThere) throw asRefusal(error);
  }
  return create(context, job, object, onThere);
}

function kindMissing(job: Job, { apiVersion, kind }: KubeObject, attempts: number): Outcome {
  const message = `Karmada has no ${kind} (${apiVersion}); the job starts when it has`;
  return counted(waiting(job, { reason: 'KindMissing', message }, retryDelay(attempts)));
}

function namespaceLeaves(job: Job): Outcome {
  const message = `Namespace ${job.namespace} is being deleted on Karmada; the job starts when it can be made again`;
  return waiting(job, { reason: 'NamespaceTerminating', message }, NAMESPACE_POLL_SECONDS);
}

/** There is one of that name: a try of ours that was cut off, one that is leaving, or somebody else's, which is left alone. */
async function settleWith(
  context: StepContext,
  job: Job,
  object: KubeObject,
  onThere: (object: KubeObject) => void,
): Promise<Outcome | undefined> {
  const { karmada, signal } = context;
  const reference = referenceTo(object);
  const existing = await karmada.get(reference, { signal });
  if (!existing) return counted({ set: {}, next: { dueInSeconds: 0.2 } });
  const isShared = object.metadata.labels?.[LABELS.jobId] === undefined;
  const managed = existing.metadata.labels?.[LABELS.managedBy] === LABELS.managedByValue;
  if (isShared ? !managed : !isOurs(existing, job)) return taken(job, existing);
  if (existing.metadata.deletionTimestamp) return leaves(job, existing);
  if (!isShared && differs(existing, object)) await adjust(context, existing, object);
  onThere(existing);
  return undefined;
}

const differs = (existing: KubeObject, wanted: KubeObject): boolean =>
  isSuspended(existing) !== isSuspended(wanted) ||
  existing.metadata.labels?.[LABELS.placement] !== wanted.metadata.labels?.[LABELS.placement];

/** What may change of an object that is there: whether it is suspended, and which policy places it. */
export async function adjust(
  { karmada, signal }: StepContext,
  existing: KubeObject,
  wanted: KubeObject,
): Promise<void> {
  const change = {
    // Of this very object: not of another that was made in the meantime.
    metadata: { uid: existing.metadata.uid, labels: wanted.metadata.labels },
    ...(hasSuspend(wanted) && { spec: { suspend: isSuspended(wanted) } }),
  };
  await karmada.patch(referenceTo(existing), change, { signal }).catch((error) => {
    throw asRefusal(error);
  });
}

const hasSuspend = ({ spec }: { readonly spec?: unknown }): boolean =>
  typeof spec === 'object' && spec !== null && 'suspend' in spec;

export const isSuspended = (object: { readonly spec?: unknown }): boolean =>
  hasSuspend(object) && (object.spec as { readonly suspend: unknown }).suspend === true;

function asRefusal(error: unknown): unknown {
  const isRefusal = error instanceof KarmadaError && ['refused', 'forbidden'].includes(error.failure);
  return isRefusal ? new Refusal(error.message, { cause: error }) : error;
}

const taken = (job: Job, foreign: KubeObject): Outcome =>
  failed(
    'NameTaken',
    `Karmada already has a ${titleOf(foreign)} in namespace ${job.namespace} that is not this job's; it was left as it is`,
  );

const leaves = (job: Job, leaving: KubeObject): Outcome =>
  waiting(job, { reason: 'StillRemoving', message: `Waiting for the earlier ${titleOf(leaving)} to go` }, 1);
