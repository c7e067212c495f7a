import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TIMEOUTS, type Timeouts } from '../../../service/store/database.ts';
import { StoreBusy, StoreTooSlow, StoreUnavailable } from '../../../service/store/errors.ts';
import { type FaultProxy, startFaultProxy } from '../../fault-proxy.ts';
import { PATIENCE_MS } from '../../patience.ts';
import { freshDatabase, type OwnPostgres, onDatabase, startOwnPostgres, type TestDatabase } from '../postgres.ts';
import { inserted, newJob } from '../some-jobs.ts';

/** Until it does not throw StoreUnavailable any more; any other error is one. */
async function whenAvailable<T>(act: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
    }
  }
}

describe('a server that stops and comes back', () => {
  let server: OwnPostgres;
  let database: TestDatabase;
  beforeAll(async () => {
    server = await startOwnPostgres();
    database = onDatabase(server.url);
    await database.store().migrate();
  });
  afterAll(async () => {
    await database.drop();
    await server.dispose();
  });

  test('is unavailable meanwhile, and then there again without a restart of ours; idle sessions that end harm nobody', async () => {
    const store = database.store();
    const before = await inserted(store);

    await server.stop();
    await expect(store.check()).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(store.jobs.insert(newJob())).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(store.migrate()).rejects.toBeInstanceOf(StoreUnavailable);
    await server.start();

    expect((await whenAvailable(() => store.jobs.get(before)))?.id).toBe(before);
    await whenAvailable(() => store.check());
  });

  test('killed in the middle of many inserts: each was committed whole or not at all, and what was answered is there', async () => {
    const [store, probe] = [database.store(), onDatabase(server.url)];
    const answered: string[] = [];
    let going = true;
    const writers = Array.from({ length: 5 }, async () => {
      while (going) {
        const job = newJob();
        await store.jobs.insert(job, { key: job.id, caller: 'c', requestHash: 'h' }).then(
          () => answered.push(job.id),
          (error: unknown) => {
            if (!(error instanceof StoreUnavailable)) throw error;
            going = false;
          },
        );
      }
    });
    while (answered.length < 20) await new Promise((resolve) => setImmediate(resolve));
    await server.kill();
    await Promise.all(writers);
    await server.start();

    const there = await whenAvailable(() => Promise.all(answered.map((id) => store.jobs.get(id))));
    expect(there.map((job) => job?.id)).toEqual(answered);
    const [counts] = await probe.query<Record<string, number>>(`
      select (select count(*) from job)::int as jobs, (select count(*) from dispatch)::int as due,
             (select count(*) from event where previous is null)::int as events, (select sum(jobs) from job_count)::int as counted`);
    expect(new Set(Object.values(counts ?? {})).size).toBe(1);
    await probe.drop();
  });

  test('wakes its listeners after it is back, since notices may have been missed', async () => {
    const store = database.store();
    let wake = () => {};
    await store.events.onCommit(() => wake());
    const next = () =>
      new Promise<void>((resolve) => {
        wake = resolve;
      });

    const back = next();
    await server.restart();
    await back;
    const told = next();
    await whenAvailable(() => store.jobs.insert(newJob()));
    await told;
  });
});

