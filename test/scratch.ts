import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MEMORY = '/dev/shm';
/** A run's databases take some 300 MB. Containers often have 64 MB there, which is not used then. */
const ROOM = 2 ** 30;

/**
 * Where a PostgreSQL of the tests keeps its files. A database is a thousand small files: copied in 13 ms in memory, in 250 ms on a
 * slow disk (both measured), for each of some hundred tests. Nothing is to be executed there: containers forbid it.
 */
export async function folderForDatabases(): Promise<string> {
  const { bavail, bsize } = await statfs(MEMORY).catch(() => ({ bavail: 0, bsize: 0 }));
  return bavail * bsize > ROOM ? MEMORY : tmpdir();
}

/**
 * One folder for whatever the run and all programs that it starts put into the temporary folder (caches, unpacked browsers, pipes),
 * removed with the run.
 */
export async function collectTemporaryFiles(): Promise<{ folder: string; remove(): Promise<void> }> {
  const before = process.env.TMPDIR;
  const folder = await mkdtemp(join(tmpdir(), 'ml-platform-tests-'));
  // As the temporary folder is: a program that runs as another user writes there, too.
  await chmod(folder, 0o1777);
  const guard = runAfterOurDeath('rm -rf "$1"', folder);
  process.env.TMPDIR = folder;
  return {
    folder,
    async remove() {
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
      guard.release();
    },
  };
}

/**
 * A test run may be ended by Ctrl-C or kill -9 without a chance to clean up. A shell waits for the end of our pipe, which comes with
 * our death whatever its cause, or with `release`; then it runs the script.
 */
export function runAfterOurDeath(script: string, argument: string): { release(): void } {
  const guard = spawn('/bin/sh', ['-c', `cat > /dev/null\n${script}`, 'guard', argument], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.unref();
  // The pipe must not keep our event loop alive.
  if (guard.stdin && 'unref' in guard.stdin) (guard.stdin as typeof guard.stdin & { unref(): void }).unref();
  return { release: () => guard.stdin?.end() };
}
