import { readFile, rm, writeFile } from 'node:fs/promises';
import pg from 'pg';
import { findBinaries } from './binaries.ts';
import { ensureDataDirectory, pathsOf, USER } from './dataDirectory.ts';
import { place } from './placement.ts';
import { endServer, isServerOf, startTimeOf } from './processes.ts';
import { readPidFile, startServer } from './server.ts';

export type Log = (line: string) => void;

export interface Postgres {
  /** With the password: for DATABASE_URL, never for a log. */
  readonly url: string;
  readonly port: number;
  /** The postmaster's process. */
  readonly pid: number;
  /** Where the data is; not below `directory` when root's PostgreSQL user cannot go there. */
  readonly home: string;
  /** A server that an earlier, killed start left running was taken over. */
  readonly adopted: boolean;
  /** Ends the server; the data stays. */
  stop(): Promise<void>;
}

export interface PostgresOptions {
  readonly directory: string;
  readonly log: Log;
  /** PostgreSQL's own settings, such as `{ fsync: 'off' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

const DATABASE = 'mlplatform';

/** A PostgreSQL of our own on loopback, its data kept in a directory: started, or taken over from a start that was killed. */
export async function startPostgres({ directory, log, settings = {} }: PostgresOptions): Promise<Postgres> {
  const placement = await place(directory, await findBinaries(), log);
  await becomeOwner(placement.home);
  const password = await ensureDataDirectory(placement);
  const orphan = await adoptOrphan(placement.home, password, log);
  const server = orphan ?? (await startServer(placement, settings, log));
  const address = addressOf(server.port, password);
  try {
    if (!orphan) await createDatabase(address('postgres'));
  } catch (error) {
    await endServer(server.pid);
    throw error;
  }

  // A last resort for exits that nobody awaited; a signal is all that can be sent from here.
  const onExit = () => void safeKill(server.pid);
  process.once('exit', onExit);
  let stopping: Promise<void> | undefined;
  const stop = async () => {
    await endServer(server.pid);
    process.removeListener('exit', onExit);
    await rm(pathsOf(placement.home).owner, { force: true });
  };
  return {
    url: address(DATABASE),
    port: server.port,
    pid: server.pid,
    home: placement.home,
    adopted: orphan !== undefined,
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

/** Two programs on one data directory would each end the other's server. */
async function becomeOwner(home: string): Promise<void> {
  const { owner } = pathsOf(home);
  const [pid, startTime] = (await readFile(owner, 'utf8').catch(() => '')).split(' ');
  if (pid && startTime && Number(pid) !== process.pid && (await startTimeOf(Number(pid))) === startTime) {
    throw new Error(`The database in ${home} is in use by process ${pid}. End that one first, or use another folder.`);
  }
  await writeFile(owner, `${process.pid} ${await startTimeOf(process.pid)}`, { mode: 0o600 });
}

/** The server that an earlier start left running, if it answers to our password; one that does not answer is ended. */
async function adoptOrphan(
  home: string,
  password: string,
  log: Log,
): Promise<{ pid: number; port: number } | undefined> {
  const { data } = pathsOf(home);
  const found = await readPidFile(data);
  if (!found) return undefined;
  if (!(await isServerOf(found.pid, data))) {
    // PostgreSQL would believe a pid that another program has been given since.
    await rm(`${data}/postmaster.pid`, { force: true });
    return undefined;
  }
  const client = new pg.Client({
    connectionString: addressOf(found.port, password)(DATABASE),
    connectionTimeoutMillis: 3_000,
    query_timeout: 3_000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    log(`PostgreSQL (process ${found.pid}) was left running by an earlier start and is taken over`);
    return found;
  } catch (error) {
    log(
      `PostgreSQL (process ${found.pid}) was left running by an earlier start, does not answer and is ended: ${error}`,
    );
    await endServer(found.pid);
    return undefined;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function createDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}

const addressOf = (port: number, password: string) => (database: string) =>
  `postgresql://${USER}:${password}@127.0.0.1:${port}/${database}?sslmode=disable`;

function safeKill(pid: number): void {
  try {
    process.kill(pid, 'SIGINT');
  } catch {
    // It has ended already.
  }
}

