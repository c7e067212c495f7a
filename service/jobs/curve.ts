/** Numbers that a training told at one moment, by name. */
export interface CurvePoint {
  /** Milliseconds since 1970, by the hub's clock. */
  readonly at: number;
  readonly step: number | null;
  readonly numbers: Readonly<Record<string, number>>;
}

/** From where on it was told: another attempt, another cluster. */
export interface CurveMark {
  readonly at: Date;
  readonly kind: 'attempt' | 'cluster';
  readonly attempt: number | null;
  readonly cluster: string | null;
}

/** How one number went, in columns of equal length; each entry stands for a stretch of time that ends at its `at`. */
export interface Series {
  readonly name: string;
  /** Milliseconds since 1970, rising. */
  readonly at: readonly number[];
  /** The last of the stretch; min and max are the least and the greatest of it. */
  readonly value: readonly number[];
  readonly min: readonly number[];
  readonly max: readonly number[];
  readonly step: readonly (number | null)[];
  /** Of the whole training, whatever part of it this is. */
  readonly last: number;
  readonly lowest: number;
  readonly highest: number;
}

export interface Curves {
  /** Of all numbers that there are. */
  readonly names: readonly string[];
  readonly series: readonly Series[];
  readonly marks: readonly CurveMark[];
}

/** Of one job: a program that names each of its weights would fill the database. */
export const MAX_NAMES = 20;
export const MAX_NAME = 64;
/** Of one series as it is kept; when there are more, neighbours become one until half as many are left. */
export const MAX_BUCKETS = 500;
/** Of a list's row. */
export const MAX_SPARK = 30;

/** What is kept of what was told: at most so many, under names that can be shown, and no number that the database cannot hold. */
export function boundedNumbers(told: Readonly<Record<string, number>>): Record<string, number> {
  const kept: [string, number][] = [];
  for (const [name, value] of Object.entries(told)) {
    if (kept.length === MAX_NAMES) break;
    const number = Math.fround(value);
    if (isName(name) && Number.isFinite(number)) kept.push([name, value]);
  }
  return Object.fromEntries(kept);
}

const isName = (name: string): boolean =>
  name.length <= MAX_NAME && /^[\p{L}\p{N}_][\p{L}\p{N}_ ./:@%+-]*$/u.test(name);

interface Sight {
  /** Milliseconds since 1970: nothing before it. */
  readonly from?: number | undefined;
  /** At most so many entries a series. */
  readonly points: number;
}

/** Less of it: what is since then, in so many stretches of equal length. */
export function thinned(series: Series, { from = 0, points }: Sight): Series {
  const begin = series.at.findIndex((at) => at >= from);
  const first = begin === -1 ? series.at.length : begin;
  const count = series.at.length - first;
  if (first === 0 && count <= points) return series;
  const began = series.at[first] ?? 0;
  const stretch = Math.max(1, ((series.at.at(-1) ?? 0) - began + 1) / points);
  const whole = count <= points;
  const [at, value, min, max, step]: [number[], number[], number[], number[], (number | null)[]] = [[], [], [], [], []];
  let place = -1;
  for (let index = first; index < series.at.length; index += 1) {
    const here = whole ? index : Math.floor(((series.at[index] ?? 0) - began) / stretch);
    const isNew = here !== place;
    place = here;
    if (isNew) {
      at.push(0);
      value.push(0);
      min.push(Number.POSITIVE_INFINITY);
      max.push(Number.NEGATIVE_INFINITY);
      step.push(null);
    }
    const end = at.length - 1;
    at[end] = series.at[index] ?? 0;
    value[end] = series.value[index] ?? 0;
    min[end] = Math.min(min[end] ?? 0, series.min[index] ?? 0);
    max[end] = Math.max(max[end] ?? 0, series.max[index] ?? 0);
    step[end] = series.step[index] ?? null;
  }
  return { ...series, at, value, min, max, step };
}

/** Some of many, evenly, the last one among them. */
export function someOf(values: readonly number[], most: number): number[] {
  if (values.length <= most) return [...values];
  return Array.from(
    { length: most },
    (_, place) => values[Math.round((place * (values.length - 1)) / (most - 1))] ?? 0,
  );
}
