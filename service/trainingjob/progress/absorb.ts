import { isFinal, type ProgressStatus, type Status } from '../schema/status.ts';
import { measuredText, roughDuration } from '../text.ts';
import type { TrainingJob } from '../training-job.ts';
import { nextPace, type PaceOfSteps, secondsOfStep } from './pace.ts';
import type { Report } from './report.ts';

type Absorbed =
  | { readonly status: ProgressStatus; readonly pace: PaceOfSteps | undefined }
  /** Not to be written, and why. */
  | { readonly ignored: string };

/** More would make every object of a cluster large. */
const MAX_METRICS = 50;

/**
 * What a report changes. Within an attempt nothing goes back: reports overtake each other, and a training that counts
 * anew has no less done. A new attempt begins where its checkpoint was.
 */
export function absorb(
  { spec, status }: Pick<TrainingJob, 'spec' | 'status'>,
  report: Report,
  attempt: number,
  pace: PaceOfSteps | undefined,
  now: Date,
): Absorbed {
  if (isFinal(status.state)) return { ignored: `the job is ${status.state}` };
  if (attempt !== status.attempt)
    return { ignored: `attempt ${attempt} is over: this is attempt ${status.attempt ?? 0}` };
  const before: Status =
    status.progressAttempt === attempt ? status : { checkpoint: status.checkpoint, best: status.best };
  // A clock that is ahead must not make all later reports look old.
  const time = new Date(Math.min(report.time.getTime(), now.getTime()));
  if (before.progressTime !== undefined && time.getTime() < Date.parse(before.progressTime)) {
    return { ignored: 'a later report is known' };
  }

  const known = pace ?? paceFrom(before);
  const position = report.step ?? report.percentage;
  const further = position === undefined ? undefined : nextPace(known, position, time.getTime());
  const stepSeconds = (further && secondsOfStep(further)) ?? before.stepSeconds;
  const currentEpoch = greater(before.currentEpoch, report.epoch);
  const metrics = metricsAfter(before.metrics ?? {}, report);
  const percentage = greater(
    before.progress === undefined ? undefined : Number.parseInt(before.progress, 10),
    report.percentage,
  );
  return {
    pace: further ?? known,
    status: withoutUndefined({
      progress: percentage === undefined ? undefined : `${percentage}%`,
      currentEpoch,
      totalEpochs: report.totalEpochs ?? before.totalEpochs ?? spec.hyperparameters?.epochs,
      currentStep: greater(before.currentStep, report.step),
      totalSteps: report.totalSteps ?? before.totalSteps,
      eta: report.remainingSeconds === undefined ? undefined : roughDuration(report.remainingSeconds),
      metrics,
      measured: measuredText(metrics),
      checkpoint: checkpointAfter(before.checkpoint, report, now),
      progressAttempt: attempt,
      progressTime: time.toISOString(),
      stepTime: further ? now.toISOString() : before.stepTime,
      stepSeconds,
      best: bestAfter(before.best, metrics, currentEpoch),
    }),
  };
}

/** After a restart of ours: the median is known, the samples are not. */
function paceFrom({ currentStep, progress, progressTime, stepSeconds }: Status): PaceOfSteps | undefined {
  const step = currentStep ?? (progress === undefined ? undefined : Number.parseInt(progress, 10));
  if (step === undefined || progressTime === undefined) return undefined;
  return { step, at: Date.parse(progressTime), samples: stepSeconds === undefined ? [] : [stepSeconds] };
}

const greater = (before: number | undefined, now: number | undefined): number | undefined =>
  before === undefined ? now : now === undefined ? before : Math.max(before, now);

function metricsAfter(before: Readonly<Record<string, number>>, { metrics, withoutValue }: Report) {
  const merged = Object.entries({ ...before, ...metrics }).filter(([name]) => !withoutValue.includes(name));
  return Object.fromEntries(merged.slice(0, MAX_METRICS));
}

/** By our clock: whether a claim is older than the checkpoint on it must not hang on the clock of a worker. */
function checkpointAfter(before: Status['checkpoint'], { checkpoint, checkpointEpoch }: Report, now: Date) {
  if (checkpoint === undefined || checkpoint === before?.latest) return before;
  return withoutUndefined({ latest: checkpoint, epoch: checkpointEpoch, time: now.toISOString() });
}

/** The metrics that are to become smaller, in the order in which they are asked for. */
const COMPARED = ['eval_loss', 'loss'];

function bestAfter(best: Status['best'], metrics: Readonly<Record<string, number>>, epoch = 0): Status['best'] {
  const metric = COMPARED.find((name) => metrics[name] !== undefined);
  const value = metric === undefined ? undefined : metrics[metric];
  if (metric === undefined || value === undefined) return best;
  if (best?.metric === metric && best.value <= value) return best;
  return { metric, value, epoch };
}

const withoutUndefined = <T extends object>(object: T): T =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
