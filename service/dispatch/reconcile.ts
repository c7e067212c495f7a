import { isFinished, type Job } from '../jobs/job.ts';
import { send } from './create.ts';
import { awaitRetention, cancelled, forgotten, keepLogsAfterEnd, keepLogsBeforeCancel, retired } from './endings.ts';
import { confirmGone } from './members.ts';
import {
  awaitBackoff,
  beginNextAttempt,
  confirmPodsGone,
  forgetLostPlace,
  keepLogsOfAttempt,
  keepVolumeForNext,
  leaves,
} from './next-attempt.ts';
import { isRefused, type Outcome } from './outcome.ts';
import { holdBack, keepPlacement, matchSuspension } from './placement.ts';
import { rememberClusters, removeAll, removeWorkload } from './remove.ts';
import type { Step, StepContext } from './step.ts';
import { hasLeft, leaveUnseen, removeFromOldPlace } from './unseen.ts';
import { awaitVolumeRetention, besidesVolume, keepsVolume, keepVolume, removeVolume } from './volume.ts';

const FOLLOW: readonly Step[] = [forgetLostPlace, leaveUnseen, matchSuspension, keepPlacement];
const REMOVE: readonly Step[] = [rememberClusters, removeAll, confirmGone];
const REMOVE_ALL_BUT_VOLUME: readonly Step[] = [
  rememberClusters,
  keepVolume,
  removeWorkload,
  besidesVolume(confirmGone),
];
/** From an attempt that was lost to the next one, which begins only when nothing of it can write any more. */
const TRY_AGAIN: readonly Step[] = [
  keepLogsOfAttempt,
  rememberClusters,
  keepVolumeForNext,
  removeWorkload,
  besidesVolume(confirmGone),
  confirmPodsGone,
  awaitBackoff,
  beginNextAttempt,
];
/** Its volume is lost with its cluster, and another takes its place. */
const GO_ELSEWHERE: readonly Step[] = [
  rememberClusters,
  removeAll,
  confirmGone,
  confirmPodsGone,
  awaitBackoff,
  beginNextAttempt,
];
const LEAVE: readonly Step[] = [
  keepLogsAfterEnd,
  awaitRetention,
  keepVolume,
  removeWorkload,
  awaitVolumeRetention,
  removeVolume,
  retired,
];

/**
 * One round for one job: the steps that bring Karmada in line with what the user wants, in order, until one of them has
 * something to write down. All that a step needs is in the job's row and on Karmada, so a round that was cut off anywhere
 * (kill, lost answer, time-out) is simply begun again.
 */
export async function reconcile(context: StepContext, job: Job): Promise<Outcome> {
  for (const step of stepsFor(context, job)) {
    const outcome = await step(context, job);
    if (outcome) return outcome;
  }
  return { set: {}, next: 'done' };
}

function stepsFor({ fenced }: StepContext, job: Job): readonly Step[] {
  if (job.wanted === 'delete') return [...REMOVE, forgotten];
  if (isRefused(job)) return [...REMOVE, retired];
  if (isFinished(job.status)) return LEAVE;
  if (job.wanted === 'cancel')
    return [keepLogsBeforeCancel, ...(keepsVolume(job) ? REMOVE_ALL_BUT_VOLUME : REMOVE), cancelled];
  if (job.recovery?.lost) return leaves(job, fenced) ? GO_ELSEWHERE : TRY_AGAIN;
  if (job.dispatchedAt) return FOLLOW;
  if (hasLeft(job)) return [removeFromOldPlace, confirmGone, send];
  return job.wanted === 'suspend' ? [holdBack, send] : [forgetLostPlace, send];
}
