import type { z } from 'zod';
import type { CreatedAtDeploy } from '../constructs/created-at-deploy.ts';
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
  /** What a person does first once it runs. */
  firstSteps?(settings: z.output<Schema>, entrances: readonly Entrance[]): Section[];
}

/** Keeps the schema's type while the definition is checked. */
export function defineStack<Schema extends z.ZodType<CommonSettings>>(
  definition: StackDefinition<Schema>,
): StackDefinition<Schema> {
  return definition;
}
