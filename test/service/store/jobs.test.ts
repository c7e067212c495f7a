import { describe, expect, test } from 'vitest';
import { REQUEST_VERSION } from '../../../service/jobs/stored-request.ts';
import { freshDatabase } from '../postgres.ts';
import { claimOne, dispatched, inserted, newJob } from '../some-jobs.ts';

describe('a job', () => {
  test('is given back as it was inserted, Pending, with its first event, and is due', async () => {
    const store = (await freshDatabase()).store();
    const job = newJob({ jobName: 'first', namespace: 'team-a', priority: 7 });

    const result = await store.jobs.insert(job);

    expect(result).toMatchObject({
      outcome: 'created',
      job: {
        id: job.id,
        jobName: 'first',
        namespace: 'team-a',
        priority: 7,
        status: 'Pending',
        reason: 'Queued',
        version: 1,
      },
    });
    const read = await store.jobs.get(job.id);
    expect(read).toEqual(result.outcome === 'created' && result.job);
    expect(read?.request).toEqual(job.request);
    expect(JSON.stringify(read?.request)).toBe(JSON.stringify(job.request));
    expect(await store.events.ofJob(job.id)).toMatchObject([{ status: 'Pending', previous: null, reason: 'Queued' }]);
    expect((await claimOne(store)).job.id).toBe(job.id);
  });

  test('whose id or object name is taken by chance is not inserted, and nothing of it stays', async () => {
    const database = await freshDatabase();
    const store = database.store();
    const job = newJob();
    await inserted(store, job);

    const again = await store.jobs.insert(job, { key: 'k', caller: 'c', requestHash: 'h' });
    const sameObject = await store.jobs.insert({ ...newJob(), objectName: job.objectName });

    expect([again.outcome, sameObject.outcome]).toEqual(['idTaken', 'idTaken']);
    expect(await database.query('select from idempotency_key')).toEqual([]);
    expect(await store.events.ofJob(job.id)).toHaveLength(1);
  });

  test('that comes together with others shares their fate only when it is its own', async () => {
    const database = await freshDatabase();
    const store = database.store();
    const taken = newJob();
    await inserted(store, taken);
    const jobs = Array.from({ length: 50 }, () => newJob({ namespace: 'many' }));

    const results = await Promise.all(
      [...jobs.slice(0, 30), taken, ...jobs.slice(30)].map((job) => store.jobs.insert(job)),
    );

    expect(results.filter(({ outcome }) => outcome === 'created')).toHaveLength(50);
    expect(results[30]?.outcome).toBe('idTaken');
    for (const table of ['job', 'dispatch', 'event'])
      expect(await database.query(`select from ${table}`)).toHaveLength(51);
    expect(await store.jobs.summary({})).toMatchObject({ total: 51 });
  });

  test('that does not exist is undefined, also when the id holds what PostgreSQL cannot', async () => {
    const store = (await freshDatabase()).store();

    expect(await store.jobs.get('nobody')).toBeUndefined();
    expect(await store.jobs.get('no\0body')).toBeUndefined();
    expect(await store.jobs.setWanted('no\0body', 'cancel', { reason: 'Cancelling', message: 'm' })).toBeUndefined();
    expect(await store.events.ofJob('\ud800')).toEqual([]);
  });

  test('shows all attempts of the same request, also from the middle and when the first was deleted', async () => {
    const database = await freshDatabase();
    const store = database.store();
    const first = await inserted(store);
    const second = await inserted(store, newJob({ retryOf: first }));
    const third = await inserted(store, newJob({ retryOf: second }));
    const other = await inserted(store, newJob({ retryOf: first }));
    await inserted(store);

    const ids = async (id: string) => (await store.jobs.attempts(id)).map((attempt) => attempt.id);

    for (const id of [first, second, third, other]) expect(await ids(id)).toEqual([first, second, third, other]);
    await database.query('delete from job where id = $1', [first]);
    for (const id of [second, third, other]) expect(await ids(id)).toEqual([second, third, other]);
  });
});

