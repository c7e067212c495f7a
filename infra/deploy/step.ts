import type { DeployFlags } from './options.ts';
import type { Revision } from './revisions.ts';
import type { Objects, Target } from './target.ts';
import type { Way } from './ways/way.ts';

/** One deployment while it goes on. */
export interface Deployment {
  readonly target: Target;
  readonly flags: DeployFlags;
  readonly way: Way;
  /** What is applied: what the program generates, or on a rollback what an earlier revision holds. */
  readonly objects: Objects;
  /** Revisions of applied manifests that were there before, the newest first; the first step reads them. */
  earlier: readonly Revision[];
  /** The one that this deployment writes, once it has. */
  revision?: Revision;
}

export interface Step {
  readonly title: string;
  /** Why it is left out; undefined: it is not. */
  skipped?(deployment: Deployment): string | undefined;
  /** Does it, says what is going on meanwhile, and returns how it ended, in a line. */
  run(deployment: Deployment, say: (text: string) => void): Promise<string>;
}

/** A step failed for a reason that the user can do something about. */
export class StepFailure extends Error {
  override name = 'StepFailure';
}

export const forPlatform = ({ flags }: Deployment): string | undefined =>
  flags.only === 'karmada' ? 'only Karmada was asked for' : undefined;

export function forKarmada({ flags, target }: Deployment): string | undefined {
  if (!target.karmada) return `${target.stack} does not use Karmada`;
  return flags.only === 'platform' ? 'only the platform was asked for' : undefined;
}
