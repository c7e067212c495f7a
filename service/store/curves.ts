import { type CurveMark, type CurvePoint, type Curves, MAX_BUCKETS, MAX_NAMES, type Series } from '../jobs/curve.ts';
import { IDLE_GPUS } from '../jobs/utilisation.ts';
import type { Queries } from './database.ts';
import { ended } from './ended.ts';
import { json, statement } from './statement.ts';
import type { CurveEntry, CurveStore } from './store.ts';

const appendPoints = statement('append-points');
const mergePoints = statement('merge-points');
const widenBuckets = statement('widen-buckets');
const curvesOfJobs = statement('curves-of-jobs');
const pulses = statement('pulses');
const stepsOfJobs = statement('steps-of-jobs');

/** Jobs that are merged in one statement: some 50 ms. */
const MERGED_AT_ONCE = 200;
const MAX_INTEGER = 2_147_483_647;

export function createCurveStore(database: Queries, readers: Queries): CurveStore {
  async function merge(jobIds: readonly string[]): Promise<void> {
    for (let from = 0; from < jobIds.length; from += MERGED_AT_ONCE) {
      const ids = jobIds.slice(from, from + MERGED_AT_ONCE);
      const full = await database.query<{ jobId: string; name: string }>(mergePoints, [ids, MAX_NAMES, MAX_BUCKETS]);
      if (full.length > 0) await database.query(widenBuckets, [json(full), MAX_BUCKETS / 2]);
    }
  }

  return {
    async append(entries) {
      if (entries.length === 0) return;
      const now = Date.now();
      const given = entries.map((entry) => asColumns(entry, now));
      const ripe = await database.query<{ jobId: string }>(appendPoints, [json(given)]);
      await merge(ripe.map(({ jobId }) => jobId));
    },

    settle: merge,

    ended: (jobIds) => ended(database, jobIds),

    async read(jobIds, names) {
      const rows = await readers.query<CurveRow>(curvesOfJobs, [jobIds, names ?? null]);
      return new Map(rows.map((row) => [row.jobId, curvesIn(row, names)]));
    },

    async pulses({ leastSeconds, steps }, most) {
      return database.query(pulses, [steps, leastSeconds, most, IDLE_GPUS]);
    },

    async lastSteps(jobIds) {
      const rows = await readers.query<{ jobId: string; at: Date; stepSeconds: number | null }>(stepsOfJobs, [jobIds]);
      return new Map(rows.map(({ jobId, at, stepSeconds }) => [jobId, { at, stepSeconds }]));
    },
  };
}

/** Times as ages: the database's clock is the one that counts. */
function asColumns({ jobId, points, marks, steppedAt, stepSeconds }: CurveEntry, now: number): object {
  const ageOf = (at: number): number => Math.min(MAX_INTEGER, Math.max(0, Math.round(now - at)));
  const columns: Record<'names' | 'ages' | 'numbers' | 'steps', unknown[]> = {
    names: [],
    ages: [],
    numbers: [],
    steps: [],
  };
  for (const point of points) {
    for (const [name, number] of Object.entries(point.numbers)) {
      columns.names.push(name);
      columns.ages.push(ageOf(point.at));
      columns.numbers.push(Math.fround(number));
      columns.steps.push(stepOf(point));
    }
  }
  return {
    jobId,
    ...columns,
    marks: marks.map(({ at, attempt, cluster }) => [ageOf(at), attempt, cluster]),
    steppedAge: steppedAt === null ? null : ageOf(steppedAt),
    stepSeconds: stepSeconds === null ? null : Math.fround(stepSeconds),
  };
}

const stepOf = ({ step }: CurvePoint): number | null =>
  step !== null && Number.isInteger(step) && Math.abs(step) <= MAX_INTEGER ? step : null;

interface CurveRow {
  readonly jobId: string;
  readonly createdAt: number;
  readonly marks: readonly (readonly [number, number | null, string | null])[];
  /** Attempts that the hub began, likewise. */
  readonly begun: CurveRow['marks'] | null;
  readonly recent: {
    readonly names: readonly string[];
    readonly at: readonly number[];
    readonly numbers: readonly number[];
    readonly steps: readonly (number | null)[];
  } | null;
  readonly names: readonly string[] | null;
  readonly series: readonly StoredSeries[] | null;
}

interface StoredSeries {
  readonly name: string;
  readonly at: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly last: readonly number[];
  readonly steps: readonly (number | null)[];
  readonly lowest: number;
  readonly highest: number;
}

/** What was merged, with what has been told since behind it. */
function curvesIn(row: CurveRow, wanted: readonly string[] | undefined): Curves {
  const timeOf = (seconds: number): number => Math.round(Number(row.createdAt)) + seconds * 1000;
  const growing = new Map(
    (row.series ?? []).map(({ name, at, low, high, last, steps, lowest, highest }) => [
      name,
      { at: at.map(timeOf), value: [...last], min: [...low], max: [...high], step: [...steps], lowest, highest },
    ]),
  );
  const { names = [], at = [], numbers = [], steps = [] } = row.recent ?? {};
  const all = new Set(row.names ?? []);
  names.forEach((name, place) => {
    if (!all.has(name) && all.size === MAX_NAMES) return;
    all.add(name);
    if (wanted && !wanted.includes(name)) return;
    const number = numbers[place] ?? 0;
    const series = growing.get(name) ?? {
      at: [],
      value: [],
      min: [],
      max: [],
      step: [],
      lowest: number,
      highest: number,
    };
    growing.set(name, series);
    // What came late through another replica keeps the order.
    series.at.push(Math.max(timeOf(at[place] ?? 0), series.at.at(-1) ?? 0));
    for (const column of [series.value, series.min, series.max]) column.push(number);
    series.step.push(steps[place] ?? null);
    series.lowest = Math.min(series.lowest, number);
    series.highest = Math.max(series.highest, number);
  });
  const series = [...growing].map(([name, columns]): Series => ({ name, ...columns, last: columns.value.at(-1) ?? 0 }));
  return {
    names: [...all].sort(),
    series: series.sort((a, b) => (a.name < b.name ? -1 : 1)),
    marks: marksIn(withAttempts(row), timeOf),
  };
}

/** A training in a TrainingJob counts its own attempts, from 1 in each of the hub's. */
const withAttempts = ({ begun, marks }: Pick<CurveRow, 'begun' | 'marks'>): CurveRow['marks'] =>
  [...marks, ...(begun ?? [])].sort(([a], [b]) => a - b);

function marksIn(marks: CurveRow['marks'], timeOf: (seconds: number) => number): CurveMark[] {
  return marks.map(([seconds, attempt, cluster], place) => {
    const before = marks[place - 1];
    const kind = before !== undefined && before[2] !== cluster ? 'cluster' : 'attempt';
    return { at: new Date(timeOf(seconds)), kind, attempt, cluster };
  });
}
