import { LABELS } from '../contract.ts';
import type { Job } from '../jobs/job.ts';
import { KarmadaError } from '../karmada/errors.ts';
import type { KubeObject } from '../kube/kube.ts';
import { failed, type Outcome, waiting } from './outcome.ts';
import { referenceTo, type Step, type StepContext, titleOf } from './step.ts';

// The order matters. The names are looked at before anything is made. The policy comes before the workload: an object that
// no policy of its own selects yet could be claimed by a wider policy of the site, and Karmada does not take it back from that.

const NAMESPACE_POLL_SECONDS = 5;

export const isOurs = (object: KubeObject, job: Job): boolean => object.metadata.labels?.[LABELS.jobId] === job.id;

export const ensureNamespace: Step = async (context, job) => {
  const { karmada, objects, signal } = context;
  const existing = await karmada.get(referenceTo(objects.namespace), { signal });
  if (!existing) return apply(context, objects.namespace);
  if (!existing.metadata.deletionTimestamp) return undefined;
  const message = `Namespace ${job.namespace} is being deleted on Karmada; the job starts when it can be made again`;
  return waiting(job, { reason: 'NamespaceTerminating', message }, NAMESPACE_POLL_SECONDS);
};

/** Server-side apply would quietly merge into an object of that name that somebody else made. */
export const checkNames: Step = async ({ karmada, objects, signal }, job) => {
  const ours = [objects.volume, objects.policy, objects.workload].filter((object) => object !== undefined);
  const existing = await Promise.all(ours.map((object) => karmada.get(referenceTo(object), { signal })));
  return refuseForeign(existing, job) ?? waitForLeaving(existing, job);
};

export const applyVolume: Step = async (context) => apply(context, context.objects.volume);
export const applyPolicy: Step = async (context) => apply(context, context.objects.policy);
export const applyWorkload: Step = async (context) => apply(context, context.objects.workload);

export const recordDispatched: Step = async ({ objects }, job) => {
  const reason = job.wanted === 'suspend' ? 'Suspending' : 'Dispatched';
  const message = `${titleOf(objects.workload)} is on Karmada, which now chooses a cluster`;
  return {
    set: { reason, message, dispatchedAt: new Date() },
    event: { cluster: null, reason, message },
    next: { dueInSeconds: 0 },
  };
};

/** Karmada read what we want and said no: asking again would change nothing. Elsewhere a 403 may be cured by an administrator. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

export async function apply(
  { karmada, signal }: Pick<StepContext, 'karmada' | 'signal'>,
  object: KubeObject | undefined,
): Promise<undefined> {
  if (!object) return undefined;
  try {
    await karmada.apply(object, { signal });
  } catch (error) {
    const isRefusal = error instanceof KarmadaError && ['refused', 'forbidden'].includes(error.failure);
    throw isRefusal ? new Refusal(error.message, { cause: error }) : error;
  }
  return undefined;
}

function refuseForeign(existing: readonly (KubeObject | undefined)[], job: Job): Outcome | undefined {
  const foreign = existing.find((object) => object && !isOurs(object, job));
  if (!foreign) return undefined;
  const where = `in namespace ${job.namespace}`;
  return failed(
    'NameTaken',
    `Karmada already has a ${titleOf(foreign)} ${where} that is not this job's; it was left as it is`,
  );
}

function waitForLeaving(existing: readonly (KubeObject | undefined)[], job: Job): Outcome | undefined {
  const leaving = existing.find((object) => object?.metadata.deletionTimestamp);
  if (!leaving) return undefined;
  return waiting(job, { reason: 'StillRemoving', message: `Waiting for the earlier ${titleOf(leaving)} to go` }, 1);
}
