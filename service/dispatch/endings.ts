import type { Job } from '../jobs/job.ts';
import { KarmadaError } from '../karmada/errors.ts';
import { withSignals } from '../signals.ts';
import { Paused } from './outage.ts';
import type { Outcome } from './outcome.ts';
import { retryDelay } from './pacing.ts';
import { referenceTo, type Step, type StepContext } from './step.ts';
import { keepsVolume } from './volume.ts';

/** A user who cancels wants it to stop: a member that does not give its logs holds that up for a few seconds only. */
const LOG_TRIES_BEFORE_CANCEL = 2;
/** Longer than the 10 s after which Karmada's proxy gives a member up; leaves the round some time for its other steps. */
const MAX_LOGS_MS = 12_000;
/** With growing pauses that is about ten minutes. */
export const LOG_TRIES_AFTER_END = 15;

/** Before the pods go. Once the removal has begun there is nothing more to read. */
export const keepLogsBeforeCancel: Step = async (context, job) => {
  if (job.clusters.length === 0) return undefined;
  return (await isThere(context)) ? keepLogs(context, job, LOG_TRIES_BEFORE_CANCEL) : undefined;
};

/** Its pods go with the suspension, and their output would go with them, also where nobody has seen it run yet. */
export const keepLogsBeforeSuspension: Step = async (context, job) =>
  job.clusters.length > 0 ? keepLogs(context, job, LOG_TRIES_BEFORE_CANCEL) : undefined;

async function isThere({ karmada, objects, overview, signal }: StepContext): Promise<boolean> {
  const workload = referenceTo(objects.workload);
  const seen = overview.object(workload);
  if (seen) return !seen.isLeaving;
  return !overview.isComplete && (await karmada.get(workload, { signal })) !== undefined;
}

export const keepLogsAfterEnd: Step = async (context, job) =>
  job.clusters.length > 0 ? keepLogs(context, job, LOG_TRIES_AFTER_END) : undefined;

/** What is kept already is not read again. */
export async function keepLogs(context: StepContext, job: Job, tries: number): Promise<Outcome | undefined> {
  const { attempts, signal } = context;
  const patience = AbortSignal.timeout(MAX_LOGS_MS);
  try {
    await withSignals([signal, patience], (until) => context.keepLogs(job, until));
  } catch (error) {
    const isClusters = error instanceof KarmadaError || error instanceof Paused || patience.aborted;
    if (signal.aborted || !isClusters) throw error;
    if (attempts < tries) return { set: {}, next: { dueInSeconds: retryDelay(attempts), failed: true } };
  }
  return undefined;
}

/** Until then the finished RayJob can be looked at on Karmada and in its cluster. */
export const awaitRetention: Step = async ({ finishedRetentionSeconds }, job) => {
  const finishedAt = job.finishedAt ?? job.updatedAt;
  const seconds = finishedRetentionSeconds - (Date.now() - finishedAt.getTime()) / 1000;
  return seconds > 0 ? { set: {}, next: { dueInSeconds: seconds } } : undefined;
};

export const cancelled: Step = async (_context, job) => {
  const reason = 'Cancelled';
  const message = `Cancelled${whatIsLeft(job)}`;
  return {
    set: { status: 'Failed', reason, message, ...(job.recovery && { recovery: { ...job.recovery, lost: null } }) },
    event: { cluster: null, reason, message },
    // As long as its volume is there it is looked after.
    next: keepsVolume(job) ? { dueInSeconds: 0 } : 'cleared',
  };
};

function whatIsLeft(job: Job): string {
  if (keepsVolume(job)) return '; its volume stays until the job is deleted';
  return wasSent(job) ? '; nothing of it is left in any cluster' : ' before it was sent to a cluster';
}

const wasSent = (job: Job): boolean => job.dispatchedAt !== null || job.clusters.length > 0;

/** Nothing of it is left in any cluster. */
export const retired: Step = async (): Promise<Outcome> => ({ set: {}, next: 'cleared' });
export const forgotten: Step = async (): Promise<Outcome> => ({
  set: {},
  event: { cluster: null, reason: 'Deleted', message: 'Deleted' },
  next: 'deleteRow',
});
