import type { Logger } from 'pino';
import type { AuthConfig, Authenticator } from './authenticator.ts';
import { createOidcAuthenticator } from './oidc.ts';
import { createTokenAuthenticator } from './tokens.ts';

/** null when callers are not asked who they are. */
export function createAuthenticator(config: AuthConfig, log: Logger): Authenticator | null {
  if (config.kind === 'tokens') return createTokenAuthenticator(config.file, log);
  if (config.kind === 'oidc') return createOidcAuthenticator(config, log);
  return null;
}
