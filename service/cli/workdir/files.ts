import { lstat, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import ignore, { type Ignore } from 'ignore';
import { wrongUse } from '../failures.ts';

// Which files of a folder go along with a job: those that Git would take, tracked or not.

export interface FileToSend {
  /** Below the folder, with / on every system. */
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  readonly isProgram: boolean;
}

export interface Files {
  readonly files: readonly FileToSend[];
  /** Links that lead out of the folder, to another folder or nowhere, and what is neither file nor folder. */
  readonly leftOut: readonly string[];
}

export interface Bounds {
  readonly files: number;
  readonly bytes: number;
}

/** The rules of one .gitignore, for what lies below it. */
interface Rules {
  readonly folder: string;
  readonly rules: Ignore;
}

export async function filesOf(folder: string, bounds: Bounds): Promise<Files> {
  const root = await realpath(folder).catch(() => {
    throw wrongUse(`--workdir ${folder}: there is no such folder`);
  });
  if (!(await stat(root)).isDirectory()) throw wrongUse(`--workdir ${folder} is a file`, 'It must be a folder.');
  const files: FileToSend[] = [];
  const leftOut: string[] = [];
  let bytes = 0;

  const walk = async (at: string, outer: readonly Rules[]): Promise<void> => {
    const rules = [...outer, ...(await rulesIn(at, '.gitignore'))];
    const entries = await readdir(at, { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(at, entry.name);
      if (entry.name === '.git' || isIgnored(path, entry.isDirectory(), rules)) continue;
      if (entry.isDirectory()) {
        await walk(path, rules);
        continue;
      }
      const name = relative(root, path).split(sep).join('/');
      const found = entry.isSymbolicLink() ? await fileBehind(path, root) : await lstat(path);
      if (!found?.isFile()) {
        leftOut.push(name);
        continue;
      }
      files.push({ name, path, bytes: found.size, isProgram: (found.mode & 0o100) !== 0 });
      bytes += found.size;
      if (files.length > bounds.files || bytes > bounds.bytes) throw tooMuch(folder, files, bounds);
    }
  };
  await walk(root, await rulesAbove(root));
  if (files.length === 0) throw wrongUse(`--workdir ${folder}: there is nothing in it that would be sent`);
  return { files, leftOut };
}

/** A link is sent as what it stands for, which must lie in the folder, too. */
const fileBehind = async (path: string, root: string) => {
  const target = await realpath(path).catch(() => undefined);
  return target?.startsWith(root + sep) ? stat(target) : undefined;
};

const rulesIn = async (folder: string, file: string): Promise<Rules[]> => {
  const text = await readFile(join(folder, file), 'utf8').catch(() => undefined);
  // As Git itself decides: on Linux names that differ in case are two names.
  return text === undefined ? [] : [{ folder, rules: ignore({ ignorecase: process.platform !== 'linux' }).add(text) }];
};

/** Of the repository that the folder is a part of: its own, and those between. */
const rulesAbove = async (folder: string): Promise<Rules[]> => {
  const above: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    const isTop = await stat(join(at, '.git')).then(
      () => true,
      () => false,
    );
    if (at !== folder) above.unshift(at);
    if (isTop) {
      const own = (await rulesIn(at, join('.git', 'info', 'exclude'))).map((each) => ({ ...each, folder: at }));
      return [...own, ...(await Promise.all(above.map((each) => rulesIn(each, '.gitignore')))).flat()];
    }
    if (dirname(at) === at) return [];
  }
};

/** The innermost rule that says something holds. */
const isIgnored = (path: string, isFolder: boolean, all: readonly Rules[]): boolean => {
  for (const { folder, rules } of all.toReversed()) {
    const name = `${relative(folder, path).split(sep).join('/')}${isFolder ? '/' : ''}`;
    const { ignored, unignored } = rules.test(name);
    if (ignored || unignored) return ignored;
  }
  return false;
};

const LARGEST = 5;

const tooMuch = (folder: string, files: readonly FileToSend[], bounds: Bounds) => {
  const largest = [...files]
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, LARGEST)
    .map(({ name, bytes }) => `${name} (${inMegabytes(bytes)})`);
  return wrongUse(
    `--workdir ${resolve(folder)} has more than ${bounds.files} files or ${inMegabytes(bounds.bytes)}`,
    `A .gitignore keeps out what the job needs not, and data belong into a bucket (inputDataConfig). Largest of it: ${largest.join(', ')}.`,
  );
};

export const inMegabytes = (bytes: number): string =>
  bytes < 100_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
