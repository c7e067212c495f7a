import type { AnyReason, Reason } from '../../contract/reasons.ts';
import type { Recovery } from '../attempt.ts';
import type { Attention } from '../concern.ts';
import { type ClusterState, isFinished, type Job, type JobStatus, type Trouble } from '../job.ts';
import { lostAttempt, recoveryOf, wordsOfLoss } from '../recovery.ts';
import { NO_CELLS } from './cells.ts';
import { messageOf } from './observed.ts';
import { saidOf, summarise } from './summary.ts';

/** What a cluster has just said about a job. */
interface ClusterReport {
  readonly cluster: string;
  readonly state: ClusterState;
  /** When it was seen, for an end of which the member gives no time. */
  readonly at: Date;
}

/** What is to be written; without `event` nothing happened that a reader of the job's history would want to know. */
interface Transition {
  readonly set: {
    readonly status?: JobStatus;
    readonly reason?: AnyReason;
    readonly message?: string;
    readonly clusterStates: Readonly<Record<string, ClusterState>>;
    readonly startedAt?: Date;
    readonly finishedAt?: Date;
    readonly recovery?: Recovery;
    readonly attention?: Attention | null;
  };
  readonly event?: { readonly cluster: string; readonly reason: AnyReason; readonly message: string };
}

type Observed = Pick<
  Job,
  | 'status'
  | 'reason'
  | 'message'
  | 'wanted'
  | 'clusters'
  | 'clusterStates'
  | 'startedAt'
  | 'finishedAt'
  | 'retryPolicy'
  | 'recovery'
  | 'attention'
>;

/**
 * The one place that decides what an observation changes; undefined when nothing. Polling and watching both come through here,
 * so the same sequence of states gives the same history: what is repeated, late or after the end changes nothing.
 */
export function transition(job: Observed, report: ClusterReport): Transition | undefined {
  const { cluster, at } = report;
  // A job that is being cancelled or deleted ends when dispatch has removed it, not by what its dying pods say.
  if (isFinished(job.status) || job.wanted === 'cancel' || job.wanted === 'delete') return undefined;
  const known = job.clusterStates[cluster];
  const state = withTrouble(report.state, known);
  if (known && !mayFollow(known, state)) return undefined;
  if (known && isSame(known, state)) return undefined;
  if (state.status === 'Failed') {
    const again = triedAgain(job, cluster, state, at);
    if (again) return again;
  }

  const isNews = known?.status !== state.status || known.reason !== state.reason;
  return replaced(job, cluster, state, at, isNews);
}

/** Something is wrong with a job that runs, or is no longer, as `ended` tells then; of a stall there may be enough. */
export function attend(
  job: Observed,
  attention: Attention | null,
  at: Date,
  ended = 'It makes steps again',
): Transition | undefined {
  const cluster = job.clusters[0];
  const known = cluster === undefined ? undefined : job.clusterStates[cluster];
  if (cluster === undefined || !known || job.status !== 'Running' || job.wanted !== 'run') return undefined;
  if (attention?.reason === 'Stalled') {
    const { message, reason } = attention;
    const again = triedAgain(job, cluster, { ...known, status: 'Failed', reason, message, finishedAt: null }, at);
    if (again) return again;
  }
  if (job.attention?.reason === attention?.reason) return undefined;
  const { reason, message } = attention ?? { reason: 'GetsOn' as const, message: ended };
  return { set: { clusterStates: {}, attention }, event: { cluster, reason, message } };
}

interface LostCluster {
  readonly cluster: string;
  /** The last that was heard of it. */
  readonly since: string;
  /** Its jobs may leave: nothing there can write. Else why this one has to wait. */
  readonly leaves: boolean;
  readonly message: string;
}

/** Its cluster has not answered for long. What runs there may be running still: the attempt is lost only where that is excluded. */
export function loseCluster(
  job: Observed,
  { cluster, leaves, message, since }: LostCluster,
  at: Date,
): Transition | undefined {
  if (isFinished(job.status) || job.wanted !== 'run' || job.recovery?.lost) return undefined;
  const reason = 'ClusterLost' as const satisfies Reason;
  if (leaves) {
    const known = job.clusterStates[cluster] ?? { startedAt: null, columns: NO_CELLS, rayCluster: null };
    return triedAgain(job, cluster, { ...known, status: 'Failed', reason, message, finishedAt: since }, at);
  }
  if (job.attention?.reason === reason) return undefined;
  const attention = { reason, since, message };
  return { set: { clusterStates: {}, attention }, event: { cluster, reason, message } };
}

