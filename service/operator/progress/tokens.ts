import { createHash } from 'node:crypto';
import { createLocalJWKSet, errors, type JSONWebKeySet, jwtVerify } from 'jose';
import { z } from 'zod';
import { putNewest } from '../../newest.ts';

/** Which pod speaks: the kubelet gave it a token that is bound to it. */
export interface PodIdentity {
  readonly namespace: string;
  readonly pod: string;
  readonly podUid: string;
}

export interface TokenVerifier {
  /** Rejects with InvalidTokenError; with anything else when the cluster's keys cannot be had. */
  verify(token: string): Promise<PodIdentity>;
}

export class InvalidTokenError extends Error {
  override readonly name = 'InvalidTokenError';
}

interface TokenVerifierOptions {
  /** A document of the API server, by its path. */
  readonly document: (path: string) => Promise<unknown>;
  readonly audience: string;
  readonly now?: () => Date;
}

const ISSUER = '/.well-known/openid-configuration';
const KEYS = '/openid/v1/jwks';
/** A key that is not known is asked for, but not for each of a thousand tokens of somebody who made his own. */
const ASK_AGAIN_MS = 10_000;
/** Keys that are gone from the server must not be believed for ever. */
const KEYS_LIVE_MS = 3_600_000;
/** A worker sends the same token for an hour. */
const REMEMBERED = 20_000;

const claims = z.object({
  exp: z.number(),
  'kubernetes.io': z.object({
    namespace: z.string().min(1),
    pod: z.object({ name: z.string().min(1), uid: z.string().min(1) }),
  }),
});

interface Trust {
  readonly issuer: string;
  readonly keys: ReturnType<typeof createLocalJWKSet>;
  readonly since: number;
}

/** Tokens are checked by the cluster's public keys, without asking the API server about each. */
export function createTokenVerifier({
  audience,
  document,
  now = () => new Date(),
}: TokenVerifierOptions): TokenVerifier {
  let trust: Promise<Trust> | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;
  const known = new Map<string, { readonly identity: PodIdentity; readonly until: number }>();

  async function ask(): Promise<Trust> {
    const [discovery, keys] = await Promise.all([document(ISSUER), document(KEYS)]);
    const { issuer } = z.object({ issuer: z.string().min(1) }).parse(discovery);
    return { issuer, keys: createLocalJWKSet(keys as JSONWebKeySet), since: now().getTime() };
  }

  function askAnew(): Promise<Trust> {
    askedAt = now().getTime();
    const fresh = ask();
    trust = fresh;
    fresh.catch(() => {
      if (trust === fresh) trust = undefined;
    });
    return fresh;
  }

  async function trusted(): Promise<Trust> {
    const current = await (trust ?? askAnew());
    return now().getTime() - current.since < KEYS_LIVE_MS ? current : askAnew();
  }

  async function check(token: string, { issuer, keys }: Trust): Promise<z.output<typeof claims>> {
    const { payload } = await jwtVerify(token, keys, { audience, issuer, currentDate: now() });
    return claims.parse(payload);
  }

  async function checkWithNewKeys(token: string): Promise<z.output<typeof claims>> {
    try {
      return await check(token, await trusted());
    } catch (error) {
      const mayBeNew = error instanceof errors.JWKSNoMatchingKey && now().getTime() - askedAt >= ASK_AGAIN_MS;
      if (!mayBeNew) throw error;
      return check(token, await askAnew());
    }
  }

  return {
    async verify(token) {
      const hash = createHash('sha256').update(token).digest('base64');
      const before = known.get(hash);
      if (before && before.until > now().getTime()) return before.identity;
      known.delete(hash);
      const checked = await checkWithNewKeys(token).catch((error: unknown) => {
        if (error instanceof errors.JOSEError) throw new InvalidTokenError(error.message);
        if (error instanceof z.ZodError) throw new InvalidTokenError('the token is bound to no pod');
        throw error;
      });
      const { namespace, pod } = checked['kubernetes.io'];
      const identity = { namespace, pod: pod.name, podUid: pod.uid };
      putNewest(known, hash, { identity, until: checked.exp * 1000 }, REMEMBERED);
      return identity;
    },
  };
}
