import { describe, expect, test } from 'vitest';
import type { ClusterState } from '../../../service/jobs/job.ts';
import { parseCells } from '../../../service/jobs/state/index.ts';
import type { MonitorChange } from '../../../service/store/store.ts';
import { freshDatabase } from '../postgres.ts';
import { claimOne, dispatched, inserted } from '../some-jobs.ts';

const running: ClusterState = {
  status: 'Running',
  reason: 'Running',
  message: 'it runs',
  startedAt: '2026-01-02T03:04:05Z',
  finishedAt: null,
  columns: parseCells('RUNNING|Running'),
  rayCluster: 'ray-1',
};
const change = (
  job: { id: string; version: number },
  set: MonitorChange['set'],
  under: string[] = [],
): MonitorChange => ({
  jobId: job.id,
  readVersion: job.version,
  set,
  under,
  event: { cluster: 'member1', reason: set.reason ?? 'Starting', message: set.message ?? '' },
});

describe('applying', () => {
  test('keeps what does not answer by cluster, until it answers, the job leaves that cluster or ends', async () => {
    const store = (await freshDatabase()).store();
    const since = '2026-01-02T03:04:05.000Z';
    const apply = async (set: MonitorChange['set']) => {
      const [now] = await store.monitor.read([job.id]);
      const { applied } = await store.monitor.apply([change(now ?? job, set)], []);
      return applied[0]?.unreachableSince;
    };
    const job = await dispatched(store, ['a', 'b', 'c']);

    expect(await apply({ unreachableSince: { a: since } })).toEqual({ a: since });
    expect(await apply({ unreachableSince: { b: since, c: since } })).toEqual({ a: since, b: since, c: since });
    expect(await apply({ unreachableSince: { a: null } })).toEqual({ b: since, c: since });
    expect(await apply({ clusters: ['c', 'd'] })).toEqual({ c: since });
    expect(await apply({ status: 'Failed', reason: 'Lost' })).toEqual({});
  });

  test('writes all changes of a tick with their events, and returns the jobs as they are then', async () => {
    const store = (await freshDatabase()).store();
    const jobs = [await dispatched(store), await dispatched(store), await dispatched(store)];
    const startedAt = new Date('2026-01-02T03:04:05.000Z');

    const { applied, stale } = await store.monitor.apply(
      jobs.map((job) =>
        change(job, { status: 'Running', reason: 'Running', startedAt, clusterStates: { member1: running } }),
      ),
      [],
    );

    expect(stale).toEqual([]);
    expect(applied.map(({ id }) => id).sort()).toEqual(jobs.map(({ id }) => id).sort());
    expect(applied[0]).toMatchObject({
      status: 'Running',
      startedAt,
      clusterStates: { member1: running },
      message: 'Placed',
    });
    expect(await store.monitor.read(jobs.map(({ id }) => id))).toEqual(expect.arrayContaining(applied));
    for (const { id } of jobs) {
      expect((await store.events.ofJob(id)).at(-1)).toMatchObject({
        status: 'Running',
        previous: 'Pending',
        cluster: 'member1',
        reason: 'Running',
      });
    }
  });

  test('replaces the named clusters states, removes those that are null, and clears what is null', async () => {
    const store = (await freshDatabase()).store();
    const job = await dispatched(store, ['member1', 'member2']);
    const first = await store.monitor.apply(
      [change(job, { clusterStates: { member1: running, member2: running }, startedAt: new Date() })],
      [],
    );
    const failed = { ...running, status: 'Failed' as const, message: 'quote " and \\ and NUL \0 and half \ud83d' };

    const { applied } = await store.monitor.apply(
      [
        change(first.applied[0] ?? job, {
          clusterStates: { member1: null, member2: failed },
          startedAt: null,
          clusters: ['member2'],
        }),
      ],
      [],
    );

    expect(applied[0]?.clusterStates).toEqual({
      member2: { ...failed, message: 'quote " and \\ and NUL \uFFFD and half \uFFFD' },
    });
    expect(applied[0]).toMatchObject({ startedAt: null, clusters: ['member2'] });
  });

  test('leaves a job alone that has moved on since it was read, and writes no event', async () => {
    const store = (await freshDatabase()).store();
    const [moved, still] = [await dispatched(store), await dispatched(store)];
    await store.jobs.setWanted(moved.id, 'suspend', { reason: 'Suspending', message: '' });

    const { applied, stale } = await store.monitor.apply(
      [
        change(moved, { status: 'Running' }),
        change(still, { status: 'Running' }),
        change({ id: 'gone', version: 1 }, {}),
      ],
      [],
    );

    expect(applied.map(({ id }) => id)).toEqual([still.id]);
    expect(stale.sort()).toEqual([moved.id, 'gone'].sort());
    expect((await store.events.ofJob(moved.id)).at(-1)?.reason).toBe('Suspending');
  });

  test('the same change by two replicas at once is stored once', async () => {
    const database = await freshDatabase();
    const stores = [database.store(), database.store()];
    const jobs = [];
    for (let n = 0; n < 20; n++) jobs.push(await dispatched(stores[0] ?? database.store()));
    const changes = jobs.map((job) => change(job, { status: 'Running', reason: 'Submitted' }));

    const results = await Promise.all(
      // In opposite orders, which would deadlock if the rows were locked as they come.
      stores.map((store, n) => store.monitor.apply(n ? changes : changes.toReversed(), [])),
    );

    expect(results.flatMap(({ applied }) => applied)).toHaveLength(20);
    expect(results.flatMap(({ stale }) => stale)).toHaveLength(20);
    expect(await database.query("select from event where reason = 'Submitted'")).toHaveLength(20);
  });

  test('a finished job never changes, and becomes due so that its logs are kept and its objects removed', async () => {
    const store = (await freshDatabase()).store();
    const job = await dispatched(store);
    expect(await store.dispatch.nextDueInSeconds()).toBeNull();

    const { applied } = await store.monitor.apply([change(job, { status: 'Succeeded', reason: 'Succeeded' })], []);
    const finished = applied[0] ?? job;
    const again = await store.monitor.apply([change(finished, { status: 'Failed' })], []);

    expect(finished).toMatchObject({ status: 'Succeeded', finishedAt: expect.any(Date) });
    expect(again).toEqual({ applied: [], stale: [job.id] });
    expect((await claimOne(store)).job.id).toBe(job.id);
  });

  test('nothing asks nothing of the database', async () => {
    const store = (await freshDatabase()).store();
    await store.close();

    expect(await store.monitor.apply([], [])).toEqual({ applied: [], stale: [] });
  });
});

