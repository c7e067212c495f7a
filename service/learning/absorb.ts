import { boundedNumbers, MAX_NAMES } from '../jobs/curve.ts';
import type { TrainingProgress } from '../jobs/progress.ts';
import type { Report } from '../trainingjob/index.ts';

/**
 * How far a training is after a report: within an attempt nothing goes back, and a number that this report does not tell
 * stays what it was. One that is told to be none is gone.
 */
export function absorbReport(
  before: TrainingProgress | null,
  report: Report,
  { attempt, source }: Pick<TrainingProgress, 'attempt' | 'source'>,
): TrainingProgress {
  const known = before?.attempt === attempt ? before : null;
  const metrics = metricsAfter(known?.metrics ?? {}, report);
  return {
    source,
    attempt,
    percent: furthest(known?.percent, report.percentage),
    epoch: furthest(known?.epoch, report.epoch),
    step: furthest(known?.step, report.step),
    etaSeconds: report.remainingSeconds === undefined ? null : Math.round(report.remainingSeconds),
    loss: metrics.loss ?? null,
    ...(lossIsNoNumber(known, report) && { lossIsNoNumber: true }),
    metrics,
    checkpoint: report.checkpoint ?? before?.checkpoint ?? null,
    workers: null,
  };
}

/** Told as NaN, say; until it is told as a number again. */
function lossIsNoNumber(known: TrainingProgress | null, { metrics, withoutValue }: Report): boolean {
  if (metrics.loss !== undefined) return false;
  return withoutValue.includes('loss') || known?.lossIsNoNumber === true;
}

function metricsAfter(before: Readonly<Record<string, number>>, report: Report): Record<string, number> {
  const kept = Object.entries(before).filter(([name]) => !report.withoutValue.includes(name));
  // Those of before first: of too many names those stay that came first.
  const names = new Set([...kept.map(([name]) => name), ...Object.keys(report.metrics)]);
  const all = { ...Object.fromEntries(kept), ...report.metrics };
  return boundedNumbers(Object.fromEntries([...names].slice(0, 2 * MAX_NAMES).map((name) => [name, all[name] ?? 0])));
}

const MAX_COUNT = 2_147_483_647;

const furthest = (before: number | null | undefined, now: number | undefined): number | null => {
  const told = now === undefined || now > MAX_COUNT ? undefined : now;
  return before === null || before === undefined ? (told ?? null) : Math.max(before, told ?? before);
};
