import { DEFAULT_STALL, type Spec } from '../schema/spec.ts';
import type { Status } from '../schema/status.ts';
import { roughDuration } from '../text.ts';

export type Pace =
  /** No progress of this attempt yet, so no pace to compare with. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'steady'; readonly stalledInSeconds: number }
  | { readonly kind: 'stalled'; readonly message: string };

export function paceOf({ failurePolicy }: Spec, status: Status, now: Date): Pace {
  const { stepSeconds, stepTime, progressAttempt, attempt } = status;
  if (stepSeconds === undefined || stepTime === undefined || progressAttempt !== attempt) return { kind: 'unknown' };
  const { factor, minimumSeconds } = failurePolicy?.stall ?? DEFAULT_STALL;
  const patience = Math.max(minimumSeconds, factor * stepSeconds);
  const waited = (now.getTime() - Date.parse(stepTime)) / 1000;
  if (waited < patience) return { kind: 'steady', stalledInSeconds: Math.ceil(patience - waited) };
  // The time since the step would change the message, and the object, with every look.
  return {
    kind: 'stalled',
    message: `No step since ${stepTime}: a step takes ${roughDuration(stepSeconds)}, and ${roughDuration(patience)} have passed`,
  };
}
