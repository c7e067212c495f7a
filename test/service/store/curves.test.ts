import { expect, test } from 'vitest';
import { type CurvePoint, MAX_BUCKETS, MAX_NAMES } from '../../../service/jobs/curve.ts';
import type { CurveEntry, Store } from '../../../service/store/store.ts';
import { freshDatabase, type TestDatabase } from '../postgres.ts';
import { dispatched } from '../some-jobs.ts';

/** A job that was created some time ago, so that its curve has a past. */
async function oldJob(database: TestDatabase, store: Store, ageSeconds = 100_000): Promise<string> {
  const { id } = await dispatched(store);
  await database.query("update job set created_at = now() - $2 * interval '1 second' where id = $1", [id, ageSeconds]);
  return id;
}

const entry = (jobId: string, points: readonly CurvePoint[], fields: Partial<CurveEntry> = {}): CurveEntry => ({
  jobId,
  points,
  marks: [],
  steppedAt: null,
  stepSeconds: null,
  ...fields,
});

const ago = (seconds: number): number => Date.now() - seconds * 1000;

/** Reports that come one after the other, some in each write. */
async function report(store: Store, jobId: string, values: readonly number[], everySeconds: number, together = 50) {
  const begin = ago(values.length * everySeconds);
  const points = values.map((loss, step) => ({ at: begin + step * everySeconds * 1000, step, numbers: { loss } }));
  for (let from = 0; from < points.length; from += together)
    await store.curves.append([entry(jobId, points.slice(from, from + together))]);
}

const curveOf = async (store: Store, jobId: string) => {
  const curves = (await store.curves.read([jobId])).get(jobId);
  const [series] = curves?.series ?? [];
  if (!curves || !series) throw new Error('There is no curve');
  return { curves, series };
};

test('a short curve is kept as it was told', async () => {
  const database = await freshDatabase();
  const store = database.store();
  const jobId = await oldJob(database, store);
  const values = Array.from({ length: 40 }, (_, step) => 1 / (step + 1));
  await report(store, jobId, values, 10, 7);
  const { curves, series } = await curveOf(store, jobId);
  expect(curves.names).toEqual(['loss']);
  expect(series.value.map(Math.fround)).toEqual(values.map(Math.fround));
  expect(series.min).toEqual(series.value);
  expect(series.step).toEqual(values.map((_, step) => step));
  expect(series.at.slice(1).map((at, index) => at - (series.at[index] ?? 0))).toSatisfy((gaps: number[]) =>
    gaps.every((gap) => gap >= 9_000 && gap <= 11_000),
  );
  expect(Math.abs((series.at.at(-1) ?? 0) - ago(10))).toBeLessThan(60_000);
});

test('a long one is bounded, and keeps each peak, the order and the end', async () => {
  const database = await freshDatabase();
  const store = database.store();
  const jobId = await oldJob(database, store);
  const values = Array.from({ length: 3_000 }, (_, step) => 100 - step / 100);
  values[1_234] = 900;
  values[2_345] = -7;
  await report(store, jobId, values, 10, 100);
  const { series } = await curveOf(store, jobId);
  expect(series.at.length).toBeLessThanOrEqual(MAX_BUCKETS + 128);
  expect(series.at.length).toBeGreaterThan(MAX_BUCKETS / 4);
  expect(Math.max(...series.max)).toBe(900);
  expect(Math.min(...series.min)).toBe(-7);
  expect([series.lowest, series.highest]).toEqual([-7, 900]);
  expect(series.at).toEqual([...series.at].sort((a, b) => a - b));
  expect(series.last).toBeCloseTo(values.at(-1) ?? 0, 4);
  expect(series.step.at(-1)).toBe(2_999);
  const [stored] = await database.query<{ buckets: number }>('select cardinality(at) as buckets from job_series');
  expect(stored?.buckets).toBeLessThanOrEqual(MAX_BUCKETS);
});

