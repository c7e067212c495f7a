import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Folder -> its files, by path below it. */
export type Folders = ReadonlyMap<string, ReadonlyMap<string, string>>;

/**
 * Puts whole folders in the place of what was there. All are written to the side first; only then are they swapped
 * in, by renames, so that a full disk or a stop half-way leaves no folder half old and half new. A folder that holds
 * the same files already is left as it is.
 */
export function swapIn(folders: Folders): void {
  const changed = [...folders].filter(([folder, files]) => !holds(folder, files));
  const swaps = changed.map(([folder, files]) => {
    const beside = (suffix: string) => join(dirname(folder), `.${basename(folder)}.${suffix}-${process.pid}`);
    return { folder, files, fresh: beside('new'), old: beside('old') };
  });
  try {
    for (const { files, fresh } of swaps) writeFolder(fresh, files);
    for (const { folder, fresh, old } of swaps) {
      if (existsSync(folder)) renameSync(folder, old);
      renameSync(fresh, folder);
    }
  } finally {
    for (const { folder, fresh, old } of swaps) {
      if (!existsSync(folder) && existsSync(old)) renameSync(old, folder);
      rmSync(fresh, { recursive: true, force: true });
      rmSync(old, { recursive: true, force: true });
    }
  }
}

function holds(folder: string, files: ReadonlyMap<string, string>): boolean {
  if (!existsSync(folder)) return false;
  const present = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => !entry.isDirectory());
  if (present.length !== files.size) return false;
  return [...files].every(([path, content]) => {
    const file = join(folder, path);
    return existsSync(file) && readFileSync(file, 'utf8') === content;
  });
}

function writeFolder(folder: string, files: ReadonlyMap<string, string>): void {
  mkdirSync(folder, { recursive: true });
  for (const [path, content] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}
