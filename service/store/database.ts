import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { DatabaseAddress } from './connection.ts';
import { isRepeatable, StoreUnavailable, translated } from './errors.ts';
import { type Part, Quotas } from './quotas.ts';
import type { Statement } from './statement.ts';

export interface StoreLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

export interface Timeouts {
  /** A statement that takes longer is stuck or its plan is wrong; both must free the session. */
  readonly statementMs: number;
  readonly lockMs: number;
  /** To wait for a free session, and for a new one to open. */
  readonly connectMs: number;
}
export const TIMEOUTS: Timeouts = { statementMs: 10_000, lockMs: 5_000, connectMs: 5_000 };
/** Added to the server's own time-out: when that strikes, the server or the way to it is dead, and so is the session. */
const ANSWER_GRACE_MS = 2_000;
const CLOSE_MS = 3_000;
const REPEATS = 3;
const NO_TLS = 'The server does not support SSL connections';

interface QueryOptions {
  readonly signal?: AbortSignal;
  /** For what must be known soon, such as readiness. */
  readonly timeoutMs?: number;
}

/** How one part of the service asks; tests look at plans through it. */
export interface Queries {
  /** One statement, which is one transaction. A deadlock or serialization failure has changed nothing and is tried again. */
  query<Row extends object>(statement: Statement, values?: readonly unknown[], options?: QueryOptions): Promise<Row[]>;
  /** SQL that is put together for the occasion, such as a list's: planned anew each time, for the values it has. */
  queryText<Row extends object>(doing: string, text: string, values: readonly unknown[]): Promise<Row[]>;
}

/** The sessions with PostgreSQL: bounded in number and in time, replaced when broken; their errors translated. */
export class Database {
  readonly #connection: DatabaseAddress;
  readonly #pool: pg.Pool;
  readonly #log: StoreLog;
  readonly #timeouts: Timeouts;
  readonly #quotas: Quotas;
  #tls: DatabaseAddress['tls'];

