import type { PodSecurity } from '../children/attempt.ts';
import type { ControllerStatus, State } from '../schema/status.ts';
import { durationText } from '../text.ts';
import type { TrainingJob } from '../training-job.ts';
import { conditionsOf } from './conditions.ts';
import { countWorkers } from './outcome.ts';
import { type Next, nextOf, type Situation, situationOf } from './rules.ts';
import type { Seen } from './seen.ts';
import { warningsOf } from './warnings.ts';

export interface Decision {
  /** All that the controller says about the job. The same as before: nothing is to be written. */
  readonly status: ControllerStatus;
  /** The attempt whose objects are to stand; undefined: no Job of this TrainingJob is to run. */
  readonly attempt: number | undefined;
  /** What is left of the deadline for an attempt that begins now. */
  readonly deadlineSeconds: number | undefined;
  /** What people watching the job are told. */
  readonly happening: Happening | undefined;
  /** When time alone may change something. */
  readonly lookAgainSeconds: number | undefined;
}

export interface Happening {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** The one place that decides what an observation means. */
export function decide(job: TrainingJob, seen: Seen, now: Date, podSecurity: PodSecurity = 'restricted'): Decision {
  const situation = situationOf(job, seen, now);
  const next = nextOf(situation);
  const changes = CHANGES[next.go](situation, next as never, now);
  const before = job.status;
  const state = changes.state ?? before.state ?? 'Pending';
  const reason = changes.reason ?? before.reason ?? state;
  const message = changes.message ?? before.message ?? '';
  const isRunningAttempt = next.go === 'on' && situation.standing !== undefined;
  const stall = isRunningAttempt && situation.pace.kind === 'stalled' ? situation.pace.message : undefined;

  const { progress, ...rest } = ownPart(before);
  const status: ControllerStatus =
    next.go === 'nowhere'
      ? { ...rest, ...(progress !== undefined && state === 'Completed' ? { progress } : {}) }
      : {
          ...rest,
          ...changes,
          state,
          reason,
          message,
          observedGeneration: job.generation,
          conditions: conditionsOf(
            {
              state,
              reason,
              message,
              stall,
              isInitialized: situation.standing !== undefined || state === 'Completed',
              warnings: warningsOf(job.spec, situation.standing, podSecurity),
            },
            before.conditions ?? [],
            job.generation,
            text(now),
          ),
        };
  return {
    status,
    attempt: standingAttempt(state, status, situation),
    deadlineSeconds: deadlineOf(situation),
    happening: happeningOf(before.state, before.reason, next, status),
    lookAgainSeconds: lookAgain(situation, next, state),
  };
}

/** What is said of an object whose spec is not understood: nothing is made of it until it is mended. */
export function refuse(
  { generation, status: before }: Pick<TrainingJob, 'generation' | 'status'>,
  problems: readonly string[],
  now: Date,
): ControllerStatus {
  const facts = { state: before.state ?? 'Pending', reason: 'InvalidSpec', message: problems.join('; ') } as const;
  const conditions = conditionsOf(
    { ...facts, isInitialized: false, stall: undefined, warnings: problems },
    before.conditions ?? [],
    generation,
    text(now),
  );
  return { ...ownPart(before), ...facts, observedGeneration: generation, conditions };
}

type Changes = Partial<ControllerStatus>;
type Change<G extends Next['go']> = (situation: Situation, next: Extract<Next, { go: G }>, now: Date) => Changes;

/** What each way on writes. */
const CHANGES: { readonly [G in Next['go']]: Change<G> } = {
  nowhere: () => ({}),

  on: (situation, { state, reason, message }, now) => ({
    ...begun(situation, now),
    state,
    reason,
    message: keepsWhy(situation, reason) ? (situation.status.message ?? message) : message,
    attempt: situation.attempt,
    workers: countWorkers(situation.spec, { batchJob: situation.standing, pods: situation.pods }),
    ...(situation.standing ? { jobUid: situation.standing.uid } : {}),
  }),

  suspended: (situation, { message }) => ({
    state: 'Suspended',
    reason: 'Suspended',
    message,
    jobUid: undefined,
    workers: countWorkers(situation.spec, { batchJob: undefined, pods: [] }),
    ...(situation.status.state === 'Suspended' ? {} : { activeSeconds: situation.activeSeconds }),
  }),

  begin: (situation, _next, now) => ({
    ...newAttempt(situation),
    ...begun(situation, now),
    reason: 'Creating',
    message: 'Its Job is being made',
  }),

  again: (situation, { counts, reason, message }) => ({
    ...newAttempt(situation),
    reason: 'Restarting',
    message,
    restartCount: (situation.status.restartCount ?? 0) + 1,
    failures: (situation.status.failures ?? 0) + (counts ? 1 : 0),
    failureReason: reason,
    failureMessage: message,
    activeSeconds: situation.activeSeconds,
  }),

  completed: (situation, { reason, message }, now) => ({
    ...ended(situation, now),
    state: 'Completed',
    reason,
    message,
    failureReason: undefined,
    failureMessage: undefined,
    ...(reason === 'Succeeded' ? { progress: '100%' } : {}),
  }),

  failed: (situation, { reason, message }, now) => ({
    ...ended(situation, now),
    state: 'Failed',
    reason,
    message,
    failureReason: reason,
    failureMessage: message,
    ...(situation.outcome?.kind === 'failed' && situation.outcome.cause === 'worker'
      ? { failures: (situation.status.failures ?? 0) + 1 }
      : {}),
  }),
};

/** Also of a Job that was made by one who did not live to tell. */
const begun = ({ status: { failures = 0, restartCount = 0, startTime } }: Situation, now: Date): Changes => ({
  restartCount,
  failures,
  startTime: startTime ?? text(now),
});

const newAttempt = ({ attempt, spec }: Situation): Changes => ({
  state: 'Pending',
  attempt: attempt + 1,
  jobUid: undefined,
  workers: countWorkers(spec, { batchJob: undefined, pods: [] }),
});

/** Why the attempt before ended is worth more, until the new one stands, than that its pods are ending. */
const keepsWhy = ({ status }: Situation, reason: string): boolean =>
  reason === 'Restarting' && status.reason === 'Restarting';

function ended({ activeSeconds, attempt, pods, spec, standing, status }: Situation, now: Date): Changes {
  const completionTime = standing?.ending?.time || text(now);
  const start = status.startTime ?? completionTime;
  const workers = countWorkers(spec, { batchJob: standing, pods });
  return {
    attempt,
    completionTime,
    duration: durationText((Date.parse(completionTime) - Date.parse(start)) / 1000),
    activeSeconds,
    // What still runs is removed with this decision.
    workers: { ...workers, active: 0, pending: 0 },
    ...(status.startTime === undefined ? { startTime: start } : {}),
    ...(standing ? { jobUid: standing.uid } : {}),
  };
}

/** The Job of a job that is over stays, for its logs, when it has ended by itself. */
function standingAttempt(state: State, status: ControllerStatus, { standing, attempt }: Situation): number | undefined {
  if (state === 'Suspended') return undefined;
  if (state === 'Completed' || state === 'Failed') return standing?.ending ? attempt : undefined;
  return status.attempt;
}

function deadlineOf({ spec, activeSeconds }: Situation): number | undefined {
  const limit = spec.failurePolicy?.activeDeadlineSeconds;
  return limit === undefined ? undefined : Math.max(1, limit - activeSeconds);
}

function lookAgain(
  { pace, spec, standing, activeSeconds, outcome }: Situation,
  next: Next,
  state: State,
): number | undefined {
  if (outcome?.kind === 'unclear') return 1;
  if (next.go !== 'on' || !standing || standing.isSuspended) return undefined;
  const limit = spec.failurePolicy?.activeDeadlineSeconds;
  const waits = [
    ...(limit === undefined ? [] : [limit - activeSeconds]),
    ...(state === 'Running' && pace.kind === 'steady' ? [pace.lookAgainSeconds] : []),
  ];
  return waits.length > 0 ? Math.max(1, Math.min(...waits)) : undefined;
}

function happeningOf(
  stateBefore: State | undefined,
  reasonBefore: string | undefined,
  next: Next,
  { state, reason = '', message = '', attempt }: ControllerStatus,
): Happening | undefined {
  if (next.go === 'again')
    return { type: 'Warning', reason: next.reason, message: `${next.message}; attempt ${attempt} begins` };
  if (next.go === 'failed') return { type: 'Warning', reason, message };
  const isFirst = next.go === 'begin' || (next.go === 'on' && stateBefore === undefined);
  if (isFirst && attempt === 1) return { type: 'Normal', reason: 'Started', message: 'The first attempt begins' };
  if (state !== undefined && state !== stateBefore) return { type: 'Normal', reason: state, message };
  return next.go === 'on' && reason !== reasonBefore && isTrouble(reason)
    ? { type: 'Warning', reason, message }
    : undefined;
}

const isTrouble = (reason: string): boolean =>
  /^(Unschedulable|NameTaken|CannotCreate|Failed\w+|\w*(BackOff|Err\w*|Invalid\w*))$/.test(reason);

/** The part of the status that reports of the training do not write. */
export function ownPart(status: TrainingJob['status']): ControllerStatus {
  const { metrics, eta, checkpoint, best, currentEpoch, totalEpochs, currentStep, totalSteps, ...rest } = status;
  const { progressAttempt, progressTime, stepTime, stepSeconds, ...own } = rest;
  return own;
}

/** Kubernetes writes whole seconds. */
export const text = (time: Date): string => `${time.toISOString().slice(0, 19)}Z`;
