import { createReadStream } from 'node:fs';
import { lstat, readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { MAX_FILES, type OutputFile, type Shelf } from './shelf.ts';

/** What lies in a folder of this machine, as with `npm start`, whose volumes are folders. No link is followed: it was made by a job. */
export const folderShelf = (folder: string): Shelf => ({
  async list() {
    const files: OutputFile[] = [];
    const folders = [''];
    for (let next = folders.shift(); next !== undefined; next = folders.shift()) {
      for (const entry of await entriesOf(join(folder, next))) {
        const name = next === '' ? entry.name : `${next}/${entry.name}`;
        if (entry.isDirectory()) folders.push(name);
        if (!entry.isFile()) continue;
        if (files.length === MAX_FILES) return { files, isCut: true };
        files.push({ name, sizeBytes: (await lstat(join(folder, name))).size });
      }
    }
    return { files, isCut: false };
  },
  async open(name) {
    const file = join(folder, name);
    try {
      const isInside = (await realpath(file)) === join(await realpath(folder), ...name.split('/'));
      const found = await lstat(file);
      if (!isInside || !found.isFile()) return undefined;
      return { sizeBytes: found.size, body: createReadStream(file, { end: Math.max(0, found.size - 1) }) };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  },
});

async function entriesOf(folder: string) {
  try {
    return (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

const isMissing = (error: unknown): boolean =>
  ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes((error as NodeJS.ErrnoException).code ?? '');
