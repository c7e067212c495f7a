import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type DatabaseAddress, parseConnection } from '../../service/store/connection.ts';
import { createStore } from '../../service/store/create-store.ts';
import { type StoreLog, TIMEOUTS, type Timeouts } from '../../service/store/database.ts';
import type { Store } from '../../service/store/store.ts';
import { atEnd } from '../concurrently.ts';
import { forTheRun } from '../for-the-run.ts';
import { TEMPLATE } from '../global-setup.ts';
import { PATIENCE_MS } from '../patience.ts';

export { type OwnPostgres, startOwnPostgres } from './own-postgres.ts';

export interface TestDatabase {
  /** postgresql://..., with the password. */
  readonly url: string;
  readonly connection: DatabaseAddress;
  readonly port: number;
  /** SQL past the store, as an operator would. */
  query<Row extends object = Record<string, unknown>>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  /** A store on it; closed when the database is dropped. */
  store(options?: { poolSize?: number; url?: string; timeouts?: Timeouts; log?: StoreLog }): Store;
  /** Closes its stores and removes it. Throws if a session is left open: something was not closed. Done by itself at the end of a test. */
  drop(): Promise<void>;
}

/**
 * A database of its own, migrated and empty, in some 30 ms: a copy of the run's template. Called in a test, it is dropped after
 * it; called in beforeAll, call drop() in afterAll.
 */
export async function freshDatabase({ migrated = true } = {}): Promise<TestDatabase> {
  const server = await forTheRun('postgres');
  const session = sessionWith(server);
  const name = `test_${randomBytes(8).toString('hex')}`;
  await session.query(`create database ${name} template ${migrated ? TEMPLATE : 'template1'} strategy file_copy`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const database = onDatabase(url.href, async () => {
    const left = await sessionsLeft(session, name);
    await session.query(`drop database ${name} with (force)`);
    if (left.length > 0) throw new Error(`Sessions were left open at the end of the test: ${left.join('; ')}`);
  });
  dropAfterTest(database);
  return database;
}

/** For a database on a server of the test's own (startOwnPostgres). */
export function onDatabase(url: string, remove: () => Promise<void> = async () => undefined): TestDatabase {
  const connection = parseConnection(url);
  const stores: Store[] = [];
  let client: Promise<pg.Client> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let dropping: Promise<void> | undefined;
  return {
    url,
    connection,
    port: connection.port,
    async query<Row extends object>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
      client ??= connected(url);
      const session = client;
      // One after the other, as a session takes them.
      const turn = last.then(async () => (await session).query<Row>(sql, [...values]));
      last = turn.catch(() => undefined);
      return (await turn).rows;
    },
    store({ poolSize = 5, url: address = url, timeouts = TIMEOUTS, log = SILENT } = {}) {
      const store = createStore({ connection: parseConnection(address), poolSize, log, timeouts });
      stores.push(store);
      return store;
    },
    drop() {
      dropping ??= (async () => {
        await Promise.all(stores.map((store) => store.close()));
        await (await client?.catch(() => undefined))?.end();
        await remove();
      })();
      return dropping;
    },
  };
}

const SILENT = { info: () => undefined, warn: () => undefined };

/** A session that was ended a moment ago is still in the view for some milliseconds. */
async function sessionsLeft(session: pg.Pool, database: string): Promise<string[]> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const { rows } = await session.query<{ session: string }>(
      `select application_name || ': ' || left(query, 100) as session from pg_stat_activity
        where datname = $1 and backend_type = 'client backend'`,
      [database],
    );
    if (rows.length === 0 || Date.now() > deadline) return rows.map((row) => row.session);
    await sleep(10);
  }
}

function dropAfterTest(database: TestDatabase): void {
  try {
    atEnd(() => database.drop());
  } catch {
    // Not in a test but in a hook of the file, whose afterAll drops it.
  }
}

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: 'test' });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** One for all databases of a worker: to open one takes as much as to copy a database. One that its server ended is made anew. */
function sessionWith(server: string): pg.Pool {
  kept ??= new pg.Pool({
    connectionString: server,
    application_name: 'test',
    max: 1,
    idleTimeoutMillis: 0,
    allowExitOnIdle: true,
  }).on('error', () => undefined);
  return kept;
}

let kept: pg.Pool | undefined;
