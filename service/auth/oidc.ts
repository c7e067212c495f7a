import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { Logger } from 'pino';
import { z } from 'zod';
import { groupsShape } from '../contract/access-files.ts';
import { type AuthConfig, type Authenticator, IssuerUnavailable } from './authenticator.ts';
import { watchAccessFile } from './files.ts';
import type { Identity } from './identity.ts';

/** Asymmetric only: with HS256 a public key would be enough to sign. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const CLOCK_SKEW_SECONDS = 30;
const ISSUER_TIMEOUT_MS = 5000;

type OidcConfig = Extract<AuthConfig, { kind: 'oidc' }>;

/** Access tokens (JWT) of an OpenID Connect issuer; its keys are fetched when first needed and again when they are rotated. */
export function createOidcAuthenticator(config: OidcConfig, log: Logger): Authenticator {
  const groups = watchAccessFile(config.rolesFile, groupsShape, log);
  const keys = issuerKeys(config.issuer);
  return {
    async identify(token) {
      const claims = await verified(token, config, await keys());
      return claims && identityOf(claims, config, groups.read());
    },
    close: groups.close,
  };
}

/** The issuer's key set; a failed discovery is tried again by the next caller. */
function issuerKeys(issuer: string): () => Promise<JWTVerifyGetKey> {
  let discovered: Promise<JWTVerifyGetKey> | undefined;
  return () => {
    discovered ??= discover(issuer).catch((error) => {
      discovered = undefined;
      throw new IssuerUnavailable(`The identity provider ${issuer} cannot be asked`, { cause: error });
    });
    return discovered;
  };
}

async function discover(issuer: string): Promise<JWTVerifyGetKey> {
  const response = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
    signal: AbortSignal.timeout(ISSUER_TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`discovery answered ${response.status}`);
  const { jwks_uri, issuer: named } = z.object({ jwks_uri: z.url(), issuer: z.string() }).parse(await response.json());
  if (named !== issuer) throw new Error(`discovery names another issuer: ${named}`);
  return createRemoteJWKSet(new URL(jwks_uri), { timeoutDuration: ISSUER_TIMEOUT_MS, cooldownDuration: 3_000 });
}

/** undefined when the token is not valid; throws when the issuer cannot be asked. */
async function verified(token: string, config: OidcConfig, keys: JWTVerifyGetKey): Promise<JWTPayload | undefined> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer: config.issuer,
      audience: config.audience,
      algorithms: ALGORITHMS,
      clockTolerance: CLOCK_SKEW_SECONDS,
      requiredClaims: ['sub', 'exp'],
    });
    return payload;
  } catch (error) {
    const unreachable = error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError);
    // jose reports a key set that answered with an error status as a plain JOSEError.
    const keysFailed = error instanceof errors.JOSEError && error.code === 'ERR_JOSE_GENERIC';
    if (!unreachable && !keysFailed) return undefined;
    throw new IssuerUnavailable(`The keys of the identity provider ${config.issuer} cannot be read`, { cause: error });
  }
}

/** Control characters and halves of characters: PostgreSQL cannot hold some of them, and none belongs in a log line. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u2028\u2029]/gu;
const MAX_NAME = 200;

/** What people are shown, without what cannot be shown. */
const shownName = (name: unknown): string =>
  typeof name === 'string' ? name.slice(0, MAX_NAME).replaceAll(UNPRINTABLE, '') : '';

/** OpenID Connect allows 255 ASCII characters. Left as it is or refused: two subjects must never become one. */
const isSubject = (subject: unknown): subject is string =>
  typeof subject === 'string' && /^[\x20-\x7e]{1,255}$/.test(subject);

function identityOf(claims: JWTPayload, config: OidcConfig, groups: z.infer<typeof groupsShape>): Identity | undefined {
  const { sub } = claims;
  if (!isSubject(sub)) return undefined;
  const claim = claims[config.groupsClaim];
  const memberOf = new Set(Array.isArray(claim) ? claim : [claim]);
  return {
    id: `oidc:${sub}`,
    name: [claims.preferred_username, claims.email].map(shownName).find((name) => name !== '') ?? sub,
    grants: groups.filter(({ group }) => memberOf.has(group)).map(({ role, namespaces }) => ({ role, namespaces })),
  };
}