test('retries of one request are numbered one after the other, however many are sent at once to two replicas', async () => {
  const database = await freshDatabase();
  const stores = [database.store({ poolSize: 5 }), database.store({ poolSize: 5 })];
  const first = await inserted(stores[0] ?? database.store());
  const second = await inserted(stores[0] ?? database.store(), newJob({ retryOf: first }));

  const retries = await Promise.all(
    Array.from({ length: 12 }, async (_, n) => {
      const result = await stores[n % 2]?.jobs.insert(newJob({ retryOf: n % 3 === 0 ? second : first }));
      if (result?.outcome !== 'created') throw new Error(result?.outcome);
      return result.job.attempt;
    }),
  );

  expect(retries.sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, n) => n + 3));
});

describe('an idempotency key', () => {
  test('outlives its job: the request sent again makes no second one, and another is told from it', async () => {
    const database = await freshDatabase();
    const store = database.store();
    const key = { key: 'k', caller: 'alice', requestHash: 'h' };
    const id = newJob().id;
    await store.jobs.insert({ ...newJob(), id, objectName: id }, key);
    await database.query('delete from job');

    expect(await store.jobs.insert(newJob(), key)).toEqual({ outcome: 'deletedSince', id });
    expect(await store.jobs.insert(newJob(), { ...key, requestHash: 'other' })).toEqual({ outcome: 'keyReused' });
    await database.query("update idempotency_key set expires_at = now() - interval '1 second'");
    expect(await store.jobs.insert(newJob(), key)).toMatchObject({ outcome: 'created' });
  });

  test('gives one job for the same request sent 20 times in parallel, through two replicas', async () => {
    const database = await freshDatabase();
    const stores = [database.store({ poolSize: 10 }), database.store({ poolSize: 10 })];

    const results = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        (stores[n % 2] ?? database.store()).jobs.insert(newJob(), { key: 'k', caller: 'alice', requestHash: 'h' }),
      ),
    );

    expect(results.filter(({ outcome }) => outcome === 'created')).toHaveLength(1);
    expect(results.filter(({ outcome }) => outcome === 'repeated')).toHaveLength(19);
    expect(new Set(results.map((result) => 'job' in result && result.job.id)).size).toBe(1);
    expect(await database.query('select from job')).toHaveLength(1);
    expect(await database.query('select from dispatch')).toHaveLength(1);
    expect(await database.query('select from event')).toHaveLength(1);
  });

  test('is refused for another request, and is another one for another caller', async () => {
    const store = (await freshDatabase()).store();
    await store.jobs.insert(newJob(), { key: 'k', caller: 'alice', requestHash: 'h' });

    expect((await store.jobs.insert(newJob(), { key: 'k', caller: 'alice', requestHash: 'other' })).outcome).toBe(
      'keyReused',
    );
    expect((await store.jobs.insert(newJob(), { key: 'k', caller: 'bob', requestHash: 'h' })).outcome).toBe('created');
  });

  test('can be used anew after a day', async () => {
    const database = await freshDatabase();
    const store = database.store();
    const key = { key: 'k', caller: 'alice', requestHash: 'h' };
    await store.jobs.insert(newJob(), key);

    await database.query("update idempotency_key set expires_at = now() - interval '1 second'");
    const anew = await store.jobs.insert(newJob(), { ...key, requestHash: 'other' });
    expect(anew.outcome).toBe('created');
  });

  test('that expired is thrown away', async () => {
    const database = await freshDatabase();
    const store = database.store();
    await store.jobs.insert(newJob(), { key: 'old', caller: 'alice', requestHash: 'h' });
    await database.query("update idempotency_key set expires_at = now() - interval '1 second'");
    await store.jobs.insert(newJob(), { key: 'new', caller: 'alice', requestHash: 'h' });

    await store.retention.remove({ what: 'key' }, 10);

    expect(await database.query('select key from idempotency_key')).toEqual([{ key: 'new' }]);
  });
});

