import type { z } from 'zod';
import { asChosen, type CreatedAtDeploy } from '../constructs/created-at-deploy.ts';
import type { ForeignChart } from '../constructs/foreign-chart.ts';
import type { Stack } from '../constructs/stack.ts';
import type { CommonSettings } from '../settings/fragments.ts';
import type { Entrance } from './entrances.ts';

/** A documented environment variable that overrides one setting. */
interface Variable {
  /** Path of the setting: "images.tag". */
  readonly setting: string;
  readonly what: string;
}

/** A few lines under a title, for a person to read. */
export interface Section {
  readonly title: string;
  readonly lines: readonly string[];
}

/** A way in by HTTPS, and what must hold of it for whoever comes that way. */
export interface WayIn {
  readonly host: string;
  readonly ports: { readonly http: number; readonly https: number };
  /** A page that anybody may see. */
  readonly path: string;
  /** Whose certificates are trusted: those of everybody, of the authority in this Secret (key ca.crt) if it has one, or any. */
  readonly trusts: 'public' | 'any' | { readonly secret: string };
  /** Headers of its answers, and what is in each. */
  readonly headers: Readonly<Record<string, string>>;
  /** HTTP leads to it. */
  readonly redirects: boolean;
}

export interface BuildContext {
  /** Name of the environment: a folder of charts-out. */
  readonly environment: string;
}

/** All there is to know of a stack: what can be set, the environments it comes with, and which parts it is made of. */
export interface StackDefinition<Schema extends z.ZodType<CommonSettings> = z.ZodType<CommonSettings>> {
  readonly name: string;
  /** One line for lists and charts. */
  readonly what: string;
  readonly settings: Schema;
  readonly environments: Readonly<Record<string, z.input<Schema>>>;
  /** More settings that are worth to be seen and tested: in the chart's folder ci, beside the environments. */
  readonly examples?: Readonly<Record<string, z.input<Schema>>>;
  readonly variables: Readonly<Record<string, Variable>>;
  /** All its objects go to a Karmada that is named as well: the policies of its folder karmada bring them to the members. */
  readonly throughKarmada?: true;
  build(stack: Stack, settings: z.output<Schema>, context: BuildContext): void;
  /** The Secrets that its manifests refer to and that are never written to a file. */
  createdAtDeploy(settings: z.output<Schema>): CreatedAtDeploy[];
  /** Charts of other makers that it stands on. */
  foreignCharts?(settings: z.output<Schema>): ForeignChart[];
  /** An Ingress whose address the settings do not know yet, and the variable that tells it to them. */
  unknownEntrance?(settings: z.output<Schema>): { readonly ingress: string; readonly variable: string } | undefined;
  /** What `deploy` proves of the way in from outside, once there is one. */
  wayIn?(settings: z.output<Schema>): WayIn | undefined;
  /** Its check disturbs nobody: each deployment ends with it. */
  readonly isCheckedAlways?: true;
  /** What a person does first once it runs. */
  firstSteps?(settings: z.output<Schema>, entrances: readonly Entrance[]): Section[];
}

/** Keeps the schema's type while the definition is checked. */
export function defineStack<Schema extends z.ZodType<CommonSettings>>(
  definition: StackDefinition<Schema>,
): StackDefinition<Schema> {
  // Whoever asks what is created at deploy is told of it as the settings choose.
  return {
    ...definition,
    createdAtDeploy: (settings) => asChosen(settings.secrets, definition.createdAtDeploy(settings)),
  };
}
