import { readFile, rm, writeFile } from 'node:fs/promises';
import pg from 'pg';
import { StartError } from '../../start-error.ts';
import { findBinaries } from './binaries.ts';
import { ensureDataDirectory, pathsOf, USER } from './data-directory.ts';
import { type Log, place } from './placement.ts';
import { endServer, isServerOf, startTimeOf } from './processes.ts';
import { type RunningServer, readPidFile, startServer } from './server.ts';

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

interface PostgresOptions {
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
  try {
    const password = await ensureDataDirectory(placement);
    const orphan = await adoptOrphan(placement.home, password, log);
    const server = orphan ?? (await startServer(placement, settings));
    if (!orphan) await createDatabase(server.pid, addressOf(server.port, password, 'postgres'));
    return running(placement.home, addressOf(server.port, password, DATABASE), server, orphan !== undefined, log);
  } catch (error) {
    await disown(placement.home);
    throw error;
  }
}

function running(home: string, url: string, server: RunningServer, adopted: boolean, log: Log): Postgres {
  const { pid, port, ended } = server;
  // A last resort for exits that nobody awaited; a signal is all that can be sent from here.
  const onExit = () => safeKill(pid);
  process.once('exit', onExit);
  let stopping: Promise<void> | undefined;
  void ended?.then((how) => {
    // Its pid may be another's by the time we exit.
    process.removeListener('exit', onExit);
    if (!stopping)
      log(`PostgreSQL has ended (${how}); see ${pathsOf(home).log}. Start again to go on with the same data`);
  });
  const stop = async () => {
    await endServer(pid);
    process.removeListener('exit', onExit);
    await disown(home);
  };
  return {
    url,
    port,
    pid,
    home,
    adopted,
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
  if (pid && startTime && (await startTimeOf(Number(pid))) === startTime) {
    throw new StartError(
      `The database in ${home} is in use by process ${pid}. End that one first, or use another folder.`,
    );
  }
  await writeFile(owner, `${process.pid} ${await startTimeOf(process.pid)}`, { mode: 0o600 });
}

const disown = (home: string): Promise<void> => rm(pathsOf(home).owner, { force: true });

/** The server that an earlier start left running, if it answers to our password; one that does not answer is ended. */
async function adoptOrphan(home: string, password: string, log: Log): Promise<RunningServer | undefined> {
  const { data } = pathsOf(home);
  const found = await readPidFile(data);
  if (!found) return undefined;
  if (!(await isServerOf(found.pid, data))) {
    // PostgreSQL would believe a pid that another program has been given since.
    await rm(`${data}/postmaster.pid`, { force: true });
    return undefined;
  }
  const client = new pg.Client({
    connectionString: addressOf(found.port, password, DATABASE),
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

async function createDatabase(pid: number, url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  } catch (error) {
    await endServer(pid);
    throw error;
  } finally {
    await client.end().catch(() => undefined);
  }
}

const addressOf = (port: number, password: string, database: string): string =>
  `postgresql://${USER}:${password}@127.0.0.1:${port}/${database}?sslmode=disable`;

function safeKill(pid: number): void {
  try {
    process.kill(pid, 'SIGINT');
  } catch {
    // It has ended already.
  }
}
