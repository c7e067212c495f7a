import type { AnyReason } from '../contract/reasons.ts';

/** Why somebody should look at a job that goes on. */
export interface Attention {
  readonly reason: AnyReason;
  /** In ISO. */
  readonly since: string;
  readonly message: string;
}
