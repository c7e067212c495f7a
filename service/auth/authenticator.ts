import type { Identity } from './identity.ts';

/** How callers are known, as the settings say it. */
export type AuthConfig =
  | { readonly kind: 'none' }
  | { readonly kind: 'tokens'; readonly file: string }
  | {
      readonly kind: 'oidc';
      readonly issuer: string;
      readonly audience: string;
      readonly clientId: string | null;
      readonly groupsClaim: string;
      readonly rolesFile: string;
    };

export interface Authenticator {
  /** Who this bearer token belongs to; undefined when it is nobody's. */
  identify(token: string): Promise<Identity | undefined>;
  close(): void;
}

/** The identity provider cannot be asked, so no token can be checked now: callers should try again later, and are not refused. */
export class IssuerUnavailable extends Error {
  override readonly name = 'IssuerUnavailable';
}
