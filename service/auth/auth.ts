import type { Logger } from 'pino';
import type { AuthConfig } from '../config.ts';
import type { Identity } from './identity.ts';
import { createOidcAuthenticator } from './oidc.ts';
import { createTokenAuthenticator } from './tokens.ts';

export interface Authenticator {
  /** Who this bearer token belongs to; undefined when it is nobody's. */
  identify(token: string): Promise<Identity | undefined>;
  close(): void;
}

/** Nobody can be told from anybody just now: a reason to ask again later, not to refuse. */
export class IssuerUnavailable extends Error {
  override readonly name = 'IssuerUnavailable';
}

/** null when callers are not asked who they are. */
export function createAuthenticator(config: AuthConfig, log: Logger): Authenticator | null {
  if (config.kind === 'tokens') return createTokenAuthenticator(config.file, log);
  if (config.kind === 'oidc') return createOidcAuthenticator(config, log);
  return null;
}
