import { measuredIn } from '../trainingjob/text.ts';
import { boundedNumbers } from './curve.ts';
import { fieldsOf } from './fields.ts';

/** Who tells how far a training is. */
export const PROGRESS_SOURCES = ['trainingjob', 'report', 'log'] as const;
type ProgressSource = (typeof PROGRESS_SOURCES)[number];

/** How far a training has come, as far as it tells: null is what it does not say. */
export interface TrainingProgress {
  readonly source: ProgressSource;
  /** Of all that is to be done: 0 to 100. */
  readonly percent: number | null;
  readonly epoch: number | null;
  /** What it expected still to need when it was last heard. */
  readonly etaSeconds: number | null;
  readonly loss: number | null;
  /** It tells a loss, and that is NaN or infinite. */
  readonly lossIsNoNumber?: true;
  /** The operator of its cluster says so, by the rules of its own spec. */
  readonly isStalled?: true;
  /** Of all steps, where it counts them. */
  readonly step: number | null;
  /** What it measures, by names of its own, the loss among them; a list has the loss alone. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Path or address of the last one. */
  readonly checkpoint: string | null;
  /** All its workers together, from 1: each restart and each resumption is another one. */
  readonly attempt: number | null;
  /** Those that run or have succeeded, of all. */
  readonly workers: { readonly ready: number; readonly of: number } | null;
}

/** The same with where and when that was seen. */
export interface SeenProgress extends TrainingProgress {
  readonly cluster: string;
  /** When it last changed there. */
  readonly at: Date;
}

/** The columns of a member's Table that tell it, by kind; Attempt tells of the state as well. */
export const PROGRESS_COLUMNS = {
  TrainingJob: ['Progress', 'Epoch', 'Loss', 'ETA', 'Checkpoint', 'Workers', 'Attempt', 'Metrics', 'Stall'],
} as const;

export type ProgressCells = Readonly<Partial<Record<(typeof PROGRESS_COLUMNS)['TrainingJob'][number], string | null>>>;

/** As one value: equal when every cell is. */
export const printProgress = (cells: ProgressCells): string =>
  PROGRESS_COLUMNS.TrainingJob.map((column) => cells[column] ?? '').join('|');

const MAX_CHECKPOINT = 1024;
const MAX_COUNT = 2_147_483_647;

/** undefined: nothing that is worth a word. Everything in it was written by others. */
export function progressOf(cells: ProgressCells): TrainingProgress | undefined {
  const loss = numberOf(cells.Loss);
  const progress: TrainingProgress = {
    source: 'trainingjob',
    percent: percentOf(cells.Progress),
    epoch: countOf(cells.Epoch),
    etaSeconds: secondsOf(cells.ETA),
    loss,
    ...(isNoNumber(cells.Loss) && { lossIsNoNumber: true }),
    ...(cells.Stall === NO_STEP && { isStalled: true }),
    step: null,
    metrics: boundedNumbers({ ...(loss !== null && { loss }), ...measuredBeside(cells) }),
    checkpoint: pathOf(cells.Checkpoint),
    attempt: countOf(cells.Attempt),
    workers: workersOf(cells.Workers),
  };
  const { attempt: _, source: __, metrics: ___, ...told } = progress;
  return Object.values(told).every((value) => value === null) ? undefined : progress;
}

/** The loss has a column of its own, which older operators have as well, and all its digits. */
function measuredBeside({ Metrics }: ProgressCells): Record<string, number> {
  const { loss: _, ...others } = measuredIn(Metrics ?? '');
  return others;
}

/** The reason of its condition Stalled, which is true of one that has failed, too. */
const NO_STEP = 'NoStep';

/** As programs print it: NaN, inf, -Infinity. */
export const isNoNumber = (text: string | null | undefined): boolean =>
  /^[+-]?(nan|inf(inity)?)$/i.test(text?.trim() ?? '');

/** What a TrainingJob's own status has, as the Table prints it. */
export function progressCells(object: { readonly status?: unknown }): ProgressCells {
  const status = fieldsOf(object.status);
  return {
    Progress: cellOf(status.progress),
    Epoch: cellOf(status.currentEpoch),
    Loss: cellOf(fieldsOf(status.metrics).loss),
    ETA: cellOf(status.eta),
    Checkpoint: cellOf(fieldsOf(status.checkpoint).latest),
    Workers: cellOf(fieldsOf(status.workers).summary),
    Attempt: cellOf(status.attempt),
    Metrics: cellOf(status.measured),
    Stall: cellOf(fieldsOf(listOf(status.conditions).find((each) => fieldsOf(each).type === 'Stalled')).reason),
  };
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const cellOf = (value: unknown): string | null =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : null;

type Cell = string | null | undefined;

function percentOf(cell: Cell): number | null {
  const percent = Number(/^(\d{1,3})%$/.exec(cell ?? '')?.[1] ?? Number.NaN);
  return Number.isNaN(percent) ? null : Math.min(100, percent);
}

function numberOf(cell: Cell): number | null {
  const value = cell === null || cell === undefined || cell.trim() === '' ? Number.NaN : Number(cell);
  return Number.isFinite(value) ? value : null;
}

function countOf(cell: Cell): number | null {
  const value = numberOf(cell);
  return value !== null && Number.isInteger(value) && value >= 0 && value <= MAX_COUNT ? value : null;
}

/** 90s, 12m, 5h3m, 3d: as the operator writes durations. */
function secondsOf(cell: Cell): number | null {
  const [, days, hours, minutes, seconds] =
    /^(?:(\d{1,5})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,8})s)?$/.exec(cell ?? '') ?? [];
  const parts = [days, hours, minutes, seconds];
  if (parts.every((part) => part === undefined)) return null;
  const [d = 0, h = 0, m = 0, s = 0] = parts.map((part) => Number(part ?? 0));
  return Math.min(MAX_COUNT, d * 86_400 + h * 3_600 + m * 60 + s);
}

function pathOf(cell: Cell): string | null {
  // PostgreSQL takes neither NUL nor half a surrogate pair, which the cut may have made.
  const path = (cell ?? '')
    .slice(0, MAX_CHECKPOINT)
    .replaceAll('\0', '')
    .replace(/\p{Surrogate}/gu, '\uFFFD');
  return path === '' ? null : path;
}

function workersOf(cell: Cell): TrainingProgress['workers'] {
  const [, ready, of] = /^(\d{1,4})\/(\d{1,4})$/.exec(cell ?? '') ?? [];
  return ready === undefined ? null : { ready: Number(ready), of: Number(of) };
}

/** Of two clusters, each with a whole copy of the job, the one that is further behind. */
export const leastOf = (least: SeenProgress | null, each: SeenProgress): SeenProgress =>
  least === null || (each.percent ?? 0) < (least.percent ?? 0) ? each : least;
