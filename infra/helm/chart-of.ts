import type { z } from 'zod';
import type { Leaf } from './leaves.ts';
import type { Program } from './program.ts';

/** One chart of a program, as far as its files need to know it. */
export interface ChartOf {
  readonly program: Program;
  readonly values: z.ZodType;
  readonly name: string;
  /** "" for the cluster of the release, or the name of another API server. */
  readonly folder: string;
  /** The settings that are values of this chart. */
  readonly leaves: readonly Leaf[];
}
