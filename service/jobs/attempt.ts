import type { AnyReason, Loss } from '../contract/reasons.ts';

/** How an attempt ended that is followed by another. */
export interface LostAttempt {
  readonly lostTo: Loss;
  readonly reason: AnyReason;
  readonly message: string;
  readonly startedAt: string | null;
  readonly endedAt: string;
  /** So long after its end the next one begins. */
  readonly backoffSeconds: number;
}

/** null on a job that is at its first attempt. */
export interface Recovery {
  /** Attempts of this job so far, the present one included. */
  readonly tries: number;
  /** Where its volume is, and so its checkpoint; empty: anywhere. */
  readonly pinnedTo: readonly string[];
  /** Of each instance, where it was raised. */
  readonly memoryGiB: number | null;
  /** Which of its volumes it has, from 1: another in another cluster. Rows of before do not tell. */
  readonly volume?: number;
  /** An attempt has ended, and the next has not begun. */
  readonly lost: LostAttempt | null;
}
