import { KubeError } from '../kube/errors.ts';
import { CLAIM } from '../kube/kinds.ts';
import type { Kube } from '../kube/kube.ts';
import { isOnClaim, nameOfClaim, type Pod, type Status, type TrainingJob } from '../trainingjob/index.ts';

// A claim that somebody deletes stays until no pod uses it any more, and then takes its checkpoints along.

/** An attempt that began now would have pods that no node takes. */
export class ClaimLeavesError extends Error {
  override readonly name = 'ClaimLeavesError';
  constructor(claim: string) {
    super(`Its claim ${claim} is being deleted: the attempt begins when it has gone`);
  }
}

/** Why the checkpoint is not there any more; undefined: nothing says so. */
export async function whyLost(
  kube: Kube,
  { name: ofJob, namespace, spec }: TrainingJob,
  checkpoint: NonNullable<Status['checkpoint']>,
): Promise<string | undefined> {
  const name = nameOfClaim(ofJob, spec);
  if (name === undefined || !isOnClaim(spec, checkpoint.latest)) return undefined;
  const claim = await claimIn(kube, namespace, name);
  if (claim === 'not to be looked at') return undefined;
  if (claim === undefined) return `Its claim ${name} was deleted`;
  const { creationTimestamp = '', deletionTimestamp } = claim.metadata;
  if (deletionTimestamp !== undefined) throw new ClaimLeavesError(name);
  const isYounger = Date.parse(creationTimestamp) > Date.parse(checkpoint.time ?? '');
  return isYounger ? `Its claim ${name} was deleted and made anew` : undefined;
}

async function claimIn(kube: Kube, namespace: string, name: string) {
  try {
    return await kube.get(CLAIM, { namespace, name });
  } catch (error) {
    // With the rights of a version that never looked at claims it goes on as that one did.
    if (error instanceof KubeError && error.failure === 'forbidden') return 'not to be looked at' as const;
    throw error;
  }
}

/** In the words of the scheduler. */
const NO_CLAIM = /persistentvolumeclaim "[^"]+" not found/;

/** Its pods were made, and what they wait for was deleted meanwhile. */
export const waitForClaim = (pods: readonly Pod[]): boolean =>
  pods.some(({ waits }) => waits !== undefined && NO_CLAIM.test(waits.message));
