import { DEFAULT_BACKOFF_LIMIT, DEFAULT_STALL, type Spec } from '../schema/spec.ts';
import { isFinal, type Status } from '../schema/status.ts';
import type { TrainingJob } from '../training-job.ts';
import { type Goal, reachedGoal } from './goal.ts';
import { type Failure, type Outcome, outcomeOf } from './outcome.ts';
import type { BatchJob, Pod, Seen, Trouble } from './seen.ts';
import { type Pace, paceOf } from './stall.ts';

/** What happens next. */
export type Next =
  | { readonly go: 'nowhere' }
  | {
      readonly go: 'on';
      readonly state: 'Pending' | 'Initializing' | 'Running';
      readonly reason: string;
      readonly message: string;
    }
  | { readonly go: 'suspended'; readonly message: string }
  /** The first attempt, or the one after a suspension. */
  | { readonly go: 'begin' }
  | { readonly go: 'again'; readonly counts: boolean; readonly reason: string; readonly message: string }
  | { readonly go: 'completed'; readonly reason: string; readonly message: string }
  | { readonly go: 'failed'; readonly reason: string; readonly message: string };

export interface Situation {
  readonly spec: Spec;
  readonly status: Status;
  /** The attempt that is under way, 0 before the first. */
  readonly attempt: number;
  /** Its Job, which is not being deleted. */
  readonly standing: BatchJob | undefined;
  /** A Job in the way: of an earlier attempt, or on its way out. */
  readonly leaving: BatchJob | undefined;
  readonly isNameTaken: boolean;
  /** Of the standing Job. */
  readonly pods: readonly Pod[];
  readonly outcome: Outcome | undefined;
  readonly trouble: Trouble | undefined;
  readonly goal: Goal | undefined;
  readonly pace: Pace;
  /** Of all attempts, until now. */
  readonly activeSeconds: number;
}

export function situationOf(
  { uid, spec, status }: TrainingJob,
  { batchJob, pods, trouble }: Seen,
  now: Date,
): Situation {
  const ours = batchJob?.owner === uid ? batchJob : undefined;
  // A status that was lost (restored from a copy without it) does not begin anew while a Job stands.
  const attempt = Math.max(status.attempt ?? 0, ours?.attempt ?? 0);
  const standing = ours && ours.attempt === attempt && !ours.isBeingDeleted ? ours : undefined;
  const podsOfIt = standing ? pods.filter(({ jobUid }) => jobUid === standing.uid) : [];
  return {
    spec,
    status,
    attempt,
    standing,
    leaving: standing ? undefined : ours,
    isNameTaken: batchJob !== undefined && ours === undefined,
    pods: podsOfIt,
    outcome: standing && outcomeOf(spec, standing, podsOfIt, now),
    trouble,
    goal: reachedGoal(spec, status),
    pace: paceOf(spec, { ...status, attempt }, now),
    activeSeconds: (status.activeSeconds ?? 0) + secondsOf(ours, now),
  };
}

/** How long a Job has been at it; Kubernetes starts this clock anew when a queue lets the Job go. */
function secondsOf(batchJob: BatchJob | undefined, now: Date): number {
  if (batchJob?.startTime === undefined || batchJob.isSuspended) return 0;
  const end = batchJob.ending?.time ? Date.parse(batchJob.ending.time) : now.getTime();
  return Math.max(0, Math.floor((end - Date.parse(batchJob.startTime)) / 1000));
}

type Rule = (situation: Situation) => Next | undefined;

/** The first that has something to say decides. */
const RULES: readonly Rule[] = [
  whatIsFinalStays,
  successEnds,
  goalEnds,
  suspensionStops,
  nameIsTaken,
  firstBegins,
  deadlineEnds,
  failureEndsOrStartsAgain,
  stallStartsAgain,
  lostStartsAgain,
  goesOn,
];

export function nextOf(situation: Situation): Next {
  for (const rule of RULES) {
    const next = rule(situation);
    if (next) return next;
  }
  return { go: 'nowhere' };
}

function whatIsFinalStays({ status }: Situation): Next | undefined {
  return isFinal(status.state) ? { go: 'nowhere' } : undefined;
}

/** All workers have succeeded: one that did is not enough. */
function successEnds({ outcome, spec: { numWorkers } }: Situation): Next | undefined {
  if (outcome?.kind !== 'succeeded') return undefined;
  const message = numWorkers === 1 ? 'The worker succeeded' : `All ${numWorkers} workers succeeded`;
  return { go: 'completed', reason: 'Succeeded', message };
}

