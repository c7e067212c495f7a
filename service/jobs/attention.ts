import { factsOf, type Reason } from '../contract/reasons.ts';
import type { Attention } from './concern.ts';
import { isFinished, type Job } from './job.ts';

/** What is known of a training that runs, and that has told how far it is. */
export interface Pulse {
  readonly jobId: string;
  /** When it made its last further step, and how long one takes it (the median). */
  readonly steppedAt: Date;
  readonly stepSeconds: number;
  /** When it told anything last. */
  readonly heardAt: Date | null;
  /** The begin of its present run: what it did before does not count against it. */
  readonly runningSince: Date | null;
  /** Of the whole training, at most some tens, the last one last. */
  readonly losses: readonly number[];
  /** The last report gave a loss that is no number. */
  readonly lossIsNoNumber: boolean;
  /** The operator of its cluster says that it makes no step. */
  readonly isStalled: boolean;
}

export interface StallRules {
  /** Of its own steps. */
  readonly steps: number;
  /** However short its steps are. */
  readonly leastSeconds: number;
}

/** As the operator of TrainingJobs has it: validations and checkpoints take their time. */
export const LEAST_STALL_SECONDS = 600;

/** Silence is told before it counts as a stall. */
const LATE_SHARE = 1 / 3;

/** null: it is as it should be. What is worst comes first. */
export function concernOf(pulse: Pulse, { leastSeconds, steps }: StallRules, now: Date): Attention | null {
  const began = pulse.runningSince?.getTime() ?? 0;
  const lastStep = Math.max(pulse.steppedAt.getTime(), began);
  const patience = Math.max(leastSeconds, steps * pulse.stepSeconds);
  const usual = `a step takes it ${inWords(pulse.stepSeconds)}`;
  const silent = (now.getTime() - lastStep) / 1000;
  if (silent > patience) {
    const message = `No step for ${inWords(silent)}; ${usual}`;
    return concern('Stalled', new Date(lastStep), message);
  }
  if (pulse.isStalled)
    return concern('Stalled', new Date(lastStep), 'The operator of its cluster finds that it makes no step');
  if (pulse.lossIsNoNumber) return concern('Diverging', pulse.heardAt ?? now, 'Its loss is no number any more');
  if (isRising(pulse.losses))
    return concern(
      'Diverging',
      pulse.heardAt ?? now,
      `Its loss rises, to ${pulse.losses.at(-1)}, and is above where it began`,
    );
  const lastWord = Math.max(pulse.heardAt?.getTime() ?? 0, lastStep);
  const unheard = (now.getTime() - lastWord) / 1000;
  if (unheard > patience * LATE_SHARE)
    return concern('LateReports', new Date(lastWord), `Nothing was heard of it for ${inWords(unheard)}; ${usual}`);
  return null;
}

const concern = (reason: Reason, since: Date, message: string): Attention => ({
  reason,
  since: since.toISOString(),
  message,
});

const FEWEST_LOSSES = 8;
/** In a row. */
const RISES = 3;

/** Above where it began, and still rising: noise does neither for long. */
export function isRising(losses: readonly number[]): boolean {
  if (losses.length < FEWEST_LOSSES) return false;
  const last = losses.slice(-RISES - 1);
  const rises = last.every((loss, place) => place === 0 || loss > (last[place - 1] ?? loss));
  return rises && (last.at(-1) ?? 0) > (losses[0] ?? 0);
}

type Shown = Pick<Job, 'status' | 'reason' | 'message' | 'updatedAt' | 'attention'>;

/** Of a job that runs what its progress tells; of one that does not start what keeps it from that. */
export function attentionOf({ attention, message, reason, status, updatedAt }: Shown): Attention | null {
  if (isFinished(status)) return null;
  if (attention) return attention;
  return factsOf(reason)?.attention ? { reason, since: updatedAt.toISOString(), message } : null;
}

function inWords(seconds: number): string {
  if (seconds < 10) return `${Math.round(seconds * 10) / 10} s`;
  if (seconds < 600) return `${Math.round(seconds)} s`;
  return seconds < 36_000 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
