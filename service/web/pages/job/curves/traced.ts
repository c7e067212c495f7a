import type { bestOf } from '../../../lib/curves.ts';

/** One series of a figure, of this job or of one of several. */
export interface Traced {
  readonly label: string;
  readonly tone: number;
  readonly dashed: boolean;
  readonly series: Parameters<typeof bestOf>[0];
}
