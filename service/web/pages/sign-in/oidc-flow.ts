import * as oauth from 'oauth4webapi';
import { discover, plainHttp, signedOf } from '../../../client/oidc.ts';
import type { Session } from '../../api/session.ts';
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
    plainHttp(begun.issuer),
  );
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
    expectedNonce: begun.nonce,
    requireIdToken: true,
  });
  return { session: signedOf(begun, tokens), returnTo: begun.returnTo };
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