test('a job has so many names and no more, those that came first', async () => {
  const database = await freshDatabase();
  const store = database.store();
  const jobId = await oldJob(database, store);
  for (let name = 0; name < 40; name += 1)
    await store.curves.append([entry(jobId, [{ at: ago(400 - name), step: null, numbers: { [`n${name}`]: name } }])]);
  const { names } = (await store.curves.read([jobId])).get(jobId) ?? { names: [] };
  expect(names).toHaveLength(MAX_NAMES);
  expect(names).toContain('n0');
  const [stored] = await database.query<{ rows: number }>('select count(*)::int as rows from job_series');
  expect(stored?.rows).toBeLessThanOrEqual(MAX_NAMES);
});

test('names can be chosen', async () => {
  const database = await freshDatabase();
  const store = database.store();
  const jobId = await oldJob(database, store);
  await store.curves.append([entry(jobId, [{ at: ago(5), step: 1, numbers: { loss: 1, rmse: 2 } }])]);
  const curves = (await store.curves.read([jobId], ['rmse'])).get(jobId);
  expect(curves?.names).toEqual(['loss', 'rmse']);
  expect(curves?.series.map(({ name, last }) => [name, last])).toEqual([['rmse', 2]]);
});

test('each other place that it was told from is marked once', async () => {
  const database = await freshDatabase();
  const store = database.store();
  const jobId = await oldJob(database, store);
  const mark = (seconds: number, attempt: number, cluster: string) => ({ at: ago(seconds), attempt, cluster });
  for (const marks of [
    [mark(90, 1, 'a')],
    [mark(80, 1, 'a'), mark(70, 2, 'a')],
    [],
    [mark(60, 2, 'a')],
    [mark(50, 3, 'b')],
  ])
    await store.curves.append([entry(jobId, [{ at: ago(50), step: 1, numbers: { loss: 1 } }], { marks })]);
  const { curves } = await curveOf(store, jobId);
  expect(curves.marks.map(({ kind, attempt, cluster }) => [kind, attempt, cluster])).toEqual([
    ['attempt', 1, 'a'],
    ['attempt', 2, 'a'],
    ['cluster', 3, 'b'],
  ]);
});

test('replicas that write and merge the same curve at the same time lose nothing', async () => {
  const database = await freshDatabase();
  const stores = [database.store(), database.store(), database.store()];
  const [first] = stores;
  if (!first) throw new Error('No store');
  const jobId = await oldJob(database, first);
  const begin = ago(3_000);
  await Promise.all(
    stores.map(async (store, replica) => {
      for (let turn = 0; turn < 30; turn += 1) {
        const step = turn * 3 + replica;
        const numbers = { [`loss ${replica}`]: turn };
        await store.curves.append([entry(jobId, [{ at: begin + step * 30_000, step, numbers }])]);
      }
    }),
  );
  const curves = (await first.curves.read([jobId])).get(jobId);
  const turns = Array.from({ length: 30 }, (_, turn) => turn);
  expect(curves?.series.map(({ value }) => [...value].sort((a, b) => a - b))).toEqual([turns, turns, turns]);
});

test('tells when a training last came further, and how long a step takes', async () => {
  const database = await freshDatabase();
  const store = database.store();
  const [moving, silent] = [await oldJob(database, store), await oldJob(database, store)];
  await store.curves.append([entry(moving, [], { steppedAt: ago(60), stepSeconds: 2.5 })]);
  await store.curves.append([entry(moving, [], { steppedAt: null, stepSeconds: null })]);
  const steps = await store.curves.lastSteps([moving, silent]);
  expect([...steps.keys()]).toEqual([moving]);
  expect(steps.get(moving)?.stepSeconds).toBe(2.5);
  expect(Math.abs((steps.get(moving)?.at.getTime() ?? 0) - ago(60))).toBeLessThan(60_000);
});

