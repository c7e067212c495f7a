import { createHash, timingSafeEqual } from 'node:crypto';
import type { Logger } from 'pino';
import { tokensShape } from '../contract/access-files.ts';
import type { Authenticator } from './authenticator.ts';
import { watchAccessFile } from './files.ts';

/** Bearer tokens known by their hash in AUTH_TOKENS_FILE. */
export function createTokenAuthenticator(file: string, log: Logger): Authenticator {
  const entries = watchAccessFile(file, tokensShape, log);
  return {
    async identify(token) {
      const hash = createHash('sha256').update(token).digest();
      const found = entries.read().find((entry) => timingSafeEqual(entry.sha256, hash));
      if (!found) return undefined;
      const { name, role, namespaces } = found;
      return { id: `token:${name}`, name, grants: [{ role, namespaces }] };
    },
    close: entries.close,
  };
}
