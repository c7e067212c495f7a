import { describe, expect, test } from 'vitest';
import { InvalidCursor } from '../../../service/store/errors.ts';
import { JOB_SORTS, type JobQuery, type Store } from '../../../service/store/store.ts';
import { freshDatabase } from '../postgres.ts';
import { dispatched, inserted, newJob } from '../some-jobs.ts';

const NEWEST: JobQuery = { sort: 'createdAt', descending: true, limit: 50, withRequests: true };

const ids = async (store: Store, query: Partial<JobQuery>) =>
  (await store.jobs.list({ ...NEWEST, ...query })).jobs.map(({ id }) => id);

/** All pages, one after the other. */
async function walk(store: Store, query: JobQuery): Promise<string[]> {
  const all: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.jobs.list({ ...query, ...(cursor === undefined ? {} : { cursor }) });
    all.push(...page.jobs.map(({ id }) => id));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return all;
}

describe('pages', () => {
  test.each(JOB_SORTS)(
    'by %s hold each job once, in both directions, even where the sort values are equal',
    async (sort) => {
      const database = await freshDatabase();
      const store = database.store();
      for (let n = 0; n < 23; n++) await inserted(store, newJob({ jobName: `job-${n % 3}`, priority: n % 4 }));
      // Several jobs of the same millisecond.
      await database.query("update job set created_at = '2026-01-01T00:00:00.123Z' where priority < 2");

      const ascending = await walk(store, { sort, descending: false, limit: 5, withRequests: false });
      const descending = await walk(store, { sort, descending: true, limit: 5, withRequests: false });

      expect(ascending).toHaveLength(23);
      expect(new Set(ascending).size).toBe(23);
      expect(descending).toEqual([...ascending].reverse());
    },
  );

  test('end without a cursor, also when the last one is full', async () => {
    const store = (await freshDatabase()).store();
    for (let n = 0; n < 4; n++) await inserted(store);

    const first = await store.jobs.list({ ...NEWEST, limit: 2 });
    const second = await store.jobs.list({ ...NEWEST, limit: 2, cursor: first.nextCursor ?? '' });

    expect(first.nextCursor).not.toBeNull();
    expect(second.jobs).toHaveLength(2);
    expect(second.nextCursor).toBeNull();
  });

  test('go on where they were when jobs come and go', async () => {
    const database = await freshDatabase();
    const store = database.store();
    const before = [await inserted(store), await inserted(store), await inserted(store), await inserted(store)];
    const first = await store.jobs.list({ ...NEWEST, limit: 2 });

    await inserted(store);
    await database.query('delete from job where id = $1', [first.jobs[1]?.id]);

    expect(await ids(store, { cursor: first.nextCursor ?? '' })).toEqual([before[1], before[0]]);
  });

  test('refuse a cursor that none of them gave', async () => {
    const store = (await freshDatabase()).store();
    const forged = (content: string) => Buffer.from(content).toString('base64url');
    const cursors = {
      nonsense: 'nonsense',
      nothing: '',
      'JSON of another shape': forged('{"a":1}'),
      'another sort': forged('["jobName",true,["a","b"]]'),
      'another direction': forged('["createdAt",false,[1,"b"]]'),
      'too few values': forged('["createdAt",true,[1]]'),
      'a value of the wrong type': forged('["createdAt",true,["now()","b"]]'),
      'a fraction': forged('["createdAt",true,[1.5,"b"]]'),
      'a time before computers': forged('["createdAt",true,[-1,"b"]]'),
      'a time beyond time': forged('["createdAt",true,[1e300,"b"]]'),
      'a NUL': forged('["createdAt",true,[1,"\\u0000"]]'),
      'ten megabytes': 'A'.repeat(10_000_000),
    };
    for (const [what, cursor] of Object.entries(cursors)) {
      await expect(store.jobs.list({ ...NEWEST, cursor }), what).rejects.toBeInstanceOf(InvalidCursor);
    }
  });

  test('take the last and the first time of a forged cursor for what they are', async () => {
    const store = (await freshDatabase()).store();
    const id = await inserted(store);
    const at = (time: number) => Buffer.from(JSON.stringify(['createdAt', true, [time, 'x']])).toString('base64url');

    expect(await ids(store, { cursor: at(8.64e15) })).toEqual([id]);
    expect(await ids(store, { cursor: at(0) })).toEqual([]);
  });
});

