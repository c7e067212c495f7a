import type { Spec } from '../schema/spec.ts';
import type { Status } from '../schema/status.ts';

export interface Goal {
  readonly reason: 'TargetReached' | 'EarlyStopped';
  readonly message: string;
}

/** What successPolicy waits for; undefined: not reached. */
export function reachedGoal({ successPolicy }: Spec, status: Status): Goal | undefined {
  if (!successPolicy) return undefined;
  const { targetAccuracy, earlyStoppingPatience } = successPolicy;
  const accuracy = status.metrics?.accuracy ?? status.metrics?.eval_accuracy;
  if (targetAccuracy !== undefined && accuracy !== undefined && accuracy >= targetAccuracy) {
    return { reason: 'TargetReached', message: `Accuracy ${accuracy} reached the target of ${targetAccuracy}` };
  }
  const { best, currentEpoch } = status;
  if (earlyStoppingPatience !== undefined && best && currentEpoch !== undefined) {
    const waited = currentEpoch - best.epoch;
    if (waited >= earlyStoppingPatience) {
      return {
        reason: 'EarlyStopped',
        message: `${best.metric} has not become better than ${best.value} for ${waited} epochs`,
      };
    }
  }
  return undefined;
}
