import type { z } from 'zod';
import type { StackDefinition } from '../stacks/definition.ts';
import type { Leaf } from './leaves.ts';
import type { Project } from './project.ts';

/** One chart of a stack, as far as its files need to know it. */
export interface ChartOf {
  readonly definition: StackDefinition;
  /** As values. */
  readonly settings: z.ZodType;
  readonly name: string;
  /** "" for the stack's own cluster, or the name of another API server. */
  readonly folder: string;
  /** The settings that are values of this chart. */
  readonly leaves: readonly Leaf[];
  readonly project: Project;
}
