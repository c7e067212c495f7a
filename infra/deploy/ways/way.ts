import type { Preview } from '../dry-run.ts';
import type { Right } from '../permissions.ts';
import type { Deployment } from '../step.ts';
import type { Objects, Target } from '../target.ts';

type Say = (text: string) => void;

/** What a rollback goes to. */
export interface Earlier {
  readonly name: string;
  /** undefined: the record does not tell. */
  readonly environment?: string;
  readonly objects: Objects;
}

/** How objects get into the clusters: applied one by one, or as a Helm release. All else is the same for both. */
export interface Way {
  /** What keeps it from being used here, each with what to do; looked at before anything is changed. */
  obstacles(deployment: Deployment): Promise<string[]>;
  /** Rights it needs besides those to read and write the objects themselves. */
  rights(target: Target): { readonly management: Right[]; readonly karmada: Right[] };
  /** The deployment before the current one; undefined: there is none. */
  before(target: Target): Promise<Earlier | undefined>;
  /** Notes down what is about to be done, where it can be found again. */
  begin(deployment: Deployment): Promise<string>;
  /** Brings one part into its cluster, and returns in a line what came of it. */
  install(deployment: Deployment, part: keyof Objects, say: Say): Promise<string>;
  /** Once all runs: removes what is no longer part of it, and closes the record. */
  finish(deployment: Deployment, say: Say): Promise<string>;
  /** What `install` and `finish` would change. */
  preview(deployment: Deployment): Promise<Preview[]>;
}
