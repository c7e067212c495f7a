import { readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('.', import.meta.url));

/** Where the built page lies: served as it is, by the service or by nginx. */
export const PAGE_DIRECTORY = join(root, 'dist');

/** Written last by a build, so that a build cut short counts as none. */
const entry = join(PAGE_DIRECTORY, 'index.html');

/**
 * Builds the page when it was never built or a source is newer than the build. Returns its directory.
 * Vite is loaded only then: it comes with the development dependencies.
 */
export const ensureBuilt = async (log: (line: string) => void): Promise<string> => {
  const [built, changed] = await Promise.all([modified(entry), newestSource()]);
  if (built !== undefined && built >= changed.at) return PAGE_DIRECTORY;
  log(built === undefined ? 'Building the page (once) ...' : `Building the page again: ${changed.file} is newer ...`);
  await buildPage();
  return PAGE_DIRECTORY;
};

export const buildPage = async (logLevel: 'info' | 'warn' = 'warn'): Promise<void> => {
  const [{ build }, { default: config }] = await Promise.all([import('vite'), import('./vite.config.ts')]);
  // Mode and NODE_ENV said outright: a test runner's NODE_ENV would otherwise give React's development build.
  const before = process.env.NODE_ENV;
  process.env.NODE_ENV = 'production';
  try {
    await build({ ...config, configFile: false, mode: 'production', logLevel });
  } finally {
    if (before === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = before;
  }
};

const modified = async (path: string): Promise<number | undefined> => {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

const newestSource = async (): Promise<{ file: string; at: number }> => {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((found) => found.isFile() && !found.parentPath.startsWith(PAGE_DIRECTORY))
    .map((found) => join(found.parentPath, found.name));
  const times = await Promise.all(
    files.map(async (file) => ({ file: relative(root, file), at: (await stat(file)).mtimeMs })),
  );
  return times.reduce((newest, time) => (time.at > newest.at ? time : newest));
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await buildPage('info');