describe('leases guard what is written', () => {
  test('only under leases that are still held, with their holder and token', async () => {
    const database = await freshDatabase();
    const store = database.store();
    const job = await dispatched(store);
    const [lease] = await store.leases.hold('me', ['a'], 1, 60);
    if (!lease) throw new Error('not held');
    const attempt = async (under: string[], leases: (typeof lease)[]) =>
      (await store.monitor.apply([change(job, { reason: 'Submitted' }, under)], leases)).stale.length === 0;

    expect(await attempt(['a', 'b'], [lease])).toBe(false);
    expect(await attempt(['a'], [])).toBe(false);
    expect(await attempt(['a'], [{ ...lease, holder: 'other' }])).toBe(false);
    expect(await attempt(['a'], [{ ...lease, token: lease.token + 1n }])).toBe(false);
    await database.query("update lease set expires_at = now() - interval '1 millisecond'");
    expect(await attempt(['a'], [lease])).toBe(false);
    const [renewed] = await store.leases.hold('me', ['a'], 1, 60);
    expect(await attempt(['a'], [lease])).toBe(false);
    expect(await attempt(['a'], renewed ? [renewed] : [])).toBe(true);
  });

  test('a takeover waits for a write that is under way, so that none lands after it', async () => {
    const database = await freshDatabase();
    // Two, for the sessions of one are shared out among its parts: the second wait would not come to the database.
    const [store, another] = [database.store(), database.store()];
    const job = await dispatched(store);
    const leases = await store.leases.hold('me', ['a'], 1, 60);
    // The write has taken its lease and now waits for the job's row, which someone else has locked.
    await database.query('begin');
    await database.query('select from job where id = $1 for update', [job.id]);
    const writing = store.monitor.apply([change(job, { reason: 'Submitted' }, ['a'])], leases);
    await untilWaiting(database, 1);
    const retiring = another.leases.retire('me');
    await untilWaiting(database, 2);
    await database.query('commit');

    expect((await writing).stale).toEqual([]);
    await retiring;
    expect(await store.leases.hold('other', ['a'], 1, 60)).toHaveLength(1);
  });
});

describe('reading', () => {
  test('active jobs are those dispatched to the clusters and not finished', async () => {
    const store = (await freshDatabase()).store();
    const one = await dispatched(store, ['member1']);
    const both = await dispatched(store, ['member1', 'member2']);
    const ended = await dispatched(store, ['member1']);
    await inserted(store);
    const unplaced = await dispatched(store, []);
    await store.monitor.apply([change(ended, { status: 'Failed' })], []);

    const ids = (jobs: { id: string }[]) => jobs.map(({ id }) => id).sort();
    expect(ids(await store.monitor.active(['member1']))).toEqual([one.id, both.id].sort());
    expect(ids(await store.monitor.active(['member2', 'member3']))).toEqual([both.id]);
    expect(await store.monitor.active([])).toEqual([]);
    expect(ids(await store.monitor.unplaced())).toEqual([unplaced.id]);
    expect(await store.monitor.clustersInUse()).toEqual(
      new Map([
        ['member1', 2],
        ['member2', 1],
      ]),
    );
    expect((await store.monitor.active(['member2']))[0]).not.toHaveProperty('request');
  });

  test('changes since a mark miss none, not even of a transaction that was open when the mark was taken', async () => {
    const database = await freshDatabase();
    const store = database.store();
    const [early, late, untouched] = [await dispatched(store), await dispatched(store), await dispatched(store)];
    await database.query('begin');
    await database.query("update job set reason = 'Slow' where id = $1", [early.id]);

    const start = await store.monitor.changedSince(null);
    expect(start.jobs).toEqual([]);
    await store.monitor.apply([change(late, { status: 'Succeeded' })], []);
    const first = await store.monitor.changedSince(start.mark);
    await database.query('commit');
    const second = await store.monitor.changedSince(first.mark);
    const third = await store.monitor.changedSince(second.mark);

    expect(first.jobs).toMatchObject([{ id: late.id, status: 'Succeeded' }]);
    expect(second.jobs.map(({ id }) => id)).toContain(early.id);
    expect(second.jobs.map(({ id }) => id)).not.toContain(untouched.id);
    expect(third.jobs).toEqual([]);
  });
});

async function untilWaiting(database: Awaited<ReturnType<typeof freshDatabase>>, sessions: number): Promise<void> {
  for (;;) {
    // Within a transaction PostgreSQL shows all sessions as they were when it was first asked.
    await database.query('select pg_stat_clear_snapshot()');
    const waiting = await database.query(
      "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    );
    if (waiting.length >= sessions) return;
  }
}
