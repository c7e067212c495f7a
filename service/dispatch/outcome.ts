import { factsOf, type Reason } from '../contract/reasons.ts';
import type { Job } from '../jobs/job.ts';
import type { Settlement } from '../store/store.ts';

/** What a reconciliation ends with: written in one statement, together with when the job is looked at again. */
export type Outcome = Settlement;

/** Why a job does not get on. The detail (an error's words) may change from try to try without being news. */
export interface Obstacle {
  readonly reason: Reason;
  readonly message: string;
  readonly detail?: string;
  readonly cluster?: string;
}

/**
 * The job waits and says why. A row of history is written only when the reason is a new one, and nothing at all when the
 * words are the same: a control plane that is down for an hour must not cost a write per job and try.
 */
export function waiting(job: Job, why: Obstacle, dueInSeconds: number): Outcome {
  const message = why.detail ? `${why.message}: ${why.detail}` : why.message;
  const next = { dueInSeconds };
  if (job.reason === why.reason && job.message === message) return { set: {}, next };
  const set = { reason: why.reason, message };
  const isNews = job.reason !== why.reason || !job.message.startsWith(why.message);
  return isNews ? { set, event: { cluster: why.cluster ?? null, reason: why.reason, message }, next } : { set, next };
}

/** The dispatcher itself ended a job that it could not create, or not wholly. */
export const isRefused = (job: Job): boolean => job.status === 'Failed' && factsOf(job.reason)?.undone === true;

/** A failure that waiting will not cure. What was created of it is removed in the next round. */
export function failed(reason: 'Refused' | 'NameTaken', message: string): Outcome {
  return {
    set: { status: 'Failed', reason, message },
    event: { cluster: null, reason, message },
    next: { dueInSeconds: 0 },
  };
}
