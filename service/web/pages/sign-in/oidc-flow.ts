import * as oauth from 'oauth4webapi';
import type { Renewal, Session } from '../../api/session.ts';
import type { Auth } from '../../api/types.ts';
import { parseJson, tabStore } from '../../lib/storage.ts';
import { CALLBACK_PATH } from './callback-path.ts';

// Authorization code flow with PKCE. What must survive the trip to the identity provider waits in this tab's storage.

const KEY = 'sign-in';

interface Begun {
  readonly issuer: string;
  readonly clientId: string;
  readonly audience: string;
  readonly verifier: string;
  readonly state: string;
  readonly nonce: string;
  readonly returnTo: string;
}

const redirectUri = (): string => new URL(CALLBACK_PATH, location.origin).href;

const discover = async (issuer: string): Promise<oauth.AuthorizationServer> => {
  const url = new URL(issuer);
  const response = await oauth.discoveryRequest(url, insecure(url));
  return oauth.processDiscoveryResponse(url, response);
};

/** Plain HTTP only to this very machine: an identity provider on trial. */
const insecure = (url: URL) => ({
  [oauth.allowInsecureRequests]: url.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname),
});

export const beginSignIn = async (auth: Auth): Promise<void> => {
  if (!auth.issuer || !auth.clientId) {
    throw new Error('The service names no OIDC client for this page: its operator has to set OIDC_CLIENT_ID.');
  }
  const server = await discover(auth.issuer);
  if (!server.authorization_endpoint) throw new Error(`${auth.issuer} offers no authorization endpoint.`);
  const verifier = oauth.generateRandomCodeVerifier();
  const begun: Begun = {
    issuer: auth.issuer,
    clientId: auth.clientId,
    audience: auth.audience ?? '',
    verifier,
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    returnTo: location.pathname + location.search,
  };
  if (!tabStore.set(KEY, JSON.stringify(begun))) {
    throw new Error(
      'The browser lets this page store nothing, so signing in cannot be finished. Allow site data for this address.',
    );
  }
  const url = new URL(server.authorization_endpoint);
  const parameters = {
    client_id: begun.clientId,
    redirect_uri: redirectUri(),
    response_type: 'code',
    scope: 'openid profile email',
    state: begun.state,
    nonce: begun.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...(begun.audience && { audience: begun.audience }),
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  location.assign(url);
};

export const finishSignIn = async (url: URL): Promise<{ session: Session; returnTo: string }> => {
  const begun = parseJson(tabStore.get(KEY)) as Begun | undefined;
  tabStore.remove(KEY);
  if (begun === undefined) throw new Error('This sign-in was not begun in this tab. Please sign in again.');
  const client: oauth.Client = { client_id: begun.clientId };
  const server = await discover(begun.issuer);
  const answer = checkAnswer(() => oauth.validateAuthResponse(server, client, url, begun.state));
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.None(),
    answer,
    redirectUri(),
    begun.verifier,
    insecure(new URL(begun.issuer)),
  );
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
    expectedNonce: begun.nonce,
    requireIdToken: true,
  });
  return { session: sessionOf(begun, tokens), returnTo: begun.returnTo };
};

/** Another token without asking the user, as long as the provider agrees. */
export const renew = async (renewal: Renewal): Promise<Session> => {
  const client: oauth.Client = { client_id: renewal.clientId };
  const issuer = new URL(renewal.issuer);
  const server = await discover(renewal.issuer);
  const response = await oauth.refreshTokenGrantRequest(
    server,
    client,
    oauth.None(),
    renewal.refreshToken,
    insecure(issuer),
  );
  const tokens = await oauth.processRefreshTokenResponse(server, client, response);
  return sessionOf(renewal, { refresh_token: renewal.refreshToken, ...tokens });
};

const sessionOf = (
  { issuer, clientId, audience }: Pick<Begun, 'issuer' | 'clientId' | 'audience'>,
  tokens: Pick<oauth.TokenEndpointResponse, 'access_token' | 'id_token' | 'refresh_token'>,
): Session => {
  const token = tokenFor(audience, tokens.access_token, tokens.id_token);
  const expiresAt = expiryOf(token);
  const refreshToken = tokens.refresh_token;
  if (refreshToken === undefined || expiresAt === null) return { token };
  return { token, renewal: { issuer, clientId, audience, refreshToken, expiresAt } };
};

/** The provider's own words for its refusal, which the error of the library keeps to itself. */
const checkAnswer = <T>(check: () => T): T => {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof oauth.AuthorizationResponseError)) throw error;
    throw new Error(`The identity provider refused: ${error.error_description ?? error.error}.`, { cause: error });
  }
};

/** Some providers name the API as the audience of the access token, some give an opaque one and name it in the id token only. */
const tokenFor = (audience: string, accessToken: string, idToken: string | undefined): string => {
  const names = (token: string | undefined): token is string =>
    token !== undefined && [claimsOf(token)?.aud].flat().includes(audience);
  if (!names(accessToken) && names(idToken)) return idToken;
  return accessToken;
};

const claimsOf = (token: string): Record<string, unknown> | undefined => {
  const payload = token.split('.')[1];
  if (payload === undefined) return undefined;
  try {
    return parseJson(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) as Record<string, unknown> | undefined;
  } catch {
    return undefined;
  }
};

const expiryOf = (token: string): number | null => {
  const expires = claimsOf(token)?.exp;
  return typeof expires === 'number' ? expires * 1000 : null;
};
