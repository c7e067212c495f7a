import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listJobs } from '../../../service/store/list.ts';
import { statement } from '../../../service/store/statement.ts';
import { JOB_SORTS, type JobQuery } from '../../../service/store/store.ts';
import { freshDatabase, type TestDatabase } from '../postgres.ts';
import { MANY_JOBS } from '../some-jobs.ts';

const FINISHED = 50_000;
const ACTIVE = 200;

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly Plans?: readonly Plan[];
}

/** Rows of `job` and `event` that a statement looked at, whether it used them or not: what would grow with the number of jobs. */
function rowsLookedAt(plan: Plan): number {
  const { 'Relation Name': table, 'Node Type': node } = plan;
  const here =
    table && !node.startsWith('Modify')
      ? (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0) + (plan['Rows Removed by Index Recheck'] ?? 0)) *
        plan['Actual Loops']
      : 0;
  return here + (plan.Plans ?? []).reduce((sum, child) => sum + rowsLookedAt(child), 0);
}

let database: TestDatabase;

async function cost(sql: string, values: readonly unknown[]): Promise<number> {
  await database.query('begin');
  try {
    const [row] = await database.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
      `explain (analyze, format json, costs off, buffers off, timing off) ${sql}`,
      values,
    );
    if (!row) throw new Error('No plan');
    return rowsLookedAt(row['QUERY PLAN'][0].Plan);
  } finally {
    await database.query('rollback');
  }
}

async function costOfList(query: Partial<JobQuery>, hasTextIndex = true): Promise<number> {
  let looked = 0;
  const explaining = {
    query: async <Row extends object>({ text }: { text: string }, values: readonly unknown[] = []) => {
      looked += await cost(text, values);
      return await database.query<Row>(text, values);
    },
    queryText: async <Row extends object>(_doing: string, text: string, values: readonly unknown[]) => {
      looked += await cost(text, values);
      return await database.query<Row>(text, values);
    },
  };
  await listJobs(
    explaining,
    { sort: 'createdAt', descending: true, limit: 50, withRequests: true, ...query },
    hasTextIndex,
  );
  return looked;
}

beforeAll(async () => {
  database = await freshDatabase();
  await database.query(MANY_JOBS, [1, FINISHED, 'Succeeded']);
  await database.query(MANY_JOBS, [FINISHED + 1, FINISHED + ACTIVE, 'Running']);
  // A few that are hard to find: old, alone in their namespace and cluster.
  await database.query(
    "update job set namespace = 'rare', clusters = '{rare}' where id in ('many-5', 'many-6', 'many-7')",
  );
  await database.query(`
    insert into event (job_id, namespace, status, reason, message)
    select 'many-' || n, 'team', 'Succeeded', 'Done', '' from generate_series(1, 20000) n`);
  await database.query('update job set cleared_at = now() where finished_at is not null and priority > 1');
  await database.store().housekeep();
  await database.query('vacuum analyze');
});
afterAll(() => database.drop());

