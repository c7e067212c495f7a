import { DEFAULT_STALL, type Spec } from '../schema/spec.ts';
import type { Status } from '../schema/status.ts';
import { roughDuration } from '../text.ts';

export type Pace =
  /** No progress of this attempt yet, so no pace to compare with. */
  | { readonly kind: 'unknown' }
  /** Looked at again also before it can have stalled: steps may become faster meanwhile. */
  | { readonly kind: 'steady'; readonly lookAgainSeconds: number }
  | { readonly kind: 'stalled'; readonly message: string };

/** Of this attempt: how long a step takes is known, so that a missing one can be noticed. */
export const isPaceKnown = (status: Status): status is Status & Required<Pick<Status, 'stepSeconds' | 'stepTime'>> =>
  status.stepSeconds !== undefined && status.stepTime !== undefined && status.progressAttempt === status.attempt;

export function paceOf({ failurePolicy }: Spec, status: Status, now: Date): Pace {
  if (!isPaceKnown(status)) return { kind: 'unknown' };
  const { stepSeconds, stepTime } = status;
  const { factor, minimumSeconds } = failurePolicy?.stall ?? DEFAULT_STALL;
  const patience = Math.max(minimumSeconds, factor * stepSeconds);
  const waited = (now.getTime() - Date.parse(stepTime)) / 1000;
  if (waited < patience) {
    return { kind: 'steady', lookAgainSeconds: Math.ceil(Math.min(patience - waited, minimumSeconds)) };
  }
  // The time since the step would change the message, and the object, with every look.
  return {
    kind: 'stalled',
    message: `No step since ${stepTime}: a step takes ${roughDuration(stepSeconds)}, and ${roughDuration(patience)} have passed`,
  };
}
