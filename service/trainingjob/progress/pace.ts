/** How long steps take, from the reports of one attempt. */
export interface PaceOfSteps {
  readonly step: number;
  /** By the training's own clock. */
  readonly at: number;
  /** Seconds a step, the latest last. */
  readonly samples: readonly number[];
}

const SAMPLES = 31;

/** A further step, or undefined when there is none. */
export function nextPace(before: PaceOfSteps | undefined, step: number, at: number): PaceOfSteps | undefined {
  if (!before) return { step, at, samples: [] };
  if (step <= before.step || at <= before.at) return undefined;
  const sample = (at - before.at) / 1000 / (step - before.step);
  return { step, at, samples: [...before.samples, sample].slice(-SAMPLES) };
}

/** The median: one evaluation or checkpoint between two reports makes no step slow. */
export function secondsOfStep({ samples }: PaceOfSteps): number | undefined {
  if (samples.length === 0) return undefined;
  const sorted = [...samples].sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return Number(median.toPrecision(3));
}
