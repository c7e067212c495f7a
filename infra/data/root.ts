import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder above that has a package.json: bundled, this file is not where its source is. */
function folderAbove(start: string): string {
  return existsSync(join(start, 'package.json')) ? start : folderAbove(dirname(start));
}

/** Where files of ours are read that are no code. */
export const root = folderAbove(import.meta.dirname);
