import { CONDITION_TYPES, type Condition, type ConditionType, type State } from '../schema/status.ts';

interface Claim {
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

interface Facts {
  readonly state: State;
  readonly reason: string;
  readonly message: string;
  readonly isInitialized: boolean;
  readonly stall: string | undefined;
  readonly warnings: readonly string[];
}

/**
 * Ready is what Helm, Argo CD and kstatus wait for: what the spec asks for is so. Stalled, which they take for a failure,
 * is true of a job that has failed, too.
 */
function claimsOf(facts: Facts): Record<ConditionType, Claim> {
  const { state, reason, message, isInitialized, stall, warnings } = facts;
  const when = (isTrue: boolean): Claim => ({ status: isTrue ? 'True' : 'False', reason, message });
  return {
    Ready: when(state === 'Running' || state === 'Completed' || state === 'Suspended'),
    Initialized: {
      status: isInitialized ? 'True' : 'False',
      reason: isInitialized ? 'Made' : 'NotMade',
      message: isInitialized ? 'All objects of its attempt are made' : 'Not all objects of its attempt are made',
    },
    Running: when(state === 'Running'),
    Suspended: when(state === 'Suspended'),
    Stalled: stall === undefined ? when(state === 'Failed') : { status: 'True', reason: 'NoStep', message: stall },
    Completed: when(state === 'Completed'),
    Failed: when(state === 'Failed'),
    Warning: {
      status: warnings.length > 0 ? 'True' : 'False',
      reason: warnings.length > 0 ? 'SpecWarning' : 'None',
      message: warnings.join('; '),
    },
  };
}

/** A condition that was never true says nothing, and is left out; Ready is always there. */
export function conditionsOf(
  facts: Facts,
  before: readonly Condition[],
  observedGeneration: number,
  now: string,
): Condition[] {
  const claims = claimsOf(facts);
  return CONDITION_TYPES.flatMap((type) => {
    const claim = claims[type];
    const known = before.find((condition) => condition.type === type);
    if (!known && claim.status === 'False' && type !== 'Ready') return [];
    const lastTransitionTime = known?.status === claim.status ? known.lastTransitionTime : now;
    return [{ type, ...claim, lastTransitionTime, observedGeneration }];
  });
}
