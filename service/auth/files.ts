import { readFileSync, unwatchFile, watchFile } from 'node:fs';
import type { Logger } from 'pino';
import { parse } from 'yaml';
import { z } from 'zod';
import { grantShape } from './identity.ts';

/** AUTH_TOKENS_FILE: SHA-256 of each token. Tokens are random (256 bits), so a slow hash would add nothing but load. */
export const tokensShape = z
  .array(
    grantShape.extend({
      name: z.string().min(1).max(200),
      sha256: z
        .string()
        .regex(/^[0-9a-f]{64}$/i, 'must be the SHA-256 of the token, 64 hex digits')
        .transform((hex) => Buffer.from(hex, 'hex')),
    }),
  )
  .min(1, 'must list at least one token')
  .refine((entries) => new Set(entries.map(({ name }) => name)).size === entries.length, 'names must be distinct');

/** OIDC_ROLES_FILE: what the members of each group may do. */
export const groupsShape = z
  .array(grantShape.extend({ group: z.string().min(1) }))
  .min(1, 'must list at least one group');

/** A file of YAML or JSON in one of these shapes; the problems name places in it, never its values. */
export function readAccessFile<T>(path: string, shape: z.ZodType<T>): { value: T } | { problems: string[] } {
  let content: unknown;
  try {
    content = parse(readFileSync(path, 'utf8'));
  } catch (error) {
    return {
      problems: [error instanceof Error && 'code' in error ? `cannot be read (${error.code})` : 'is no YAML or JSON'],
    };
  }
  const parsed = shape.safeParse(content);
  if (parsed.success) return { value: parsed.data };
  return { problems: parsed.error.issues.map(({ path: at, message }) => `${at.join('.') || 'the file'}: ${message}`) };
}

/** The content of such a file, kept up to date. A broken edit is told and the last good content stays. */
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
