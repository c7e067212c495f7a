import { unwatchFile, watchFile } from 'node:fs';
import type { Logger } from 'pino';
import type { z } from 'zod';
import { readAccessFile } from '../contract/access-files.ts';

/** The content of a file that says who may call, kept up to date. A broken edit is told and the last good content stays. */
export function watchAccessFile<T>(path: string, shape: z.ZodType<T>, log: Logger): { read(): T; close(): void } {
  const first = readAccessFile(path, shape);
  if ('problems' in first) throw new Error(`${path}: ${first.problems.join('; ')}`);
  let current = first.value;
  const reload = () => {
    const next = readAccessFile(path, shape);
    if ('problems' in next) {
      log.error({ file: path, problems: next.problems }, 'Access file is broken: the last good one stays in force');
      return;
    }
    current = next.value;
    log.info({ file: path }, 'Access file read again');
  };
  // By stat, not by inotify: Kubernetes changes a mounted Secret by swapping a symbolic link of its folder.
  watchFile(path, { interval: 1000, persistent: false }, reload);
  return { read: () => current, close: () => unwatchFile(path, reload) };
}
