import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Postgres, startPostgres } from '../../service/local/postgres/start-postgres.ts';
import { databasePrefix } from '../left-behind.ts';
import { folderForDatabases, runAfterOurDeath } from '../scratch.ts';

/**
 * Durability costs time and a test needs none of it: a killed server keeps its data all the same, a machine that loses power does not.
 * Little memory and log, since its files may be in memory, too.
 */
const FOR_TESTS = {
  fsync: 'off',
  full_page_writes: 'off',
  max_connections: '300',
  shared_buffers: '64MB',
  min_wal_size: '32MB',
  max_wal_size: '128MB',
  // In the data directory, which is removed; POSIX shared memory of a killed server would stay.
  dynamic_shared_memory_type: 'mmap',
};

/** A server of a test's own, for what the shared one must not suffer: restarts, pauses, kills. */
export interface OwnPostgres {
  readonly url: string;
  /** Fast shutdown, as in an upgrade: sessions are told and cut. */
  stop(): Promise<void>;
  /** On the same port and data. */
  start(): Promise<void>;
  restart(): Promise<void>;
  /** kill -9; `start` recovers. */
  kill(): Promise<void>;
  /** SIGSTOP to the postmaster: new sessions hang in connecting, those that are open go on. */
  pause(): void;
  resume(): void;
  /** Stops it and removes its files. */
  dispose(): Promise<void>;
}

export async function startOwnPostgres(): Promise<OwnPostgres> {
  const directory = await mkdtemp(join(await folderForDatabases(), databasePrefix(tmpdir())));
  // As root the server runs as another user, who must be able to enter.
  await chmod(directory, 0o711);
  const home = join(directory, 'postgres');
  await mkdir(home);
  const start = () => startPostgres({ directory: home, log: () => undefined, settings: FOR_TESTS });
  const guard = runAfterOurDeath(END_SERVER, directory);
  let server: Postgres = await start();
  const startAgain = async () => {
    const { port } = server;
    server = await start();
    if (server.port !== port) throw new Error(`Somebody took port ${port} while this test's PostgreSQL was away`);
  };
  return {
    url: server.url,
    stop: () => server.stop(),
    start: startAgain,
    async restart() {
      await server.stop();
      await startAgain();
    },
    async kill() {
      process.kill(server.pid, 'SIGKILL');
      await server.stop();
    },
    pause: () => void process.kill(server.pid, 'SIGSTOP'),
    resume: () => void process.kill(server.pid, 'SIGCONT'),
    async dispose() {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
      guard.release();
    },
  };
}

const END_SERVER = `
  pidfile="$1/postgres/data/postmaster.pid"
  if [ -f "$pidfile" ]; then pid=$(head -n 1 "$pidfile"); kill -QUIT "$pid" && kill -CONT "$pid"; fi
  while [ -f "$pidfile" ] && kill -0 "$pid" 2> /dev/null; do sleep 0.1; done
  rm -rf "$1"`;
