import type { KubeObject } from '../synth/synthesize.ts';
import { labelled } from './applied/apply-set.ts';
import type { Ledger } from './applied/ledger.ts';
import type { Part, Wanted } from './applied/record.ts';
import type { DeployFlags } from './options.ts';
import { partsOf } from './parts.ts';
import type { Objects, Target } from './target.ts';

/** One deployment while it goes on. */
export interface Deployment {
  readonly target: Target;
  readonly flags: DeployFlags;
  /** What is applied: what the program generates, or on a rollback what was applied before. */
  readonly objects: Objects;
  /** What this command has applied so far; the first step reads it, later ones write it. */
  ledger: Ledger;
}

export interface Step {
  readonly title: string;
  /** Why it is left out; undefined: it is not. */
  skipped?(deployment: Deployment): string | undefined;
  /** Does it, says what is going on meanwhile, and returns how it ended, in a line. */
  run(deployment: Deployment, say: (text: string) => void): Promise<string>;
}

export const wantedOf = ({ flags, objects, target }: Deployment): Wanted => ({
  environment: target.environment,
  objects,
  parts: partsOf(flags, target),
});

/** The objects of a part as they are applied: those of the platform as members of its ApplySet. */
export const toApply = ({ objects, target }: Deployment, part: Part): readonly KubeObject[] =>
  part === 'platform' ? objects.platform.map((each) => labelled(each, target.parent)) : objects[part];

export const forPlatform = ({ flags }: Deployment): string | undefined =>
  flags.only === 'karmada' ? 'only Karmada was asked for' : undefined;

export function forKarmada({ flags, target }: Deployment): string | undefined {
  if (!target.karmada) return `${target.stack} does not use Karmada`;
  return flags.only === 'platform' ? 'only the platform was asked for' : undefined;
}
