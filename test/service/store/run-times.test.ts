import { expect, test } from 'vitest';
import type { ClusterState, Job } from '../../../service/jobs/job.ts';
import { parseCells } from '../../../service/jobs/state/index.ts';
import type { MonitorChange, Store } from '../../../service/store/store.ts';
import { freshDatabase } from '../postgres.ts';
import { dispatched } from '../some-jobs.ts';

const SECOND = 1000;
const inSeconds = (seconds: number) => new Date(Date.now() + seconds * SECOND);

const stateSince = (startedAt: Date): ClusterState => ({
  status: 'Running',
  reason: 'Running',
  message: '',
  startedAt: startedAt.toISOString(),
  finishedAt: null,
  columns: parseCells('RUNNING|Running'),
  rayCluster: 'ray-1',
});

async function write(store: Store, id: string, set: MonitorChange['set']): Promise<Job> {
  const [now] = await store.monitor.read([id]);
  if (!now) throw new Error('The job is gone');
  const event = { cluster: 'member1', reason: set.reason ?? 'Starting', message: '' } as const;
  const { stale } = await store.monitor.apply([{ jobId: id, readVersion: now.version, set, under: [], event }], []);
  expect(stale).toEqual([]);
  const job = await store.jobs.get(id);
  if (!job) throw new Error('The job is gone');
  return job;
}

test('a pause is no run time, and job, list and event tell the same', async () => {
  const store = (await freshDatabase()).store();
  const { id } = await dispatched(store);
  const startedAt = inSeconds(-60);
  expect(await store.jobs.get(id)).toMatchObject({ ranForMs: 0, runningSince: null });

  const running = await write(store, id, { status: 'Running', reason: 'Running', startedAt });
  expect(running).toMatchObject({ ranForMs: 0, runningSince: startedAt });

  const paused = await write(store, id, { status: 'Pending', reason: 'Suspended' });
  expect(paused.runningSince).toBeNull();
  expect(paused.ranForMs).toBeGreaterThanOrEqual(60 * SECOND);
  const first = paused.ranForMs;

  // As its cluster tells: long after the pause began.
  const resumedAt = inSeconds(300);
  const clusterStates = { member1: stateSince(resumedAt) };
  const resumed = await write(store, id, { status: 'Running', reason: 'Running', clusterStates });
  expect(resumed).toMatchObject({ startedAt, ranForMs: first, runningSince: resumedAt });

  const finishedAt = new Date(resumedAt.getTime() + 20 * SECOND);
  const ended = await write(store, id, { status: 'Succeeded', reason: 'Succeeded', finishedAt });
  const told = { startedAt, finishedAt, ranForMs: first + 20 * SECOND, runningSince: null };
  expect(ended).toMatchObject(told);
  const query = { sort: 'createdAt', descending: true, limit: 10 } as const;
  for (const withRequests of [true, false])
    expect((await store.jobs.list({ ...query, withRequests })).jobs).toMatchObject([told]);
  const events = await store.events.ofJob(id);
  expect(events.at(-1)?.job).toMatchObject(told);
  expect(events.at(-2)?.job).toMatchObject({ ranForMs: first, runningSince: resumedAt, finishedAt: null });
});

test('a run that nobody saw is counted by what its cluster tells, and a job that never ran has none', async () => {
  const store = (await freshDatabase()).store();
  const [short, never] = [await dispatched(store), await dispatched(store)];
  const [startedAt, finishedAt] = [inSeconds(-30), inSeconds(-10)];
  expect(
    await write(store, short.id, { status: 'Succeeded', reason: 'Succeeded', startedAt, finishedAt }),
  ).toMatchObject({ ranForMs: 20 * SECOND, runningSince: null });
  expect(await write(store, never.id, { status: 'Failed', reason: 'Lost' })).toMatchObject({
    ranForMs: 0,
    runningSince: null,
  });
});

test('of a job of an earlier version the whole time counts as run', async () => {
  const database = await freshDatabase();
  const store = database.store();
  const [over, going] = [await dispatched(store), await dispatched(store)];
  const [startedAt, finishedAt] = [inSeconds(-30), inSeconds(-10)];
  await write(store, over.id, { status: 'Succeeded', reason: 'Succeeded', startedAt, finishedAt });
  await write(store, going.id, { status: 'Running', reason: 'Running', startedAt });
  await database.query('update job set ran_ms = null, running_since = null');
  expect(await store.jobs.get(over.id)).toMatchObject({ ranForMs: 20 * SECOND, runningSince: null });
  expect(await store.jobs.get(going.id)).toMatchObject({ ranForMs: 0, runningSince: startedAt });
  expect(
    await write(store, going.id, { status: 'Failed', reason: 'Cancelled', finishedAt: inSeconds(0) }),
  ).toMatchObject({ runningSince: null, ranForMs: expect.closeTo(30 * SECOND, -4) });
});
