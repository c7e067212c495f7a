import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** The page renews half a minute before the end: here, one second after it began. */
const TOKEN_SECONDS = 31;

/** An OpenID Connect provider that signs everyone in as ann, of the group ml: enough of it for the code flow with PKCE. */
export const startIdentityProvider = async () => {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
  const begun = new Map<string, URLSearchParams>();
  const seen: Record<string, unknown> = {};
  let refusing = false;

  const token = (audience: string, claims: Record<string, unknown>) =>
    new SignJWT({ preferred_username: 'ann', groups: ['ml'], ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: '1' })
      .setIssuer(url)
      .setAudience(audience)
      .setSubject('u-1')
      .setIssuedAt()
      .setExpirationTime(`${TOKEN_SECONDS}s`)
      .sign(privateKey);

  const authorize = (query: URLSearchParams, response: ServerResponse): void => {
    Object.assign(seen, Object.fromEntries(query));
    const back = new URL(query.get('redirect_uri') ?? '');
    back.searchParams.set('state', query.get('state') ?? '');
    if (refusing) back.searchParams.set('error', 'access_denied');
    else {
      const code = randomUUID();
      begun.set(code, query);
      back.searchParams.set('code', code);
    }
    refusing = false;
    response.writeHead(302, { Location: back.href }).end();
  };

  const exchange = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const form = new URLSearchParams(await text(request));
    if (form.get('grant_type') === 'refresh_token') {
      seen.renewedWith = form.get('refresh_token');
      return json(response, { token_type: 'Bearer', access_token: await token('ml-platform', { renewed: true }) });
    }
    const query = begun.get(form.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    seen.verified = query?.get('code_challenge') === challenge;
    if (!seen.verified) return json(response, { error: 'invalid_grant' }, 400);
    json(response, {
      token_type: 'Bearer',
      refresh_token: 'to-renew-with',
      access_token: await token('ml-platform', {}),
      id_token: await token('page', { nonce: query?.get('nonce') }),
    });
  };

  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', url);
    // The page asks from its own origin.
    response.setHeader('Access-Control-Allow-Origin', '*');
    if (pathname === '/.well-known/openid-configuration') {
      json(response, {
        issuer: url,
        authorization_endpoint: `${url}/authorize`,
        token_endpoint: `${url}/token`,
        jwks_uri: `${url}/keys`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
        code_challenge_methods_supported: ['S256'],
      });
    } else if (pathname === '/keys')
      json(response, { keys: [{ ...(await exportJWK(publicKey)), kid: '1', alg: 'RS256', use: 'sig' }] });
    else if (pathname === '/authorize') authorize(searchParams, response);
    else if (pathname === '/token') await exchange(request, response);
    else response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url,
    /** What the page sent. */
    seen,
    refuseNext: () => {
      refusing = true;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};

const json = (response: ServerResponse, body: unknown, status = 200): void => {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
};
