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

/** One that tells a loss each second, as a page sees it that was opened at a second. */
const watched = (first: ListedJob, from: number, to: number, loss: (second: number) => number): readonly number[] => {
  let [job] = [first];
  for (let second = from; second < to; second += 1) {
    const told = { loss: loss(second), at: new Date(second * 1000).toISOString() } as Progress;
    [job = first] = withProgress([job], news('one', told));
  }
  return job.spark ?? [];
};
const begun = { id: 'one', createdAt: new Date(0).toISOString(), startedAt: new Date(0).toISOString() };

test.for([10, 31, 100, 5000])(
  'of one that is watched for %d s the whole course is shown, in few numbers',
  (seconds) => {
    const spark = watched({ ...begun, spark: null, progress: null } as never, 0, seconds, (second) => second);
    expect(spark.length).toBeLessThanOrEqual(30);
    expect(spark.length).toBeGreaterThanOrEqual(Math.min(15, seconds));
    expect([spark[0], spark.at(-1)]).toEqual([0, seconds - 1]);
    // Steps of about the same length; the last one is under way.
    const steps = spark.slice(1, -1).map((each, place) => each - (spark[place] ?? 0));
    expect(Math.max(...steps)).toBeLessThanOrEqual(2.5 * Math.min(...steps));
  },
);

test('a course that was read goes on at its pace: a minute of news does not push out the hours before', () => {
  const hours = 10 * 3600;
  const read = Array.from({ length: 30 }, (_, place) => 100 - place);
  const known = { ...begun, spark: read, progress: { at: new Date(hours * 1000).toISOString(), loss: 71 } } as never;
  const spark = watched(known, hours + 1, hours + 61, () => 70);
  expect(spark).toEqual([...read.slice(0, -1), 70]);
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