/** The end of an attempt that is no end of the job. */
function triedAgain(job: Observed, cluster: string, state: ClusterState, at: Date): Transition | undefined {
  const lost = lostAttempt(job, state, at);
  if (!lost) return undefined;
  const words = { reason: 'AwaitingAttempt', message: wordsOfLoss(job, lost) } as const;
  const startedAt = state.startedAt === null ? null : new Date(state.startedAt);
  return {
    set: {
      status: 'Pending',
      ...words,
      clusterStates: { [cluster]: state },
      recovery: { ...recoveryOf(job), lost },
      ...(job.startedAt === null && startedAt ? { startedAt } : {}),
    },
    event: { cluster, ...words },
  };
}

/** What keeps the job from starting in a cluster, as its pods tell; null: nothing does any more. */
export function hinder(
  job: Observed,
  { cluster, trouble, at }: { readonly cluster: string; readonly trouble: Trouble | null; readonly at: Date },
): Transition | undefined {
  const known = job.clusterStates[cluster];
  if (known?.status !== 'Pending' || isFinished(job.status) || job.wanted !== 'run') return undefined;
  const { trouble: before, ...rest } = known;
  const now = trouble && { reason: trouble.reason, message: messageOf(trouble.message) };
  if (before?.reason === now?.reason && before?.message === now?.message) return undefined;
  return replaced(job, cluster, now ? { ...rest, trouble: now } : rest, at, before?.reason !== now?.reason);
}

/** The object does not tell what its pods suffer from: that stands until they are asked again, or it gets further. */
const withTrouble = (state: ClusterState, known: ClusterState | undefined): ClusterState =>
  known?.trouble && state.status === 'Pending' && state.reason === known.reason
    ? { ...state, trouble: known.trouble }
    : state;

function replaced(job: Observed, cluster: string, state: ClusterState, at: Date, isNews: boolean): Transition {
  const clusterStates = { ...job.clusterStates, [cluster]: state };
  const before = summarise(job);
  const after = summarise({ clusters: job.clusters, clusterStates });
  const event = isNews ? { cluster, ...wordsOf(state) } : undefined;
  const set = { clusterStates: { [cluster]: state } };
  if (
    !after ||
    (before?.status === after.status && before.reason === after.reason && before.message === after.message)
  ) {
    return event ? { set, event } : { set };
  }
  return {
    set: { ...set, ...after, ...times(job, after.status, Object.values(clusterStates), at) },
    ...(event ? { event } : {}),
  };
}

function wordsOf(state: ClusterState): { reason: AnyReason; message: string } {
  const { reason, message } = saidOf(state);
  return { reason, message };
}

/** In this order a job goes through its cluster; what is not named here counts as starting. */
const ORDER: readonly AnyReason[] = ['Created', 'Starting', 'Submitting', 'Submitted', 'Running'] satisfies Reason[];
/** From these a job starts over, and only a cluster that says one of them takes a job back. */
const STEPS_BACK: ReadonlySet<AnyReason> = new Set<Reason>(['Retrying', 'Suspending', 'Suspended']);

function mayFollow(known: ClusterState, next: ClusterState): boolean {
  if (isFinished(known.status)) return false;
  if (isFinished(next.status) || STEPS_BACK.has(next.reason) || STEPS_BACK.has(known.reason)) return true;
  return rank(next) >= rank(known);
}

function rank({ reason }: ClusterState): number {
  const position = ORDER.indexOf(reason);
  return position < 0 ? ORDER.indexOf('Starting') : position;
}

const isSame = (a: ClusterState, b: ClusterState): boolean =>
  a.status === b.status &&
  a.reason === b.reason &&
  a.message === b.message &&
  a.startedAt === b.startedAt &&
  a.finishedAt === b.finishedAt &&
  a.columns === b.columns &&
  a.rayCluster === b.rayCluster;

/** From the first start in any cluster to the last end. A second try does not move the start. */
function times(
  job: Observed,
  status: JobStatus,
  states: readonly ClusterState[],
  at: Date,
): { startedAt?: Date; finishedAt?: Date } {
  const dates = (pick: (state: ClusterState) => string | null) =>
    states.flatMap((state) => pick(state) ?? []).map((time) => new Date(time).getTime());
  const starts = dates((state) => state.startedAt);
  const ends = dates((state) => state.finishedAt);
  const startedAt = starts.length > 0 ? new Date(Math.min(...starts)) : status === 'Running' ? at : undefined;
  return {
    ...(job.startedAt === null && status !== 'Pending' && startedAt ? { startedAt } : {}),
    ...(isFinished(status) ? { finishedAt: ends.length > 0 ? new Date(Math.max(...ends)) : at } : {}),
  };
}
