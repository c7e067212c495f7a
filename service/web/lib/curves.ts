import type { Metrics } from '../api/types.ts';

type Series = Metrics['series'][number];

/** One number of a training, point by point. */
export interface Points {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

interface Best {
  readonly value: number;
  readonly step: number | null;
  readonly at: number;
}

/** A number and the same number on data that was held back stand in one picture. */
const HELD_BACK = /^(?:val|valid|validation|eval|test)[_\-/. ]/;

export const groupsOf = (series: readonly Series[]): { name: string; series: Series[] }[] => {
  const groups = new Map<string, Series[]>();
  for (const each of series) {
    const name = each.name.replace(HELD_BACK, '');
    groups.set(name, [...(groups.get(name) ?? []), each]);
  }
  return [...groups]
    .map(([name, all]) => ({ name, series: all.toSorted((a, b) => a.name.length - b.name.length) }))
    .toSorted(byWorth);
};

/** The loss first, then what tells how good it is, then the rest. */
export const byWorth = (a: { readonly name: string }, b: { readonly name: string }): number =>
  rank(a.name) - rank(b.name) || a.name.localeCompare(b.name);

const rank = (name: string): number =>
  name === 'loss' ? 0 : /loss/i.test(name) ? 1 : directionOf(name) === null ? 3 : 2;

/** Which way a number gets better, as far as its name tells. */
export const directionOf = (name: string): 'down' | 'up' | null => {
  if (/loss|error|err$|rmse|mse|mae|perplexity|logloss/i.test(name)) return 'down';
  if (/acc|auc|f1|precision|recall|r2|map|ndcg|bleu|score/i.test(name)) return 'up';
  return null;
};

export const bestOf = ({ at, highest, lowest, max, min, name, step }: Series): Best | null => {
  const direction = directionOf(name);
  if (direction === null || at.length === 0) return null;
  const value = direction === 'down' ? lowest : highest;
  const place = (direction === 'down' ? min : max).indexOf(value);
  return place < 0 ? null : { value, step: step[place] ?? null, at: at[place] ?? 0 };
};

/** By time in seconds, or by step. */
export const pointsOf = ({ at, step, value }: Pick<Series, 'at' | 'step' | 'value'>, by: 'time' | 'step'): Points => {
  if (by === 'time') return { x: at.map((ms) => ms / 1000), y: value };
  const x: number[] = [];
  const y: number[] = [];
  step.forEach((number, place) => {
    if (number === null) return;
    // An attempt that goes on from a checkpoint does some steps again: what they came to then is what counts.
    while (x.length > 0 && (x.at(-1) ?? 0) >= number) {
      x.pop();
      y.pop();
    }
    x.push(number);
    y.push(value[place] ?? 0);
  });
  return { x, y };
};

/** An average that forgets: the weight is that of what came before, and the first points weigh no more than others. */
export const smoothed = (values: readonly number[], weight: number): number[] => {
  let sum = 0;
  let total = 0;
  return values.map((value) => {
    sum = sum * weight + value * (1 - weight);
    total = total * weight + (1 - weight);
    return sum / total;
  });
};

export const hasSteps = (series: readonly Pick<Series, 'step'>[]): boolean =>
  series.some(({ step }) => step.filter((each) => each !== null).length > 1);

export const numberText = (value: number): string =>
  value.toLocaleString(undefined, {
    maximumSignificantDigits: 4,
    ...(Math.abs(value) < 1e-4 && value !== 0 && { notation: 'scientific' }),
  });

/** One line a point, as spreadsheets read it. */
export const csvOf = ({ series }: Pick<Metrics, 'series'>): string =>
  [
    'name,time,step,value,min,max',
    ...series.flatMap(({ at, max, min, name, step, value }) =>
      at.map((ms, place) =>
        [
          `"${name.replaceAll('"', '""')}"`,
          new Date(ms).toISOString(),
          step[place] ?? '',
          value[place],
          min[place],
          max[place],
        ].join(','),
      ),
    ),
  ].join('\n');
