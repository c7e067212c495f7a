import { describe, expect, test } from 'vitest';
import { REASONS } from '../../../service/contract/reasons.ts';
import { type JobState, STOPPED_REASONS } from '../../../service/contract/states.ts';
import type { Store } from '../../../service/store/store.ts';
import { freshDatabase, type TestDatabase } from '../postgres.ts';
import { dispatched, inserted, newJob } from '../some-jobs.ts';

const counted = (database: TestDatabase) =>
  database.query(`
    select namespace, algorithm, status, clusters, count(*)::int as jobs from job group by 1, 2, 3, 4 order by 1, 2, 3, 4`);
const ledger = (database: TestDatabase) =>
  database.query(`
    select namespace, algorithm, status, clusters, sum(jobs)::int as jobs from job_count
     group by 1, 2, 3, 4 having sum(jobs) <> 0 order by 1, 2, 3, 4`);

test('counts by status, and by cluster each cluster that a job is in', async () => {
  const store = (await freshDatabase()).store();
  await inserted(store);
  await dispatched(store, ['member1', 'member2']);
  const ended = await dispatched(store, ['member1'], newJob({ namespace: 'team-a' }));
  await store.monitor.apply(
    [{ jobId: ended.id, readVersion: ended.version, set: { status: 'Failed' }, under: [] }],
    [],
  );

  const member2 = { Pending: 1, Running: 0, Succeeded: 0, Failed: 0 };
  const member1 = { Pending: 1, Running: 0, Succeeded: 0, Failed: 1 };
  const byStatus = { Pending: 2, Running: 0, Succeeded: 0, Failed: 1 };
  const none = { Suspended: 0, Cancelled: 0 };
  const all = {
    total: 3,
    byStatus,
    byState: { ...byStatus, ...none },
    complete: true,
    byCluster: { member1, member2 },
    byClusterState: { member1: { ...member1, ...none }, member2: { ...member2, ...none } },
  };
  expect(await store.jobs.summary({})).toEqual(all);
  expect(await store.jobs.summary({ cluster: 'member2' })).toMatchObject({ total: 1, byCluster: { member2 } });
  expect(await store.jobs.summary({ namespaces: ['team-a'] })).toMatchObject({ total: 1, byStatus: { Failed: 1 } });
  expect(await store.jobs.summary({ statuses: ['Running'], algorithm: 'xgboost' })).toMatchObject({ total: 0 });
  expect(await store.jobs.summary({ algorithm: 'lightgbm' })).toMatchObject({ total: 0, byCluster: {} });

  await store.housekeep();
  expect(await store.jobs.summary({})).toEqual(all);
});

test('stays right while many write, delete and sum up at once, and shrinks to one row a sort', async () => {
  const database = await freshDatabase();
  const stores = [database.store(), database.store()] as const;
  let writing = true;
  const live = async (store: Store, n: number) => {
    for (let round = 0; round < 8; round++) {
      const id = await inserted(store, newJob({ namespace: `team-${n % 3}` }));
      const { version } = (await store.jobs.get(id)) ?? { version: 0 };
      await store.monitor.apply(
        [{ jobId: id, readVersion: version, set: { status: 'Running', clusters: [`member${n % 2}`] }, under: [] }],
        [],
      );
      if (round % 2)
        await store.monitor.apply(
          [{ jobId: id, readVersion: version + 1, set: { status: 'Succeeded' }, under: [] }],
          [],
        );
      if (round % 3 === 0) await database.query('delete from job where id = $1', [id]);
    }
  };
  const sumUp = async (store: Store) => {
    while (writing) {
      await store.housekeep();
      const { total, byStatus } = await store.jobs.summary({});
      expect(Object.values(byStatus).every((jobs) => jobs >= 0)).toBe(true);
      expect(total).toBeGreaterThanOrEqual(0);
    }
  };

  const summing = stores.map(sumUp);
  await Promise.all(Array.from({ length: 8 }, (_, n) => live(stores[n % 2 ? 1 : 0], n)));
  writing = false;
  await Promise.all(summing);
  await stores[0].housekeep();

  expect(await ledger(database)).toEqual(await counted(database));
  expect(await database.query('select from job_count')).toHaveLength((await counted(database)).length);
});

