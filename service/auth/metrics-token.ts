import { createHash, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';

const MIN_LENGTH = 16;

/** The token that METRICS_TOKEN_FILE holds. Throws when the file cannot be read or holds none. */
export async function readMetricsToken(file: string): Promise<string> {
  const token = (await readFile(file, 'utf8')).trim();
  if (token.length >= MIN_LENGTH && /^[\x21-\x7e]+$/.test(token)) return token;
  throw new Error(
    `must hold a token of ${MIN_LENGTH} or more printable characters without spaces: openssl rand -hex 32`,
  );
}

export const isSameToken = (one: string, other: string): boolean => timingSafeEqual(digest(one), digest(other));

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
