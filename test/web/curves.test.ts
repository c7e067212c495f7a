import { expect, test } from 'vitest';
import { comparedIds, labelsOf } from '../../service/web/lib/compared.ts';
import { bestOf, csvOf, directionOf, groupsOf, pointsOf, smoothed } from '../../service/web/lib/curves.ts';

const series = (name: string, value: number[], step: (number | null)[] = value.map((_, place) => place)) => ({
  name,
  value,
  step,
  at: value.map((_, place) => 1_000_000 + place * 1000),
  min: value,
  max: value,
  last: value.at(-1) ?? 0,
  lowest: Math.min(...value),
  highest: Math.max(...value),
});

test('a number stands with the same number on data held back, the loss first', () => {
  const groups = groupsOf(['accuracy', 'val_loss', 'lr', 'loss', 'eval/accuracy'].map((name) => series(name, [1])));
  expect(groups.map(({ name, series }) => [name, ...series.map((each) => each.name)])).toEqual([
    ['loss', 'loss', 'val_loss'],
    ['accuracy', 'accuracy', 'eval/accuracy'],
    ['lr', 'lr'],
  ]);
});

test('which way is better follows from the name, and so does which value is the best', () => {
  expect(['loss', 'rmse', 'val_accuracy', 'auc', 'lr'].map(directionOf)).toEqual(['down', 'down', 'up', 'up', null]);
  expect(bestOf(series('loss', [3, 1, 2]))).toEqual({ value: 1, step: 1, at: 1_001_000 });
  expect(bestOf(series('accuracy', [0.1, 0.9, 0.5]))?.value).toBe(0.9);
  expect(bestOf(series('lr', [1]))).toBeNull();
});

test('by steps, what was done again from a checkpoint takes the place of what was lost', () => {
  const again = series('loss', [5, 4, 3, 3.5, 2], [1, 2, 3, 2, 3]);
  expect(pointsOf(again, 'step')).toEqual({ x: [1, 2, 3], y: [5, 3.5, 2] });
  expect(pointsOf(again, 'time').x).toHaveLength(5);
  expect(pointsOf(series('loss', [1, 2], [null, 7]), 'step')).toEqual({ x: [7], y: [2] });
});

test('smoothing leaves what is level as it is, from the first point on', () => {
  expect(smoothed([2, 2, 2], 0.9)).toEqual([2, 2, 2].map((each) => expect.closeTo(each)));
  expect(smoothed([0, 1], 0.5)).toEqual([0, expect.closeTo(2 / 3)]);
});

test('as CSV a name may hold quotes and commas', () => {
  expect(csvOf({ series: [series('a "b", c', [1.5], [null])] })).toBe(
    'name,time,step,value,min,max\n"a ""b"", c",1970-01-01T00:16:40.000Z,,1.5,1.5,1.5',
  );
});

test('ids to compare are each taken once', () => {
  expect(comparedIds('?ids=a,b,a,,c')).toEqual(['a', 'b', 'c']);
  expect(comparedIds('')).toEqual([]);
});

test('jobs of one name are told apart, others keep theirs', () => {
  expect(labelsOf(['a', 'b', 'a'])).toEqual(['a (1)', 'b', 'a (2)']);
});