describe(`a page out of ${FINISHED.toLocaleString('en')} jobs looks at few of them`, () => {
  test.each(JOB_SORTS)('by %s, first and later pages', async (sort) => {
    const store = database.store();
    const { nextCursor } = await store.jobs.list({ sort, descending: true, limit: 50, withRequests: true });

    expect(await costOfList({ sort })).toBeLessThan(100);
    expect(await costOfList({ sort, descending: false })).toBeLessThan(100);
    expect(await costOfList({ sort, cursor: nextCursor ?? '' })).toBeLessThan(100);
  });

  test.each<[string, Partial<JobQuery>]>([
    ['a namespace', { namespaces: ['team-3'] }],
    ['a rare namespace', { namespaces: ['rare'] }],
    ['a rare namespace by another order', { namespaces: ['rare'], sort: 'jobName' }],
    ['no such namespace', { namespaces: ['nope'] }],
    ['a status', { statuses: ['Running'] }],
    ['a status that none has', { statuses: ['Failed'] }],
    ['unfinished by priority', { statuses: ['Pending', 'Running'], sort: 'priority' }],
    ['no such algorithm', { algorithm: 'nope' }],
    ['an owner', { owner: 'ann' }],
    ['no such owner by another order', { owner: 'nope', sort: 'jobName' }],
    ['a reason that none has', { reasons: ['Refused'] }],
    ['a frequent reason', { reasons: ['Done', 'Lost'] }],
    ['a cluster', { cluster: 'member7' }],
    ['a rare cluster', { cluster: 'rare' }],
    ['no such cluster', { cluster: 'nope' }],
    ['several at once', { namespaces: ['team-7', 'team-8'], statuses: ['Succeeded'], cluster: 'member7' }],
    ['a rare text', { text: 'many-4321' }],
    ['a frequent text', { text: 'many' }],
    ['a text that none has', { text: 'train-of-thought' }],
  ])('of %s', async (_what, query) => {
    expect(await costOfList(query)).toBeLessThan(5_000);
  });

  test('of a text that no index helps with: a bounded number a page, and the pages reach the end', async () => {
    expect(await costOfList({ text: 'zz' })).toBeLessThanOrEqual(10_000);
    expect(await costOfList({ text: 'train-of-thought' }, false)).toBeLessThanOrEqual(10_000);
    const store = database.store();
    const found: string[] = [];
    let cursor: string | null = null;
    do {
      const query: JobQuery = { sort: 'createdAt', descending: true, withRequests: false, limit: 1_000, text: '-5' };
      const page: Awaited<ReturnType<typeof store.jobs.list>> = await store.jobs.list(
        cursor ? { ...query, cursor } : query,
      );
      found.push(...page.jobs.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor);
    const [expected] = await database.query<{ jobs: number }>(
      "select count(*)::int as jobs from job where id like 'many-5%'",
    );
    expect(found).toHaveLength(expected?.jobs ?? -1);
    expect(new Set(found).size).toBe(found.length);
  });
});

describe('what the monitor, the dispatcher and the page ask every second looks at active jobs only', () => {
  test.each<[string, unknown[], number]>([
    ['active-jobs', [['member1', 'member2']], ACTIVE],
    ['monitored-jobs', [['many-1', 'many-2']], 10],
    ['unplaced-jobs', [], 10],
    ['changed-since', [null], 10],
    // Counters: one row for each namespace, algorithm, status and cluster.
    ['clusters-in-use', [], 1_000],
    ['summary', [null, null, null, null], 1_000],
    ['claim-due', [10, 30, [true, false]], 100],
    ['next-due', [[true, false]], 10],
    ['backlog', [], 10],
    ['queue', [1_000], 10],
    ['filter-values', [null, 1_000], 5 * 1_000 + 1_000],
    ['jobs-without-logs', [10], ACTIVE],
    ['events-after', ['0', '-1', 100], 300],
    ['latest-event', [], 10],
    ['events-of-job', ['many-77', 1_000], 10],
    ['attempts-of-job', ['many-77'], 10],
    ['remove-keys', [100], 10],
    ['remove-events', [100], 10],
    ['remove-logs', [1, 100], 10],
    // A hundred of them, each with what goes along.
    ['remove-jobs-by-age', [0, 100, 'Deleted'], 2_500],
    ['remove-jobs-of-namespace', ['team-3', new Date(), 'z', 100, 'Deleted'], 2_500],
    ['namespaces-over', [100], 1_000 + 20 * 101],
    ['look-after-ended', [100], 1_000],
  ])('%s', async (name, values, limit) => {
    expect(await cost(statement(name).text, values)).toBeLessThanOrEqual(limit);
  });

  test('changedSince reads what changed and not the rest', async () => {
    const store = database.store();
    const { mark } = await store.monitor.changedSince(null);
    await database.query("update job set message = 'touched' where id in ('many-1', 'many-2')");

    expect(await cost(statement('changed-since').text, [mark])).toBeLessThanOrEqual(10);
  });
});