function goalEnds({ goal }: Situation): Next | undefined {
  return goal && { go: 'completed', ...goal };
}

function suspensionStops({ spec, standing, leaving }: Situation): Next | undefined {
  if (!spec.suspend) return undefined;
  const isStopping = standing !== undefined || leaving !== undefined;
  return { go: 'suspended', message: isStopping ? 'Its pods are being removed' : 'suspend is true' };
}

function nameIsTaken({ isNameTaken }: Situation): Next | undefined {
  if (!isNameTaken) return undefined;
  const message = 'A Job by the name of this one belongs to somebody else: remove it, or rename the TrainingJob';
  return { go: 'on', state: 'Pending', reason: 'NameTaken', message };
}

/** A Job that still stands after a suspension is on its way out, whether that can be seen yet or not. */
function firstBegins({ attempt, status }: Situation): Next | undefined {
  return attempt === 0 || status.state === 'Suspended' ? { go: 'begin' } : undefined;
}

/** The Job has this limit too, and keeps it when no operator runs. */
function deadlineEnds({ spec, activeSeconds }: Situation): Next | undefined {
  const limit = spec.failurePolicy?.activeDeadlineSeconds;
  if (limit === undefined || activeSeconds < limit) return undefined;
  return { go: 'failed', reason: 'DeadlineExceeded', message: `It took longer than activeDeadlineSeconds: ${limit}` };
}

function failureEndsOrStartsAgain({ outcome, ...situation }: Situation): Next | undefined {
  return outcome?.kind === 'failed' ? afterFailure(situation, outcome) : undefined;
}

function stallStartsAgain({ pace, ...situation }: Situation): Next | undefined {
  const { action } = situation.spec.failurePolicy?.stall ?? DEFAULT_STALL;
  if (pace.kind !== 'stalled' || action !== 'Restart' || !situation.standing) return undefined;
  return afterFailure(situation, { cause: 'worker', reason: 'Stalled', message: pace.message });
}

/** Deleted by others: as if its node had gone. */
function lostStartsAgain({ status, standing, leaving, attempt }: Situation): Next | undefined {
  const wasSeen = status.jobUid !== undefined;
  const isOurLeaving = leaving === undefined || leaving.attempt === attempt;
  if (standing || !wasSeen || !isOurLeaving) return undefined;
  return { go: 'again', counts: false, reason: 'JobDeleted', message: 'The Job of its workers was deleted' };
}

const backoffLimitOf = ({ failurePolicy, backoffLimit }: Spec): number =>
  failurePolicy?.backoffLimit ?? backoffLimit ?? DEFAULT_BACKOFF_LIMIT;

function afterFailure(
  { spec, status }: Pick<Situation, 'spec' | 'status'>,
  { cause, reason, message }: Omit<Failure, 'kind'>,
): Next {
  if (cause === 'permanent' || cause === 'deadline') return { go: 'failed', reason, message };
  if (spec.failurePolicy?.restartPolicy === 'Never') return { go: 'failed', reason, message };
  if (cause === 'disruption') return { go: 'again', counts: false, reason, message };
  const limit = backoffLimitOf(spec);
  if ((status.failures ?? 0) < limit) return { go: 'again', counts: true, reason, message };
  return {
    go: 'failed',
    reason: 'BackoffLimitExceeded',
    message: `Failed ${limit + 1} times, the last time: ${message}`,
  };
}

function goesOn({ standing, leaving, outcome, trouble, spec: { numWorkers } }: Situation): Next {
  const pending = (reason: string, message: string): Next => ({ go: 'on', state: 'Pending', reason, message });
  if (leaving) return pending('Restarting', 'The pods of the attempt before are ending');
  if (!standing || !outcome) return pending(trouble?.reason ?? 'Creating', trouble?.message ?? 'Its Job is being made');
  switch (outcome.kind) {
    case 'queued':
      return pending('Queued', 'Its queue has not let it go yet');
    case 'waiting':
      return pending(trouble?.reason ?? outcome.reason, trouble?.message ?? outcome.message);
    case 'starting':
      return { go: 'on', state: 'Initializing', ...(trouble ?? { reason: outcome.reason, message: outcome.message }) };
    case 'running': {
      const message = numWorkers === 1 ? 'Its worker runs' : `All ${numWorkers} workers run`;
      return { go: 'on', state: 'Running', reason: 'Running', message };
    }
    // Failed, and why is seen with its pods in a moment; everything else has been decided above.
    default:
      return { go: 'nowhere' };
  }
}