  constructor(connection: DatabaseAddress, poolSize: number, log: StoreLog, timeouts = TIMEOUTS) {
    this.#connection = connection;
    this.#tls = connection.tls;
    this.#log = log;
    this.#timeouts = timeouts;
    this.#quotas = new Quotas(poolSize);
    this.#pool = new pg.Pool({
      ...this.#sessionOptions(),
      max: poolSize,
      connectionTimeoutMillis: this.#timeouts.connectMs,
      idleTimeoutMillis: 60_000,
    });
    // A server that goes down may tell a session twice: its query gets the first error, the second has no taker and, without a listener,
    // would end our process. The same for sessions that are idle.
    this.#pool.on('connect', (client) => client.on('error', () => undefined));
    this.#pool.on('error', (error) => log.warn({ error: error.message }, 'A database session ended while idle'));
  }

  /** For one part of the service: it waits for its own sessions, and never for those that others hold. */
  as(part: Part): Queries {
    return {
      query: async <Row extends object>(
        { name, text }: Statement,
        values: readonly unknown[] = [],
        options: QueryOptions = {},
      ) => {
        for (let attempt = 1; ; attempt++) {
          try {
            return await this.#queryOnce<Row>(part, { name, text, values: [...values] }, options);
          } catch (error) {
            if (attempt < REPEATS && isRepeatable(error)) continue;
            throw translated(error, name);
          }
        }
      },
      queryText: async <Row extends object>(doing: string, text: string, values: readonly unknown[]) => {
        try {
          return await this.#queryOnce<Row>(part, { text, values: [...values] }, {});
        } catch (error) {
          throw translated(error, doing);
        }
      },
    };
  }

  /** A session outside the pool, without time limits on statements: for listening and for migrations. The caller ends it. */
  async session(purpose: string): Promise<pg.Client> {
    const connect = async (): Promise<pg.Client> => {
      const client = new pg.Client({
        ...this.#sessionOptions(),
        statement_timeout: 0,
        query_timeout: 0,
        lock_timeout: 0,
        application_name: `mlplatform ${purpose}`,
        connectionTimeoutMillis: this.#timeouts.connectMs,
      });
      // Without a listener a session that is cut off would end our process; whoever uses it sees its queries fail.
      client.on('error', () => undefined);
      try {
        await client.connect();
      } catch (error) {
        await client.end().catch(() => undefined);
        throw error;
      }
      return client;
    };
    try {
      return await this.#connecting(connect);
    } catch (error) {
      throw translated(error, purpose);
    }
  }

  counts(): { total: number; idle: number; waiting: number } {
    return { total: this.#pool.totalCount, idle: this.#pool.idleCount, waiting: this.#quotas.waiting };
  }

  /** Waits for statements under way, but not for a server that has gone silent. */
  async close(): Promise<void> {
    await Promise.race([this.#pool.end(), sleep(CLOSE_MS, undefined, { ref: false })]);
  }

  async #queryOnce<Row extends object>(
    part: Part,
    query: { name?: string; text: string; values: unknown[] },
    { signal, timeoutMs }: QueryOptions,
  ): Promise<Row[]> {
    // pg reads query_timeout; its types do not know it.
    const config: pg.QueryConfig & { query_timeout?: number } = timeoutMs
      ? { ...query, query_timeout: timeoutMs }
      : query;
    const answer = this.#onSession<Row>(part, config);
    if (!signal) return await answer;
    const answered = new AbortController();
    try {
      return await Promise.race([answer, aborted(signal, answered.signal)]);
    } finally {
      answered.abort();
    }
  }

  async #onSession<Row extends object>(part: Part, query: pg.QueryConfig): Promise<Row[]> {
    const giveBack = await this.#quotas.take(part, this.#timeouts.connectMs);
    try {
      return await this.#onOwnSession<Row>(query);
    } finally {
      giveBack();
    }
  }

  async #onOwnSession<Row extends object>(query: pg.QueryConfig): Promise<Row[]> {
    const client = await this.#connecting(() => this.#pool.connect());
    let broken: Error | undefined;
    try {
      return (await client.query<Row>(query)).rows;
    } catch (error) {
      // A refused statement leaves the session usable; one that got no answer does not: its answer might come to the next query.
      if (!(error instanceof pg.DatabaseError) || error.severity === 'FATAL') broken = error as Error;
      throw error;
    } finally {
      client.release(broken);
    }
  }

  /** sslmode=prefer: with TLS where the server has it, else without, as libpq does. */
  async #connecting<T>(connect: () => Promise<T>): Promise<T> {
    try {
      return await connect();
    } catch (error) {
      if (!(error instanceof Error) || error.message !== NO_TLS) throw error;
      if (this.#connection.sslMode !== 'prefer') {
        throw new StoreUnavailable(`${error.message}, and sslmode=${this.#connection.sslMode} asks for one`);
      }
      if (this.#tls !== false) {
        this.#tls = false;
        this.#log.info(
          { database: String(this.#connection) },
          'The database offers no TLS; sslmode=prefer goes on without',
        );
      }
      this.#pool.options.ssl = false;
      return await connect();
    }
  }

  #sessionOptions(): pg.ClientConfig {
    const { host, port, user, password, database } = this.#connection;
    return {
      host,
      port,
      user,
      password: password ?? '',
      database,
      ssl: this.#tls,
      application_name: 'mlplatform',
      statement_timeout: this.#timeouts.statementMs,
      lock_timeout: this.#timeouts.lockMs,
      idle_in_transaction_session_timeout: this.#timeouts.statementMs,
      query_timeout: this.#timeouts.statementMs + ANSWER_GRACE_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    };
  }
}

/** The statement goes on behind the back of whoever gave up, until its own time-out. */
async function aborted(signal: AbortSignal, answered: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, 'abort', { signal: answered });
  throw new StoreUnavailable('given up', { cause: signal.reason });
}
