import { z } from 'zod';

// The body of a report as Kubeflow's KEP-2779 has it, and HuggingFace's Trainer sends it. Every metric's value is
// a text.

/** Before anything is parsed. Kubeflow's server has the same limit. */
export const MAX_REPORT_BYTES = 64 * 1024;

const TEN_YEARS = 315_360_000;

const body = z.object({
  trainerStatus: z.object({
    lastUpdatedTime: z.iso.datetime({ offset: true }),
    progressPercentage: z.int().min(0).max(100).optional(),
    estimatedRemainingSeconds: z.number().min(0).max(TEN_YEARS).optional(),
    metrics: z
      .array(z.object({ name: z.string().min(1).max(100), value: z.string().max(64) }))
      .max(256)
      .default([]),
    /** An addition of ours: others ignore it. */
    checkpoint: z.string().min(1).max(2048).optional(),
  }),
});

export interface Report {
  readonly time: Date;
  readonly percentage: number | undefined;
  readonly remainingSeconds: number | undefined;
  readonly epoch: number | undefined;
  readonly totalEpochs: number | undefined;
  readonly step: number | undefined;
  readonly totalSteps: number | undefined;
  readonly checkpoint: string | undefined;
  readonly checkpointEpoch: number | undefined;
  /** What the training measures, by names of its own. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Said to be NaN, infinite or no number at all: what was known of them before is no longer so. */
  readonly withoutValue: readonly string[];
}

type ParsedReport = { readonly report: Report } | { readonly problems: readonly string[] };

export function parseReport(json: unknown): ParsedReport {
  const parsed = body.safeParse(json);
  if (!parsed.success) {
    return { problems: parsed.error.issues.map(({ path, message }) => `${path.map(String).join('.')}: ${message}`) };
  }
  const { trainerStatus: told } = parsed.data;
  const values = new Map(told.metrics.map(({ name, value }) => [name, numberOf(value)]));
  const epoch = countOf(values.get('current_epoch') ?? values.get('epoch'));
  const step = countOf(values.get('current_step'));
  const totalSteps = countOf(values.get('total_steps'));
  const totalEpochs = countOf(values.get('total_epochs'));
  const measured = [...values].filter(([name]) => !NO_MEASUREMENT.has(name));
  return {
    report: {
      time: new Date(told.lastUpdatedTime),
      percentage: told.progressPercentage ?? shareOf(step, totalSteps) ?? shareOf(epoch, totalEpochs),
      remainingSeconds: told.estimatedRemainingSeconds,
      epoch,
      totalEpochs,
      step,
      totalSteps,
      checkpoint: told.checkpoint,
      checkpointEpoch: countOf(values.get('checkpoint_epoch')),
      metrics: Object.fromEntries(measured.filter((entry): entry is [string, number] => entry[1] !== undefined)),
      withoutValue: measured.filter(([, value]) => value === undefined).map(([name]) => name),
    },
  };
}

/** Names that were agreed on: fields of the status, and no metrics. */
const NO_MEASUREMENT = new Set([
  'current_epoch',
  'epoch',
  'total_epochs',
  'current_step',
  'total_steps',
  'checkpoint_epoch',
]);

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

function numberOf(text: string): number | undefined {
  const value = DECIMAL.test(text.trim()) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}

/** Epochs are told as 0.88, too: the first one is being trained. */
function countOf(value: number | undefined): number | undefined {
  return value !== undefined && value >= 0 && value <= Number.MAX_SAFE_INTEGER ? Math.floor(value) : undefined;
}

const shareOf = (done: number | undefined, all: number | undefined): number | undefined =>
  done === undefined || !all ? undefined : Math.min(100, Math.floor((done / all) * 100));

const BEGINNING = /\{\s*"trainerStatus"\s*:/;

/** The last line of a log that holds a report, for images that cannot call. What a logger writes before it does not matter. */
export function findReport(log: string): { readonly line: string; readonly report: Report } | undefined {
  for (const line of log.split('\n').reverse()) {
    const begins = line.search(BEGINNING);
    if (begins < 0 || line.length > MAX_REPORT_BYTES) continue;
    const report = parsedLine(line.slice(begins));
    if (report) return { line, report };
  }
  return undefined;
}

/** A line that was cut off, or that only looks like one, is passed over. */
function parsedLine(text: string): Report | undefined {
  try {
    const parsed = parseReport(JSON.parse(text));
    return 'report' in parsed ? parsed.report : undefined;
  } catch {
    return undefined;
  }
}
