import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient } from '../../../service/client/index.ts';
import { smallJob, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

async function submit(jobName: string, fields: Record<string, unknown> = {}): Promise<string> {
  const { body } = await world.call('/api/v1/jobs', { body: smallJob({ jobName, ...fields }) });
  return body.id;
}

/** Told every ten seconds, up to now, the last number first told last. */
async function tell(jobId: string, losses: readonly number[]): Promise<void> {
  await world.database.query("update job set created_at = now() - interval '1 day' where id = $1", [jobId]);
  const began = Date.now() - losses.length * 10_000;
  const points = losses.map((loss, step) => ({ at: began + step * 10_000, step, numbers: { loss, rmse: loss * 2 } }));
  const marks = [{ at: began, attempt: 1, cluster: 'member1' }];
  await world.database.store().curves.append([{ jobId, points, marks, steppedAt: null, stepSeconds: null }]);
}

const LOSSES = Array.from({ length: 100 }, (_, step) => 100 - step);

test('the curves of a job, in columns, in as many points and from when on as is asked', async () => {
  const client = createClient({ url: world.url });
  const id = await submit('curve');
  expect(await client.jobs.metrics(id)).toEqual({ jobId: id, names: [], series: [], marks: [], source: null });

  await tell(id, LOSSES);
  const all = await client.jobs.metrics(id);
  expect(all.names).toEqual(['loss', 'rmse']);
  expect(all.series.map(({ name, value }) => [name, value.length])).toEqual([
    ['loss', 100],
    ['rmse', 100],
  ]);
  expect(all.marks).toMatchObject([{ kind: 'attempt', attempt: 1, cluster: 'member1' }]);

  const [few] = (await client.jobs.metrics(id, { names: ['loss'], points: 10 })).series;
  expect(few?.value).toEqual([91, 81, 71, 61, 51, 41, 31, 21, 11, 1]);
  expect(few?.max).toEqual([100, 90, 80, 70, 60, 50, 40, 30, 20, 10]);
  expect(few).toMatchObject({ last: 1, lowest: 1, highest: 100, min: few?.value });

  const from = new Date(all.series[0]?.at[90] ?? 0);
  const [late] = (await client.jobs.metrics(id, { from })).series;
  expect(late?.value).toEqual(LOSSES.slice(90));
  expect(late?.highest).toBe(100);
});

test('jobs side by side, with only what their requests differ in', async () => {
  const client = createClient({ url: world.url });
  const hyperparameters = (eta: number) => ({ hyperparameters: { xgboost: { eta, max_depth: 4 } } });
  const ids = [
    await submit('one', hyperparameters(0.1)),
    await submit('two', { ...hyperparameters(0.3), customHyperparameters: { SEED: 7 } }),
  ];
  for (const id of ids) await tell(id, LOSSES);
  const { jobs, differences, metrics } = await client.jobs.compare(ids, { names: ['rmse'], points: 5 });
  expect(jobs.map(({ id }) => id)).toEqual(ids);
  expect(differences).toEqual([
    { name: 'hyperparameters.eta', values: [0.1, 0.3] },
    { name: 'hyperparameters.SEED', values: [null, 7] },
  ]);
  expect(metrics.map(({ jobId, series }) => [jobId, series.map(({ name, at }) => [name, at.length])])).toEqual(
    ids.map((id) => [id, [['rmse', 5]]]),
  );
});

test('the list has the loss so far, and is in the order of any number', async () => {
  const client = createClient({ url: world.url });
  const [good, bad] = [await submit('order', { namespace: 'a' }), await submit('order', { namespace: 'a' })];
  await tell(good, [3, 2, 1]);
  await tell(bad, [3, 2, 2]);
  const idsBy = async (sort: string) =>
    (await client.jobs.page({ sort, namespace: 'a' }, null)).jobs.map(({ id }) => id);
  expect(await idsBy('metric:rmse')).toEqual([good, bad]);
  expect(await idsBy('-metric:rmse')).toEqual([bad, good]);
  // Which none of them tells: they are there all the same.
  expect((await idsBy('metric:accuracy')).sort()).toEqual([good, bad].sort());
  const { jobs } = await client.jobs.page({ namespace: 'a', q: bad }, null);
  expect(jobs).toMatchObject([{ id: bad, spark: [3, 2, 2] }]);
});

test('what cannot be asked for is refused with the reason', async () => {
  const id = await submit('asked');
  for (const [path, words] of [
    [`/api/v1/jobs/${id}/metrics?points=0`, 'points'],
    [`/api/v1/jobs/${id}/metrics?from=yesterday`, 'from'],
    [`/api/v1/jobs/compare?ids=${id}`, 'two jobs'],
    [`/api/v1/jobs/compare?ids=${id},${id}`, 'once'],
    ['/api/v1/jobs?sort=metric:', 'sort'],
  ] as const) {
    const { status, text } = await world.call(path);
    expect([status, path]).toEqual([400, path]);
    expect(text).toContain(words);
  }
  expect((await world.call(`/api/v1/jobs/compare?ids=${id},gone-00000000`)).status).toBe(404);
});