describe('a network that', () => {
  let database: TestDatabase;
  let proxy: FaultProxy;
  const throughProxy = () => {
    const url = new URL(database.url);
    url.port = String(proxy.port);
    return url.href;
  };
  beforeAll(async () => {
    database = await freshDatabase();
    proxy = await startFaultProxy({ port: database.port });
  });
  afterAll(async () => {
    await database.drop();
    await proxy.close();
  });

  test('goes silent: readiness is refused soon, the dead sessions are not used again, and closing waits for none of them', async () => {
    // A statement that nobody waits for in a hurry has longer than any busy machine takes, and so tells what is soon.
    const store = database.store({
      url: throughProxy(),
      poolSize: 2,
      timeouts: { ...TIMEOUTS, statementMs: 2 * PATIENCE_MS },
    });
    // By another store: of what is inserted word is sent a moment later, on a session that would be wanted here.
    const id = await inserted(database.store());
    // Two sessions, open and idle.
    await Promise.all([store.jobs.get(id), store.jobs.get(id)]);

    proxy.blackHole();
    const refusal = expect(store.check()).rejects.toBeInstanceOf(StoreUnavailable);
    const statement = store.jobs.get(id).catch(() => undefined);
    expect(await Promise.race([refusal.then(() => 'check'), statement.then(() => 'statement')])).toBe('check');
    // New connections work again; those in the hole stay there.
    proxy.forget();

    expect((await whenAvailable(() => store.jobs.get(id)))?.id).toBe(id);
    expect(await Promise.race([store.close().then(() => 'closed'), statement.then(() => 'statement')])).toBe('closed');
  });

  test('resets: unavailable, then there again', async () => {
    const store = database.store({ url: throughProxy() });
    const id = await inserted(store);
    proxy.reset();
    await expect(store.jobs.get(id)).rejects.toBeInstanceOf(StoreUnavailable);
    proxy.heal();

    expect((await whenAvailable(() => store.jobs.get(id)))?.id).toBe(id);
  });

  test('is slow: all the same', async () => {
    const store = database.store({ url: throughProxy() });
    proxy.delay(50);
    const id = await inserted(store);
    proxy.heal();

    expect((await store.jobs.get(id))?.id).toBe(id);
  });
});

describe('a row that another transaction holds', () => {
  const SAID = { reason: 'Cancelling', message: 'm' } as const;

  async function heldRow(timeouts: Partial<Timeouts>) {
    const database = await freshDatabase();
    const store = database.store({ poolSize: 2, timeouts: { ...TIMEOUTS, ...timeouts } });
    const id = await inserted(store);
    // Both sessions are open: what is waited for from here on is the lock, or a session.
    await Promise.all([store.jobs.get(id), store.jobs.get(id)]);
    await database.query('begin');
    await database.query('select from job where id = $1 for update', [id]);
    return { database, id, store };
  }

  test('is waited for no longer than was set, and nothing is changed', async () => {
    const { database, id, store } = await heldRow({ lockMs: 300 });
    await expect(store.jobs.setWanted(id, 'cancel', SAID)).rejects.toBeInstanceOf(StoreTooSlow);
    await database.query('commit');
    expect((await store.jobs.get(id))?.wanted).toBe('run');
  });

  test('by all sessions: who waits for one of these too long is told so, and all is well when it is let go', async () => {
    const long = 2 * PATIENCE_MS;
    const { database, id, store } = await heldRow({ lockMs: long, statementMs: long });
    const waiting = [store.jobs.setWanted(id, 'cancel', SAID), store.jobs.setWanted(id, 'cancel', SAID)];
    await expect(store.jobs.get(id)).rejects.toBeInstanceOf(StoreBusy);
    await database.query('commit');
    await Promise.all(waiting);
    expect((await store.jobs.get(id))?.wanted).toBe('cancel');
    expect(store.pool()).toMatchObject({ waiting: 0 });
  });
});

test('an abort ends a check at once', async () => {
  const database = await freshDatabase();
  const store = database.store();
  await database.query('begin');
  await database.query('lock table schema_migration');
  const abort = new AbortController();
  const checking = store.check(abort.signal);
  const reason = new Error('enough');
  setImmediate(() => abort.abort(reason));

  await expect(checking).rejects.toThrow();
  await database.query('commit');
  await store.check();
});

test('a mistake of ours is not taken for an outage, and names the statement', async () => {
  const database = await freshDatabase();
  const store = database.store();
  await database.query('alter table job rename to work');

  const error = await store.jobs.get('x').catch((thrown: unknown) => thrown);

  expect(error).not.toBeInstanceOf(StoreUnavailable);
  expect(String(error)).toMatch(/job-by-id: relation "job" does not exist \(42P01\)/);
});
