import { expect, test } from 'vitest';
import { Runs } from '../../../service/logs/runs.ts';
import type { LogSource } from '../../../service/logs/sources.ts';

const source = (
  pod: string,
  startedAt: number | null,
  endedAt: number | null = null,
  more: Partial<LogSource> = {},
) => ({
  cluster: 'a',
  pod,
  container: 'c',
  restart: 0,
  isPrevious: false,
  ended: endedAt !== null,
  startedAt,
  endedAt,
  ...more,
});
const kept = (pod: string, run: number) => {
  return { cluster: 'a', pod, container: 'c', restart: 0, run, text: '', droppedBytes: 0 };
};

test('what runs at the same time is one run, whatever comes and goes in it', () => {
  const runs = new Runs([]);
  const [head, lost, other] = [source('head', 1), source('worker-1', 2, 5), source('worker-2', 6)];
  runs.see('a', [other, lost, head]);
  expect([head, lost, other].map((each) => runs.of(each))).toEqual([1, 1, 1]);
});

test('what begins after all has ended is the next run, whether or not the ended is still there', () => {
  const runs = new Runs([]);
  const [failed, next] = [source('try-1', 1, 5), source('try-2', 6)];
  runs.see('a', [next, failed]);
  expect([runs.of(failed), runs.of(next)]).toEqual([1, 2]);
  const resumed = source('try-3', 9);
  runs.see('a', [resumed]);
  expect([runs.of(resumed), runs.of(next), runs.latest]).toEqual([3, 2, 3]);
});

test('numbers that were kept stay, and the next is counted on from them', () => {
  const runs = new Runs([kept('old', 4)]);
  runs.see('a', [source('new', 1)]);
  expect([runs.of(source('old', 1)), runs.of(source('new', 1))]).toEqual([4, 5]);
  const same = new Runs([kept('old', 4)]);
  same.see('a', [source('old', 1), source('beside', 2)]);
  expect(same.of(source('beside', 2))).toBe(4);
});

test('a container that is started again while others of its job go on is of the same run', () => {
  const runs = new Runs([]);
  const crashed = source('worker', 1, 5, { isPrevious: true });
  const again = source('worker', 6, null, { restart: 1 });
  runs.see('a', [source('head', 1), crashed, again]);
  expect(runs.of(again)).toBe(1);
  const alone = new Runs([]);
  alone.see('a', [crashed, again]);
  expect(alone.of(again)).toBe(2);
});

test('each cluster counts for itself', () => {
  const runs = new Runs([kept('old', 2)]);
  const elsewhere = source('pod', 1, null, { cluster: 'b' });
  runs.see('b', [elsewhere]);
  expect(runs.of(elsewhere)).toBe(1);
});
