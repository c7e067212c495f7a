import { describe, expect, test } from 'vitest';
import type { Store } from '../../../service/store/store.ts';
import { freshDatabase, type TestDatabase } from '../postgres.ts';
import { dispatched, MANY_JOBS, newJob } from '../some-jobs.ts';

const DAY = 86_400;
const LOG = { cluster: 'c', pod: 'p', container: 'x', restart: 0, run: 1, text: 'log', droppedBytes: 0 };

/** Jobs that have ended so many days ago, of which nothing is left in any cluster, unless something `isLeft`. Their ids. */
async function ended(
  database: TestDatabase,
  store: Store,
  days: readonly number[],
  { namespace = 'team', isLeft = false } = {},
) {
  const ids: string[] = [];
  for (const each of days) {
    const { id } = await dispatched(store, ['member1'], newJob({ namespace }));
    await store.logs.keep(id, [LOG], 'last');
    await database.query(
      `update job set status = 'Succeeded', finished_at = now() - make_interval(days => $2),
                      cleared_at = case when $3 then null else now() end where id = $1`,
      [id, each, isLeft],
    );
    ids.push(id);
  }
  return ids;
}

const idsIn = async (database: TestDatabase) =>
  (await database.query<{ id: string }>('select id from job')).map(({ id }) => id);

async function setUp() {
  const database = await freshDatabase();
  return { database, store: database.store() };
}

describe('jobs that are over', () => {
  test('go by age, with their log and a last event, the oldest first, so many at a time', async () => {
    const { database, store } = await setUp();
    const [old, older, young] = await ended(database, store, [31, 40, 29]);
    const rule = { what: 'job', olderThanSeconds: 30 * DAY } as const;
    expect(await store.retention.remove(rule, 1)).toEqual({ removed: 1, isMore: true });
    expect((await idsIn(database)).toSorted()).toEqual([old, young].toSorted());
    expect(await store.retention.remove(rule, 10)).toEqual({ removed: 1, isMore: false });
    expect(await idsIn(database)).toEqual([young]);
    expect(await database.query('select job_id from job_log')).toEqual([{ job_id: young }]);
    const last = (await store.events.ofJob(older ?? '')).at(-1);
    expect(last).toMatchObject({
      reason: 'Deleted',
      job: null,
      message: 'Deleted: it ended longer ago than jobs are kept',
    });
    expect((await store.jobs.summary({})).total).toBe(1);
  });

  test('go by number, of each namespace the oldest', async () => {
    const { database, store } = await setUp();
    const many = await ended(database, store, [1, 2, 3, 4], { namespace: 'busy' });
    const few = await ended(database, store, [100, 200], { namespace: 'quiet' });
    const over = await store.retention.namespacesOver(2);
    expect(over).toMatchObject([{ namespace: 'busy', newest: { id: many[2] } }]);
    for (const rule of over) expect(await store.retention.remove(rule, 10)).toEqual({ removed: 2, isMore: false });
    expect((await idsIn(database)).toSorted()).toEqual([...many.slice(0, 2), ...few].toSorted());
    expect(await store.retention.namespacesOver(2)).toEqual([]);
  });

  test('stay while something of them is in a cluster, and take nobody’s place', async () => {
    const { database, store } = await setUp();
    const [kept] = await ended(database, store, [400], { isLeft: true });
    const running = await dispatched(store);
    const recent = await ended(database, store, [1, 2]);
    expect(await store.retention.remove({ what: 'job', olderThanSeconds: 30 * DAY }, 10)).toMatchObject({ removed: 0 });
    expect(await store.retention.namespacesOver(2)).toEqual([]);
    expect((await idsIn(database)).toSorted()).toEqual([kept, running.id, ...recent].toSorted());
  });

  test('are passed over while somebody else has them', async () => {
    const { database, store } = await setUp();
    const [held] = await ended(database, store, [50, 40]);
    await database.query('begin');
    await database.query('select from job where id = $1 for update', [held]);
    expect(await store.retention.remove({ what: 'job', olderThanSeconds: DAY }, 10)).toMatchObject({ removed: 1 });
    await database.query('commit');
    expect(await idsIn(database)).toEqual([held]);
  });
});

test('kept logs go by age, and the job stays; that of a job that runs stays', async () => {
  const { database, store } = await setUp();
  const [old] = await ended(database, store, [1]);
  const running = await dispatched(store);
  await store.logs.keep(running.id, [LOG], 'soFar');
  await database.query("update job_log set kept_at = now() - interval '8 days'");
  const [young] = await ended(database, store, [1]);
  expect(await store.retention.remove({ what: 'log', olderThanSeconds: 7 * DAY }, 10)).toMatchObject({ removed: 1 });
  expect(await store.logs.kept(old ?? '')).toEqual([]);
  expect(await store.logs.kept(young ?? '')).toHaveLength(1);
  expect(await store.logs.kept(running.id)).toHaveLength(1);
  expect(await idsIn(database)).toHaveLength(3);
});

test('a job that ended under an earlier version is looked after again, once, and after all others', async () => {
  const { database, store } = await setUp();
  const [forgotten] = await ended(database, store, [9], { isLeft: true });
  await ended(database, store, [9]);
  await dispatched(store);
  await database.query('delete from dispatch');
  await store.retention.lookAfterEnded(10);
  await store.retention.lookAfterEnded(10);
  expect(await database.query('select job_id, priority, ending from dispatch')).toEqual([
    { job_id: forgotten, priority: -1, ending: true },
  ]);
});

test('what the dispatcher is done with, and has left nothing of, may go: a finished job, not one that merely runs', async () => {
  const { database, store } = await setUp();
  const cleared = () => database.query('select id, version from job where cleared_at is not null');
  await dispatched(store);
  expect(await cleared()).toEqual([]);
  const [id = ''] = await ended(database, store, [1], { isLeft: true });
  await store.retention.lookAfterEnded(10);
  await database.query('update dispatch set due_at = now()');
  const [claim] = await store.dispatch.claim(1, 30);
  if (!claim) throw new Error('It is not due');
  await store.dispatch.settle(claim, { set: {}, next: 'cleared' });
  // Nothing has happened to the job that anybody would have to be told of.
  expect(await cleared()).toEqual([{ id, version: claim.job.version }]);
});

test('many go as one does', async () => {
  const { database, store } = await setUp();
  await database.query(MANY_JOBS, [1, 1_000, 'Succeeded']);
  await database.query("update job set cleared_at = now(), finished_at = now() - interval '2 days'");
  let removed = 0;
  for (let more = true; more; ) {
    const step = await store.retention.remove({ what: 'job', olderThanSeconds: DAY }, 300);
    expect(step.removed).toBeLessThanOrEqual(300);
    removed += step.removed;
    more = step.isMore;
  }
  expect(removed).toBe(1_000);
  expect(await store.jobs.summary({})).toMatchObject({ total: 0 });
});
