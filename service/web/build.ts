import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('.', import.meta.url));

/** Where the built page lies: served as it is, by the service or by nginx. */
export const PAGE_DIRECTORY = join(root, 'dist');

/** Beside other builds' results: on the same file system, and not among the sources. */
const BUILDING = join(root, '../../dist');

/** Comes last in a build, so that a build cut short counts as none. */
const ENTRY = 'index.html';
const entry = join(PAGE_DIRECTORY, ENTRY);

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
  await mkdir(BUILDING, { recursive: true });
  const outDir = await mkdtemp(join(BUILDING, 'page-'));
  try {
    await build({ ...config, build: { ...config.build, outDir }, configFile: false, mode: 'production', logLevel });
    await putInPlace(outDir, PAGE_DIRECTORY);
  } finally {
    await rm(outDir, { recursive: true, force: true });
    if (before === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = before;
  }
};

/**
 * A page that is served meanwhile, or built by another process too, is whole at every moment: what index.html names is there before it
 * is, and what the last build alone had goes after that.
 */
export const putInPlace = async (built: string, directory: string): Promise<void> => {
  const files = await filesBelow(built);
  for (const file of files.toSorted((a, b) => Number(a === ENTRY) - Number(b === ENTRY))) {
    await mkdir(dirname(join(directory, file)), { recursive: true });
    await rename(join(built, file), join(directory, file));
  }
  const old = (await filesBelow(directory)).filter((file) => !files.includes(file));
  await Promise.all(old.map((file) => rm(join(directory, file), { force: true })));
};

const filesBelow = async (folder: string): Promise<string[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((found) => found.isFile())
    .map(({ name, parentPath }) => relative(folder, join(parentPath, name)));
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
  const files = (await filesBelow(root)).filter((file) => !join(root, file).startsWith(PAGE_DIRECTORY));
  const times = await Promise.all(files.map(async (file) => ({ file, at: (await stat(join(root, file))).mtimeMs })));
  return times.reduce((newest, time) => (time.at > newest.at ? time : newest));
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await buildPage('info');
