import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Postgres, startPostgres } from '../../service/local/postgres/startPostgres.ts';

/** Durability costs time and a test needs none of it: a killed server keeps its data all the same, a machine that loses power does not. */
const FOR_TESTS = { fsync: 'off', full_page_writes: 'off', max_connections: '300' };

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
  const directory = await mkdtemp(join(tmpdir(), 'mlplatform-test-postgres-'));
  // As root the server runs as another user, who must be able to enter.
  await chmod(directory, 0o711);
  const start = () =>
    startPostgres({ directory: join(directory, 'postgres'), log: () => undefined, settings: FOR_TESTS });
  const guard = guardAgainstOurDeath(directory);
  let server: Postgres = await start();
  return {
    url: server.url,
    stop: () => server.stop(),
    async start() {
      server = await start();
    },
    async restart() {
      await server.stop();
      server = await start();
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

/**
 * A test run may be ended by Ctrl-C or kill -9 without a chance to clean up. This shell waits for the end of our pipe, which comes
 * with our death whatever its cause, then ends the server and removes its files.
 */
function guardAgainstOurDeath(directory: string): { release(): void } {
  const script = `
    cat > /dev/null
    pidfile="$1/postgres/data/postmaster.pid"
    if [ -f "$pidfile" ]; then pid=$(head -n 1 "$pidfile"); kill -QUIT "$pid" && kill -CONT "$pid"; fi
    while [ -f "$pidfile" ] && kill -0 "$pid" 2> /dev/null; do sleep 0.1; done
    rm -rf "$1"`;
  const guard = spawn('/bin/sh', ['-c', script, 'guard', directory], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.unref();
  // The pipe must not keep our event loop alive.
  if (guard.stdin && 'unref' in guard.stdin) (guard.stdin as typeof guard.stdin & { unref(): void }).unref();
  return { release: () => guard.stdin?.end() };
}
