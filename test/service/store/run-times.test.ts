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

const eventsOf = async (store: Store, id: string) => (await store.events.ofJob(id)).map(({ at, job }) => ({ at, job }));

test('a run begins when the job is shown as running, whenever its Ray cluster began; a pause is none; job, list and event tell the same', async () => {
  const store = (await freshDatabase()).store();
  const { id } = await dispatched(store);
  const startedAt = inSeconds(-60);
  expect(await store.jobs.get(id)).toMatchObject({ ranForMs: 0, runningSince: null });

  const clusterStates = { member1: stateSince(startedAt) };
  const running = await write(store, id, { status: 'Running', reason: 'Running', startedAt, clusterStates });
  const [began] = (await eventsOf(store, id)).slice(-1);
  expect(running).toMatchObject({ startedAt, ranForMs: 0, runningSince: began?.at });

  const paused = await write(store, id, { status: 'Pending', reason: 'Suspended' });
  const [stopped] = (await eventsOf(store, id)).slice(-1);
  const first = Number(stopped?.at) - Number(began?.at);
  expect(paused.runningSince).toBeNull();
  // Either is rounded for itself.
  expect(Math.abs(paused.ranForMs - first)).toBeLessThanOrEqual(1);

  const resumed = await write(store, id, { status: 'Running', reason: 'Running' });
  const [again] = (await eventsOf(store, id)).slice(-1);
  expect(resumed).toMatchObject({ startedAt, ranForMs: paused.ranForMs, runningSince: again?.at });

  const finishedAt = new Date(Number(again?.at) + 20 * SECOND);
  const ended = await write(store, id, { status: 'Succeeded', reason: 'Succeeded', finishedAt });
  expect(Math.abs(ended.ranForMs - paused.ranForMs - 20 * SECOND)).toBeLessThanOrEqual(1);
  const told = { startedAt, finishedAt, ranForMs: ended.ranForMs, runningSince: null };
  expect(ended).toMatchObject(told);
  const query = { sort: 'createdAt', descending: true, limit: 10 } as const;
  for (const withRequests of [true, false])
    expect((await store.jobs.list({ ...query, withRequests })).jobs).toMatchObject([told]);
  const [before, last] = (await eventsOf(store, id)).slice(-2);
  expect(last?.job).toMatchObject(told);
  expect(before?.job).toMatchObject({ ranForMs: paused.ranForMs, runningSince: again?.at, finishedAt: null });
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

  // Seen in its first run, and not in its second.
  const retried = await dispatched(store);
  await write(store, retried.id, { status: 'Running', reason: 'Running', startedAt });
  const { ranForMs } = await write(store, retried.id, { status: 'Pending', reason: 'Retrying' });
  const clusterStates = { member1: stateSince(inSeconds(60)) };
  const last = { finishedAt: inSeconds(80), clusterStates };
  const { ranForMs: both } = await write(store, retried.id, { status: 'Succeeded', reason: 'Succeeded', ...last });
  expect(Math.round((both - ranForMs) / SECOND)).toBe(20);
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
