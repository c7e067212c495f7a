import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { exportJWK, SignJWT } from 'jose';
import type { ServedDocument } from './api-server.ts';
import type { StoredObject } from './objects.ts';

/** What an API server signs the tokens of ServiceAccounts with, and tells the world to check them by. */
export interface TokenIssuer {
  /** Documents of the API server, by path. */
  readonly documents: Readonly<Record<string, ServedDocument>>;
  /** As the kubelet mounts it into the pod: bound to it, and to nobody but the audience. */
  tokenFor(pod: StoredObject, audience: string, wish?: { readonly expiresInSeconds?: number }): Promise<string>;
  /** From now on with another key; tokens of the one before are no longer believed. */
  changeKey(): void;
}

const ISSUER = 'https://kubernetes.default.svc.cluster.local';

interface Key {
  readonly id: string;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const newKey = (): Key => ({ id: randomUUID(), ...generateKeyPairSync('rsa', { modulusLength: 2048 }) });

export function createTokenIssuer(): TokenIssuer {
  let key: Key | undefined;
  // Most simulated clusters never sign a token, and a key takes a while to find.
  const current = (): Key => {
    key ??= newKey();
    return key;
  };
  return {
    documents: {
      '/.well-known/openid-configuration': {
        type: 'application/json',
        content: async () => ({
          issuer: ISSUER,
          jwks_uri: `${ISSUER}/openid/v1/jwks`,
          response_types_supported: ['id_token'],
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['RS256'],
        }),
      },
      '/openid/v1/jwks': {
        type: 'application/jwk-set+json',
        content: async () => {
          const { id, publicKey } = current();
          return { keys: [{ ...(await exportJWK(publicKey)), kid: id, use: 'sig', alg: 'RS256' }] };
        },
      },
    },
    tokenFor({ metadata: { name, namespace, uid } }, audience, { expiresInSeconds = 3_600 } = {}) {
      const { id, privateKey } = current();
      const now = Math.floor(Date.now() / 1000);
      const kubernetes = { namespace, pod: { name, uid }, serviceaccount: { name: 'default', uid: 'default' } };
      return new SignJWT({ 'kubernetes.io': kubernetes })
        .setProtectedHeader({ alg: 'RS256', kid: id })
        .setIssuer(ISSUER)
        .setSubject(`system:serviceaccount:${namespace}:default`)
        .setAudience(audience)
        .setIssuedAt(now)
        .setNotBefore(now)
        .setExpirationTime(now + expiresInSeconds)
        .sign(privateKey);
    },
    changeKey() {
      key = newKey();
    },
  };
}