describe('a wish', () => {
  const said = { reason: 'Suspending', message: 'by the user' } as const;

  test('is recorded with an event, makes the job due, and leaves its status', async () => {
    const store = (await freshDatabase()).store();
    const job = await dispatched(store);
    expect(await store.dispatch.claim(1, 30)).toEqual([]);

    const result = await store.jobs.setWanted(job.id, 'suspend', said);

    expect(result).toMatchObject({ outcome: 'set', job: { wanted: 'suspend', status: 'Pending', ...said } });
    expect((await store.events.ofJob(job.id)).at(-1)).toMatchObject({
      ...said,
      status: 'Pending',
      previous: 'Pending',
    });
    expect((await claimOne(store)).job.wanted).toBe('suspend');
  });

  test('that is there already changes nothing', async () => {
    const store = (await freshDatabase()).store();
    const job = await dispatched(store);

    expect(await store.jobs.setWanted(job.id, 'run', said)).toEqual({ outcome: 'unchanged', job });
    expect(await store.dispatch.claim(1, 30)).toEqual([]);
  });

  test.each([
    ['cancel', 'run', 'refused'],
    ['cancel', 'suspend', 'refused'],
    ['cancel', 'delete', 'set'],
    ['delete', 'run', 'refused'],
    ['delete', 'cancel', 'refused'],
    ['suspend', 'run', 'set'],
    ['suspend', 'cancel', 'set'],
  ] as const)('after %s: %s is %s', async (before, wanted, outcome) => {
    const store = (await freshDatabase()).store();
    const id = await inserted(store);
    await store.jobs.setWanted(id, before, said);

    expect((await store.jobs.setWanted(id, wanted, said))?.outcome).toBe(outcome);
    expect((await store.jobs.get(id))?.wanted).toBe(outcome === 'set' ? wanted : before);
  });

  test('for a finished job is refused, but for its deletion', async () => {
    const store = (await freshDatabase()).store();
    const job = await dispatched(store);
    await store.monitor.apply(
      [{ jobId: job.id, readVersion: job.version, set: { status: 'Succeeded' }, under: [] }],
      [],
    );

    expect((await store.jobs.setWanted(job.id, 'cancel', said))?.outcome).toBe('refused');
    expect((await store.jobs.setWanted(job.id, 'suspend', said))?.outcome).toBe('refused');
    expect((await store.jobs.setWanted(job.id, 'delete', said))?.outcome).toBe('set');
    expect(await store.jobs.get(job.id)).toMatchObject({ status: 'Succeeded', wanted: 'delete' });
  });
});

describe('jobs as other versions stored them', () => {
  test('are read into today’s request, and keep what is stored', async () => {
    const database = await freshDatabase();
    const store = database.store();
    const id = await inserted(store);
    const [now] = await database.query<{ request_version: number }>('select request_version from job');
    expect(now?.request_version).toBe(REQUEST_VERSION);
    const old = '{"jobName":"train","algorithm":{"source":"default","algorithmName":"xgboost"}}';
    await database.query(`update job set request = '${old}', request_version = 0`);

    expect((await store.jobs.get(id))?.request).toMatchObject({ runtime: 'ray', algorithm: { source: 'builtin' } });
    expect((await claimOne(store)).job.request.resources.instanceCount).toBe(1);
    expect(await database.query('select request::text from job')).toEqual([{ request: old }]);
  });

  test('that cannot be read are named with why, and take no others down', async () => {
    const database = await freshDatabase();
    const warned: [object, string][] = [];
    const log = { info: () => undefined, warn: (about: object, message: string) => void warned.push([about, message]) };
    const store = database.store({ log });
    const [good, bad] = [await inserted(store), await inserted(store)];
    await database.query(`update job set request = '{"jobName":"train"}' where id = '${bad}'`);
    const why = `Job ${bad} is stored in a form that this version cannot read: its request (version ${REQUEST_VERSION}) has no`;

    const listed = await store.jobs.list({ sort: 'createdAt', descending: true, limit: 10, withRequests: true });
    expect(listed.jobs.map(({ id }) => id)).toEqual([good]);
    expect((await store.dispatch.claim(10, 30)).map(({ job }) => job.id)).toEqual([good]);
    await store.jobs.list({ sort: 'createdAt', descending: true, limit: 10, withRequests: true });
    expect(warned.map(([, message]) => message)).toEqual([expect.stringContaining(why)]);
    expect(warned[0]?.[0]).toMatchObject({ job: bad });
    await expect(store.jobs.get(bad)).rejects.toThrow(why);
  });
});