describe('pages of large jobs', () => {
  const large = (kilobytes: number) => {
    const { request, ...job } = newJob();
    return { ...job, request: { ...request, customHyperparameters: { TEXT: 'x'.repeat(kilobytes * 1024) } } };
  };

  test.each([
    ['', 'select 1'],
    [' that earlier versions stored', 'update job set request_bytes = null'],
  ])('end at 1 MiB with their requests, and hold each job%s once', async (_of, prepare) => {
    const database = await freshDatabase();
    const store = database.store();
    for (let n = 0; n < 9; n++) await inserted(store, large(240));
    await database.query(prepare);

    const first = await store.jobs.list(NEWEST);

    expect(first.jobs).toHaveLength(4);
    expect(Buffer.byteLength(JSON.stringify(first.jobs))).toBeLessThan(1024 * 1024);
    for (const text of [undefined, 'train', 'tr']) {
      const pages = await walk(store, { ...NEWEST, ...(text && { text }) });
      expect([pages.length, new Set(pages).size]).toEqual([9, 9]);
    }
  });

  test('have at least one', async () => {
    const store = (await freshDatabase()).store();
    for (let n = 0; n < 2; n++) await inserted(store, large(2048));
    expect((await store.jobs.list(NEWEST)).jobs).toHaveLength(1);
    expect(await walk(store, NEWEST)).toHaveLength(2);
  });

  test('are whole without requests, which are not read then', async () => {
    const store = (await freshDatabase()).store();
    for (let n = 0; n < 9; n++) await inserted(store, large(240));
    const { jobs } = await store.jobs.list({ ...NEWEST, withRequests: false });
    expect(jobs).toHaveLength(9);
    expect(jobs.filter((job) => 'request' in job || 'clusterStates' in job)).toEqual([]);
  });
});

describe('filters', () => {
  test('by namespace, status, algorithm and cluster, alone and together', async () => {
    const store = (await freshDatabase()).store();
    const a = await dispatched(store, ['member1', 'member2'], newJob({ namespace: 'team-a' }));
    const b = await dispatched(store, ['member2'], newJob({ namespace: 'team-b' }));
    const c = await inserted(store, newJob({ namespace: 'team-b' }));
    await store.monitor.apply([{ jobId: b.id, readVersion: b.version, set: { status: 'Failed' }, under: [] }], []);

    expect(await ids(store, { namespaces: ['team-b'] })).toEqual([c, b.id]);
    expect(await ids(store, { namespaces: ['team-a', 'team-b'] })).toEqual([c, b.id, a.id]);
    expect(await ids(store, { namespaces: [] })).toEqual([]);
    expect(await ids(store, { statuses: ['Failed', 'Running'] })).toEqual([b.id]);
    expect(await ids(store, { algorithm: 'xgboost' })).toHaveLength(3);
    expect(await ids(store, { algorithm: 'lightgbm' })).toEqual([]);
    expect(await ids(store, { cluster: 'member2' })).toEqual([b.id, a.id]);
    expect(await ids(store, { cluster: 'member2', namespaces: ['team-a'], statuses: ['Pending'] })).toEqual([a.id]);
    expect(await ids(store, { cluster: 'no\0where' })).toEqual([]);
  });

  test.each([
    ['with pg_trgm', 'select 1'],
    ['without pg_trgm', 'drop index job_text'],
  ])('by text in name, id, reason and message, any case, its signs taken literally, %s', async (_how, prepare) => {
    const database = await freshDatabase();
    await database.query(prepare);
    const store = database.store();
    const job = await dispatched(store, ['member1'], newJob({ jobName: 'fraud-model' }));
    await dispatched(store, ['member1'], newJob({ jobName: 'other' }));
    await store.monitor.apply(
      [
        {
          jobId: job.id,
          readVersion: job.version,
          set: { reason: 'AppFailed', message: '100%_done \\ now' },
          under: [],
        },
      ],
      [],
    );

    for (const text of ['fraud', 'RAUD-MOD', job.id.slice(-8), 'appfailed', '100%', '%_d', '_done \\', 'fr', '%']) {
      expect([text, await ids(store, { text })]).toEqual([text, [job.id]]);
    }
    for (const text of ['fr%ud', 'fra_d', 'nowhere', 'no\0where', '%%']) expect(await ids(store, { text })).toEqual([]);
  });
});
