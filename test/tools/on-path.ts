import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where a program is; undefined: this machine has none. For `test.skipIf(!program)`. */
export const onPath = (program: string): string | undefined =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find(existsSync);
