import { readdir, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PATIENCE_MS } from './patience.ts';
import { folderForDatabases } from './scratch.ts';

// What a run of the tests must not leave on the machine: programs that it started (with the ports that they listen on), and the
// files of its databases, which are outside of its temporary folder.

/** Names of the run's databases begin so: others may run at the same time. */
export const databasePrefix = (temporaryFolder: string): string =>
  `mlplatform-test-postgres-${basename(temporaryFolder)}-`;

/**
 * Whatever is still there when all tests have ended, in words; nothing is where it must be so. Programs that were told to end may need
 * a moment for it.
 */
export async function leftBehind(temporaryFolder: string): Promise<string[]> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const found = [...(await programsOf(temporaryFolder)), ...(await databasesOf(temporaryFolder))];
    if (found.length === 0 || Date.now() > deadline) return found;
    await sleep(100);
  }
}

/** By the temporary folder that they were given. Only Linux tells. */
async function programsOf(temporaryFolder: string): Promise<string[]> {
  const numbers = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    numbers.map(async (pid) => {
      const environment = await read(pid, 'environ');
      if (!environment.split('\0').includes(`TMPDIR=${temporaryFolder}`)) return [];
      const command = (await read(pid, 'cmdline')).split('\0').join(' ').trim();
      // A zombie has no command; vitest's own workers end after this.
      return command === '' || isWorker(command) ? [] : [`process ${pid}: ${command.slice(0, 200)}`];
    }),
  );
  return found.flat();
}

const isWorker = (command: string): boolean => /\bvitest\/dist\/workers\b|^node \(vitest/.test(command);

const read = (pid: string, name: string): Promise<string> => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '');

async function databasesOf(temporaryFolder: string): Promise<string[]> {
  const folder = await folderForDatabases();
  const names = await readdir(folder);
  return names
    .filter((name) => name.startsWith(databasePrefix(temporaryFolder)))
    .map((name) => `files in ${folder}/${name}`);
}
