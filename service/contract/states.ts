import { REASONS, type Reason, type ReasonFacts } from './reasons.ts';

/**
 * What people tell jobs apart by. Clients of the first implementation know the four values of `status`; what a person stopped is a
 * state of its own here, told by the reason. Each job is in one of them.
 */
export const JOB_STATES = ['Pending', 'Suspended', 'Running', 'Succeeded', 'Failed', 'Cancelled'] as const;
export type JobState = (typeof JOB_STATES)[number];

type StoppedState = 'Suspended' | 'Cancelled';

function stoppedState({ stopped, phase }: ReasonFacts): StoppedState | undefined {
  if (stopped === 'suspended') return 'Suspended';
  // One that is being cancelled still runs.
  return stopped === 'cancelled' && phase === 'ended' ? 'Cancelled' : undefined;
}

const reasonsOf = (state: StoppedState): Reason[] =>
  (Object.keys(REASONS) as Reason[]).filter((reason) => stoppedState(REASONS[reason]) === state);

/** The reasons that make each of the two; the other states are told by `status` where no such reason is given. */
export const STOPPED_REASONS: Readonly<Record<StoppedState, readonly Reason[]>> = {
  Suspended: reasonsOf('Suspended'),
  Cancelled: reasonsOf('Cancelled'),
};

export const isStoppedState = (state: JobState): state is StoppedState => Object.hasOwn(STOPPED_REASONS, state);
