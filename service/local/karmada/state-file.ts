import { readFile, rename, writeFile } from 'node:fs/promises';
import type { Registry } from '../kube/registry.ts';
import type { StoreDump } from '../kube/store.ts';

/** Writing at most so often keeps a busy simulation from writing all the time; a kill loses no more than this. */
const WRITE_EVERY_MS = 1_000;

type State = Readonly<Record<string, StoreDump>>;

/**
 * Keeps the objects of all API servers in one file, so that jobs survive a restart of `npm start` as they do in real
 * clusters. Logs are not kept: the service keeps those of finished jobs itself.
 */
export async function keepState(
  path: string,
  registries: ReadonlyMap<string, Registry>,
): Promise<{ stop(): Promise<void> }> {
  const kept = await readState(path);
  const announcements = [...registries].map(([name, { store, table }]) => {
    const dump = kept[name];
    return dump && store.restore(dump, table);
  });
  for (const announce of announcements) announce?.();

  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  const write = (): void => {
    timer = undefined;
    const state = Object.fromEntries([...registries].map(([name, { store }]) => [name, store.dump()]));
    writing = writing.then(() => writeState(path, state));
  };
  const stops = [...registries.values()].map(({ store }) =>
    store.onChange(() => {
      timer ??= setTimeout(write, WRITE_EVERY_MS);
    }),
  );
  return {
    async stop() {
      for (const stop of stops) stop();
      clearTimeout(timer);
      write();
      await writing;
    },
  };
}

async function readState(path: string): Promise<State> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as State;
  } catch (error) {
    const isNew = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (!isNew)
      process.emitWarning(`simulated clusters start empty: ${path} cannot be read (${(error as Error).message})`);
    return {};
  }
}

/** Whole or not at all, also when the process is killed while it writes. */
async function writeState(path: string, state: State): Promise<void> {
  await writeFile(`${path}.new`, JSON.stringify(state), { mode: 0o600 });
  await rename(`${path}.new`, path);
}