test('is right for rows that an operator changes or moves by hand', async () => {
  const database = await freshDatabase();
  const store = database.store();
  for (let n = 0; n < 5; n++) await inserted(store);

  await database.query(
    "update job set namespace = 'moved', status = 'Failed' where id in (select id from job limit 2)",
  );
  await database.query('delete from job where id in (select id from job where status = $1 limit 1)', ['Pending']);

  expect(await ledger(database)).toEqual(await counted(database));
  expect(await store.jobs.summary({ namespaces: ['moved'] })).toMatchObject({ total: 2, byStatus: { Failed: 2 } });
});

describe('what a person stopped', () => {
  /** Two that wait, one suspended, one being cancelled while it runs; of those that ended, one cancelled and one that failed. */
  const stopped = async () => {
    const database = await freshDatabase();
    const store = database.store();
    const ids: Record<string, string> = {};
    const put = async (name: string, status: string, reason: string, finished = false) => {
      const id = await inserted(store, newJob({ namespace: 'team-a' }));
      ids[name] = id;
      await database.query(
        "update job set status = $2, reason = $3, clusters = '{member1}', finished_at = case when $4 then now() end where id = $1",
        [id, status, reason, finished],
      );
    };
    await put('waits', 'Pending', 'Queued');
    await put('starts', 'Pending', 'Starting');
    await put('rests', 'Pending', 'Suspended');
    await put('leaves', 'Running', 'Cancelling');
    await put('left', 'Failed', 'Cancelled', true);
    await put('fell', 'Failed', 'AppFailed', true);
    return { database, store, ids };
  };

  test('is counted as a state of its own, by the ledger as by looking, and is still counted with its status', async () => {
    const { database, store } = await stopped();
    const counts = {
      total: 6,
      byStatus: { Pending: 3, Running: 1, Succeeded: 0, Failed: 2 },
      byState: { Pending: 2, Suspended: 1, Running: 1, Succeeded: 0, Failed: 1, Cancelled: 1 },
      byClusterState: { member1: { Pending: 2, Suspended: 1, Running: 1, Succeeded: 0, Failed: 1, Cancelled: 1 } },
    };
    expect(await store.jobs.summary({})).toMatchObject(counts);
    expect(await store.jobs.summary({ namespaces: ['team-b'] })).toMatchObject({ total: 0, byState: { Cancelled: 0 } });
    expect(await store.jobs.summary({ owner: 'tester' })).toMatchObject(counts);
    await store.housekeep();
    expect(await store.jobs.summary({})).toMatchObject(counts);
    await database.query("update job set reason = 'Resuming' where reason = 'Suspended'");
    await database.query("delete from job where reason = 'Cancelled'");
    expect(await store.jobs.summary({})).toMatchObject({
      byState: { Pending: 3, Suspended: 0, Running: 1, Succeeded: 0, Failed: 1, Cancelled: 0 },
    });
  });

  test('is found by its state, and not by its status’s', async () => {
    const { store, ids } = await stopped();
    const found = async (...states: JobState[]) => {
      const query = { sort: 'createdAt', descending: false, limit: 50, withRequests: false } as const;
      const { jobs } = await store.jobs.list({ ...query, states });
      return jobs.map(({ id }) => Object.entries(ids).find(([, one]) => one === id)?.[0]).sort();
    };
    expect(await found('Pending')).toEqual(['starts', 'waits']);
    expect(await found('Suspended')).toEqual(['rests']);
    expect(await found('Running')).toEqual(['leaves']);
    expect(await found('Failed')).toEqual(['fell']);
    expect(await found('Cancelled', 'Failed')).toEqual(['fell', 'left']);
    expect(await found()).toEqual([]);
  });

  test('is told by the same reasons in the database and in the table of reasons', async () => {
    const { database } = await stopped();
    const told = await database.query<{ reason: string; state: string | null }>(
      'select reason, stopped_state(reason) as state from unnest($1::text[]) reason',
      [Object.keys(REASONS)],
    );
    for (const { reason, state } of told) {
      const [expected = null] =
        Object.entries(STOPPED_REASONS).find(([, reasons]) => reasons.some((one) => one === reason)) ?? [];
      expect([reason, state]).toEqual([reason, expected]);
    }
  });
});
