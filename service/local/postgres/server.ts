import { spawn } from 'node:child_process';
import { closeSync, openSync, truncateSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { rememberedPort } from '../free-port.ts';
import { pathsOf, SERVER_ENV } from './data-directory.ts';
import type { Placement } from './placement.ts';
import { endServer } from './processes.ts';

export interface RunningServer {
  readonly pid: number;
  readonly port: number;
  /** Resolves to how it ended; not known of a server that another process started. */
  readonly ended?: Promise<string>;
}

/** Crash recovery of a large database may take this long; a server that is ready says so at once. */
const START_TIMEOUT_MS = 60_000;
const ATTEMPTS = 20;
/** Of a port that is occupied, before another is taken: a tool pointed at the database keeps working, and sessions of a killed server go. */
const ATTEMPTS_AT_OLD_PORT = 10;
const OCCUPIED = /Address already in use/i;
/** The port was taken between our look and its start; or sessions of a killed server are still ending. Both pass. */
const PASSING = /Address already in use|pre-existing shared memory block|is still in use/i;

export async function startServer(
  placement: Placement,
  settings: Readonly<Record<string, string>>,
): Promise<RunningServer> {
  let occupied = 0;
  for (let attempt = 1; ; attempt++) {
    const port = await rememberedPort(pathsOf(placement.home).port, () => occupied < ATTEMPTS_AT_OLD_PORT);
    try {
      return await launch(placement, port, settings);
    } catch (error) {
      if (attempt === ATTEMPTS || !(error instanceof DidNotStart && PASSING.test(error.said))) throw error;
      if (OCCUPIED.test(error.said)) occupied += 1;
      await sleep(250);
    }
  }
}

async function launch(
  placement: Placement,
  port: number,
  settings: Readonly<Record<string, string>>,
): Promise<RunningServer> {
  const { data, log: logFile } = pathsOf(placement.home);
  const options = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    log_min_messages: 'warning',
    ...settings,
  };
  const args = Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  // A file, not a pipe: it outlives us if we are killed. Begun anew at each start, so that it does not grow for ever; appended to, for
  // sessions of a server that was killed still write there, which would else leave a hole before their words.
  const output = openSync(logFile, 'a', 0o600);
  truncateSync(logFile);
  const child = spawn(join(placement.binaries, 'bin', 'postgres'), ['-D', data, ...args], {
    ...placement.account,
    cwd: placement.home,
    env: SERVER_ENV,
    stdio: ['ignore', output, output],
    // A session of its own: Ctrl-C in the terminal must reach the service alone, which needs the database to drain.
    detached: true,
  });
  closeSync(output);
  child.unref();
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  let outcome: string | undefined;
  void ended.then((text) => {
    outcome = text;
  });

  const deadline = Date.now() + START_TIMEOUT_MS;
  while (outcome === undefined) {
    const found = await readPidFile(data);
    if (found?.ready && found.pid === child.pid) {
      return { pid: found.pid, port: found.port, ended };
    }
    if (Date.now() > deadline) {
      if (child.pid !== undefined) await endServer(child.pid);
      throw new Error(`PostgreSQL was not ready within ${START_TIMEOUT_MS / 1000} s; see ${logFile}`);
    }
    await sleep(20);
  }
  const said = await readFile(logFile, 'utf8').catch(() => '');
  throw new DidNotStart(outcome, said);
}

class DidNotStart extends Error {
  readonly said: string;

  constructor(outcome: string, said: string) {
    super(`PostgreSQL did not start (${outcome}): ${said.trim().slice(-2_000)}`);
    this.said = said;
  }
}

/** PostgreSQL's own note of who serves the data: pid in line 1, port in 4, state in 8. */
export async function readPidFile(data: string): Promise<(RunningServer & { ready: boolean }) | undefined> {
  const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, port: Number(lines[3] ?? 0), ready: lines[7]?.trim() === 'ready' };
}