test('tells which jobs have ended or are gone', async () => {
  const database = await freshDatabase();
  const store = database.store();
  const runs = await oldJob(database, store);
  const failed = await oldJob(database, store);
  const gone = await oldJob(database, store);
  await database.query("update job set status = 'Running' where id = $1", [runs]);
  await database.query("update job set status = 'Failed', finished_at = now() where id = $1", [failed]);
  await database.query('delete from job where id = $1', [gone]);
  const waits = (await dispatched(store)).id;
  expect([...(await store.curves.ended([runs, failed, gone, waits]))].sort()).toEqual([failed, gone].sort());
});

test('goes with its job, and of a job that is gone nothing is kept', async () => {
  const database = await freshDatabase();
  const store = database.store();
  const [kept, gone] = [await oldJob(database, store), await oldJob(database, store)];
  const point = { at: ago(5), step: 1, numbers: { loss: 1 } };
  await store.curves.append([entry(kept, [point]), entry(gone, [point])]);
  await database.query('delete from job where id = $1', [gone]);
  await store.curves.append([entry(kept, [point]), entry(gone, [point])]);
  const rows = await database.query<{ job_id: string }>(
    'select job_id from job_series union select job_id from job_curve',
  );
  expect(rows.map(({ job_id }) => job_id)).toEqual([kept]);
});

test('lists have the loss so far in few numbers, and are in the order of a number', async () => {
  const database = await freshDatabase();
  const store = database.store();
  const ids: string[] = [];
  for (const end of [0.5, 0.25, 0.75]) {
    const jobId = await oldJob(database, store);
    ids.push(jobId);
    await report(store, jobId, [...Array.from({ length: 100 }, (_, step) => 100 - step), end], 10);
    await store.curves.append([entry(jobId, [{ at: ago(1), step: 101, numbers: { rmse: end * 2 } }])]);
  }
  const without = await oldJob(database, store);
  await store.curves.settle(ids);
  const newer = await oldJob(database, store);
  const list = async (sort: 'metric:loss' | 'metric:rmse' | 'createdAt', descending: boolean, limit = 2) => {
    const found: { id: string; spark?: readonly number[] | null }[] = [];
    for (let cursor: string | null = null, page = 0; page === 0 || cursor !== null; page += 1) {
      const query = { sort, descending, limit, withRequests: false, ...(cursor !== null && { cursor }) };
      const { jobs, nextCursor }: Awaited<ReturnType<typeof store.jobs.list>> = await store.jobs.list(query);
      // Whole pages, but for the last: those without the number follow on the same page.
      expect(jobs).toHaveLength(nextCursor === null ? jobs.length : limit);
      found.push(...jobs);
      cursor = nextCursor;
    }
    return found;
  };
  const all = [...ids, without, newer];
  const order = async (descending: boolean, limit: number) =>
    (await list('metric:loss', descending, limit)).map(({ id }) => all.indexOf(id));
  // Those that tell none are at the end in either direction, wherever a page ends.
  for (const limit of [1, 2, 3, 4, 5, 6]) {
    expect(await order(false, limit)).toEqual([1, 0, 2, 4, 3]);
    expect(await order(true, limit)).toEqual([2, 0, 1, 4, 3]);
  }
  const { metric } = await store.jobs.filterValues(undefined);
  expect(metric).toEqual([
    { value: 'loss', jobs: 3 },
    { value: 'rmse', jobs: 3 },
  ]);
  const listed = await list('createdAt', true);
  expect(listed.find(({ id }) => id === without)?.spark).toBeNull();
  const [spark] = listed.filter(({ id }) => id === ids[0]).map((job) => job.spark);
  expect(spark?.length).toBeLessThanOrEqual(30);
  expect(spark?.length).toBeGreaterThan(20);
  expect(spark?.[0]).toBe(100);
  // In four digits, and whatever a real can be.
  const odd = [3.4028234e38, -1.1754944e-38, 0, -0.123456, 12_345.6];
  await report(store, newer, odd, 10);
  await store.curves.settle([newer]);
  const [shown] = (await list('createdAt', true)).filter(({ id }) => id === newer).map((job) => job.spark);
  expect(shown).toEqual([3.403e38, -1.175e-38, 0, -0.1235, 12_350]);
});
