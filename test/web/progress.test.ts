import { expect, test } from 'vitest';
import type { ListedJob, Progress, ProgressNews } from '../../service/web/api/types.ts';
import { progressOf, timeLeft, withProgress } from '../../service/web/lib/progress.ts';

const progress = (percent: number, second = 0): Progress =>
  ({ percent, etaSeconds: 60, at: `2026-01-01T00:00:0${second}.000Z` }) as never;
const row = (id: string, known: Progress | null, status = 'Running'): ListedJob =>
  ({ id, status, progress: known }) as never;
const news = (id: string, told: Progress): ReadonlyMap<string, ProgressNews> =>
  new Map([[id, { id, namespace: 'default', progress: told }]]);

test('a row has the newest that is told of it; the others stay the very same', () => {
  const rows = [row('one', null), row('two', progress(10))];
  expect(withProgress(rows, news('one', progress(5)))).toEqual([row('one', progress(5)), row('two', progress(10))]);
  expect(withProgress(rows, news('three', progress(5)))).toBe(rows);
  const newer = [row('one', progress(50, 5))];
  expect(withProgress(newer, news('one', progress(40, 4)))).toEqual(newer);
});

test('is shown while the job is under way', () => {
  expect(progressOf(row('one', progress(5)))).toEqual(progress(5));
  expect(progressOf(row('one', progress(5), 'Pending'))).toEqual(progress(5));
  expect(progressOf(row('one', progress(100), 'Succeeded'))).toBeUndefined();
  expect(progressOf({ status: 'Running' } as never)).toBeUndefined();
});

test('what is left goes down with the time, and never below nothing', () => {
  const told = progress(5);
  const at = Date.parse(told.at);
  expect(timeLeft(told, at + 10_000)).toBe(50_000);
  expect(timeLeft(told, at + 90_000)).toBe(0);
  // A clock that is behind the service's.
  expect(timeLeft(told, at - 90_000)).toBe(60_000);
  expect(timeLeft({ ...told, etaSeconds: null }, at)).toBeNull();
});
