import { expect, test } from 'vitest';
import type { Job } from '../../../service/jobs/job.ts';
import type { TrainingProgress } from '../../../service/jobs/progress.ts';
import type { ProgressNews, Store } from '../../../service/store/store.ts';
import { freshDatabase } from '../postgres.ts';
import { dispatched } from '../some-jobs.ts';

const LIST = { sort: 'createdAt', descending: true, limit: 10, withRequests: false } as const;
const progress = (percent: number): TrainingProgress => ({
  source: 'trainingjob',
  percent,
  epoch: 9,
  etaSeconds: 720,
  loss: 0.31,
  step: null,
  metrics: { loss: 0.31 },
  checkpoint: null,
  attempt: 1,
  workers: { ready: 4, of: 4 },
});

const entry = (jobId: string, percent: number, cluster = 'member1') => ({
  jobId,
  cluster,
  progress: progress(percent),
  under: [],
});

async function someJobs(store: Store, count: number): Promise<Job[]> {
  const jobs: Job[] = [];
  while (jobs.length < count) jobs.push(await dispatched(store));
  return jobs;
}

test('is in the job and in every list, and no part of its history or its version', async () => {
  const store = (await freshDatabase()).store();
  const job = await dispatched(store);
  const other = await dispatched(store);
  const before = await store.events.ofJob(job.id);
  await store.progress.save([entry(job.id, 45)], []);

  const expected = { ...progress(45), cluster: 'member1', at: expect.any(Date) };
  expect(await store.jobs.get(job.id)).toMatchObject({ progress: expected, version: job.version });
  for (const withRequests of [true, false]) {
    const { jobs } = await store.jobs.list({ ...LIST, withRequests });
    expect(Object.fromEntries(jobs.map(({ id, progress }) => [id, progress]))).toEqual({
      [job.id]: expected,
      [other.id]: null,
    });
  }
  expect(await store.events.ofJob(job.id)).toEqual(before);
});

test('of several clusters the one furthest behind is told', async () => {
  const store = (await freshDatabase()).store();
  const { id } = await dispatched(store, ['a', 'b']);
  const news: ProgressNews[] = [];
  const leave = await store.progress.onProgress((each) => news.push(...each));
  const told = async () => {
    const { cluster, percent } = (await store.jobs.get(id))?.progress ?? {};
    return [cluster, percent];
  };
  await store.progress.save([entry(id, 45, 'a')], []);
  expect(await told()).toEqual(['a', 45]);
  await store.progress.save([entry(id, 20, 'b')], []);
  expect(await told()).toEqual(['b', 20]);
  await store.progress.save([entry(id, 90, 'b')], []);
  expect(await told()).toEqual(['a', 45]);
  // Those who listen are told the same, whichever cluster it was that moved.
  await expect
    .poll(() => news.map(({ progress }) => [progress.cluster, progress.percent]))
    .toEqual([
      ['a', 45],
      ['b', 20],
      ['a', 45],
    ]);
  await leave();
});

test('what it had come to in a cluster that it has left tells nothing any more', async () => {
  const store = (await freshDatabase()).store();
  const { id } = await dispatched(store, ['a']);
  await store.progress.save([entry(id, 45, 'a')], []);
  const [job] = await store.monitor.read([id]);
  const set = { clusters: ['b'] };
  await store.monitor.apply([{ jobId: id, readVersion: job?.version ?? 0, set, under: [] }], []);
  expect((await store.jobs.get(id))?.progress).toBeNull();
  await store.progress.save([entry(id, 3, 'b')], []);
  expect((await store.jobs.get(id))?.progress).toMatchObject({ cluster: 'b', percent: 3 });
});

test('a replica that no longer reads the cluster writes nothing', async () => {
  const store = (await freshDatabase()).store();
  const { id } = await dispatched(store);
  const mine = await store.leases.hold('me', ['cluster/member1'], 1, 60);
  const under = { ...entry(id, 45), under: ['cluster/member1'] };
  await store.progress.save([under], mine);
  expect((await store.jobs.get(id))?.progress?.percent).toBe(45);
  await store.leases.release(mine);
  await store.leases.hold('another', ['cluster/member1'], 1, 60);
  await store.progress.save([{ ...under, progress: progress(40) }], mine);
  expect((await store.jobs.get(id))?.progress?.percent).toBe(45);
});

test('of a job that is gone nothing is kept, and it goes with its job', async () => {
  const database = await freshDatabase();
  const store = database.store();
  const job = await dispatched(store);
  await store.progress.save([entry('gone-12345678', 45), entry(job.id, 45)], []);
  expect(await database.query('select job_id from job_progress')).toEqual([{ job_id: job.id }]);
  await database.query('delete from job where id = $1', [job.id]);
  expect(await database.query('select job_id from job_progress')).toEqual([]);
});

test('hundreds of reports of ten trainings leave what one leaves', async () => {
  const database = await freshDatabase();
  const store = database.store();
  const jobs = await someJobs(store, 10);
  const save = (percent: number) =>
    store.progress.save(
      jobs.map(({ id }) => entry(id, percent)),
      [],
    );
  const bytes = async () =>
    (await database.query<{ bytes: number }>("select pg_total_relation_size('job_progress')::int as bytes"))[0]
      ?.bytes ?? 0;
  let percent = 0;
  const growth = async () => {
    const before = await bytes();
    for (let reports = 0; reports < 50; reports += 1) await save(percent++ % 101);
    return (await bytes()) - before;
  };
  // Written one after the other they would take 100 KiB. A session that begins somewhere may hold up the reuse for a moment.
  await expect.poll(growth, { interval: 0 }).toBeLessThanOrEqual(2 * 8192);
  expect(await database.query('select count(*)::int as rows from job_progress')).toEqual([{ rows: 10 }]);
});

test('whoever listens is told at once, once, and not of what is the same', async () => {
  const database = await freshDatabase();
  const store = database.store();
  const told: ProgressNews[] = [];
  const leave = await database.store().progress.onProgress((news) => told.push(...news));
  const jobs = await someJobs(store, 60);
  const entries = jobs.map(({ id }) => entry(id, 45));
  await store.progress.save(entries, []);
  await store.progress.save(entries, []);
  // More than one notice holds.
  await expect.poll(() => told.length).toBe(60);
  expect(told.map(({ jobId }) => jobId).sort()).toEqual(jobs.map(({ id }) => id).sort());
  expect(told[0]).toMatchObject({ namespace: 'default', progress: { percent: 45, cluster: 'member1' } });
  const [first] = jobs;
  await store.progress.save([entry(first?.id ?? '', 46)], []);
  await expect.poll(() => told.length).toBe(61);
  expect(told.at(-1)).toMatchObject({ jobId: first?.id, progress: { percent: 46, at: expect.any(Date) } });
  await leave();
});
