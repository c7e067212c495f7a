import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as oauth from 'oauth4webapi';
import type { Auth } from '../../client/index.ts';
import { discover, plainHttp, type Signed, signedOf } from '../../client/oidc.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failures.ts';

/** Shown to the person who signs in. */
interface Invitation {
  readonly url: string;
  readonly code: string;
}

/** Of whom one signs in at. */
interface Provider {
  readonly issuer: string;
  readonly audience: string;
  readonly client: oauth.Client;
  readonly server: oauth.AuthorizationServer;
}

const SCOPE = 'openid profile email offline_access';
const SIGNED_IN = '/signed-in';
const MINUTES_TO_SIGN_IN = 10;

export const providerOf = async ({ issuer, clientId, audience }: Auth): Promise<Provider> => {
  if (!issuer || !clientId) {
    throw new Failure(
      EXIT.unauthorised,
      'The service names no client for signing in.',
      'Its operator sets OIDC_CLIENT_ID; or sign in by a token: login --token.',
    );
  }
  return { issuer, audience: audience ?? '', client: { client_id: clientId }, server: await discover(issuer) };
};

export const offersBrowser = ({ server }: Provider): boolean => server.authorization_endpoint !== undefined;
const offersDevice = ({ server }: Provider): boolean => server.device_authorization_endpoint !== undefined;

/**
 * OAuth 2.0 for native applications (RFC 8252): the provider's page in this machine's browser, which comes back to a port of ours on
 * loopback. The browser is given an address of that port alone: what is on a command line can be read by others.
 */
export const signInByBrowser = async (
  provider: Provider,
  open: (url: string) => Promise<void>,
  signal?: AbortSignal,
): Promise<Signed> => {
  const { issuer, audience, client, server } = provider;
  const [verifier, state] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomState()];
  const challenge = await oauth.calculatePKCECodeChallenge(verifier);
  const listener = createServer();
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const here = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
  const redirectUri = `${here}${SIGNED_IN}`;
  const begin = new URL(server.authorization_endpoint ?? '');
  for (const [name, value] of Object.entries({
    client_id: client.client_id,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: SCOPE,
    state,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...(audience && { audience }),
  }))
    begin.searchParams.set(name, value);

  try {
    const comesBack = new Promise<URLSearchParams>((resolve, reject) => {
      listener.on('request', (request: IncomingMessage, response: ServerResponse) => {
        const url = new URL(request.url ?? '/', here);
        // A page elsewhere that has a name of its own for this machine is not whom we wait for.
        if (request.headers.host !== new URL(here).host)
          return answer(response, 403, 'This is not the page that was asked for.');
        if (url.pathname === '/') return void response.writeHead(302, { Location: begin.href }).end();
        if (url.pathname !== SIGNED_IN) return answer(response, 404, 'There is nothing here.');
        try {
          const came = oauth.validateAuthResponse(server, client, url, state);
          answer(response, 200, 'You are signed in. This page can be closed; go on in the terminal.');
          resolve(came);
        } catch (error) {
          // Told by whoever: only what bears our state is about us.
          if (!(error instanceof oauth.AuthorizationResponseError) || url.searchParams.get('state') !== state)
            return answer(response, 400, 'This does not belong to the sign-in that the terminal waits for.');
          answer(response, 200, 'You are not signed in; the terminal says why. This page can be closed.');
          reject(refusal(issuer, error));
        }
      });
    });
    const opened = open(`${here}/`);
    const patience = new AbortController();
    setTimeout(() => patience.abort(), MINUTES_TO_SIGN_IN * 60_000).unref();
    signal?.addEventListener('abort', () => patience.abort(), { once: true });
    const parameters = await Promise.race([
      comesBack,
      opened.then(() => comesBack),
      once(patience.signal, 'abort').then(() => {
        signal?.throwIfAborted();
        throw new Failure(
          EXIT.unauthorised,
          `Nobody has signed in within ${MINUTES_TO_SIGN_IN} minutes.`,
          'Try again.',
        );
      }),
    ]);
    const options = { ...plainHttp(issuer), ...(signal && { signal }) };
    const answered = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      oauth.None(),
      parameters,
      redirectUri,
      verifier,
      options,
    );
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, answered);
    return signedOf({ issuer, clientId: client.client_id, audience }, tokens);
  } catch (error) {
    throw error instanceof oauth.ResponseBodyError ? refusal(issuer, error) : error;
  } finally {
    listener.close();
    listener.closeAllConnections();
  }
};

const refusal = (
  issuer: string,
  { error, error_description }: oauth.ResponseBodyError | oauth.AuthorizationResponseError,
) => new Failure(EXIT.unauthorised, `${issuer} refused: ${error_description ?? error}.`);

const answer = (response: ServerResponse, status: number, words: string): void => {
  response.writeHead(status, {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': "default-src 'none'",
    'Cache-Control': 'no-store',
    Connection: 'close',
  });
  response.end(`<!doctype html><html lang="en"><title>ML platform</title><p>${words}</p></html>`);
};

/** OAuth 2.0 device flow (RFC 8628): the person signs in with any browser, on whatever machine. */
export const signInByDevice = async (
  provider: Provider,
  invite: (invitation: Invitation) => void,
  signal?: AbortSignal,
): Promise<Signed> => {
  const { issuer, audience, client, server } = provider;
  if (!offersDevice(provider)) {
    throw new Failure(
      EXIT.unauthorised,
      `${issuer} does not offer the device flow.`,
      'Its operator can turn it on; or sign in by a token: login --token.',
    );
  }
  const options = { ...plainHttp(issuer), ...(signal && { signal }) };
  const begun = await oauth.processDeviceAuthorizationResponse(
    server,
    client,
    await oauth.deviceAuthorizationRequest(
      server,
      client,
      oauth.None(),
      { scope: SCOPE, ...(audience && { audience }) },
      options,
    ),
  );
  invite({ url: begun.verification_uri_complete ?? begun.verification_uri, code: begun.user_code });
  const deadline = Date.now() + begun.expires_in * 1000;
  for (let pause = begun.interval ?? 5; Date.now() < deadline; ) {
    await new Promise((resolve) => setTimeout(resolve, pause * 1000));
    signal?.throwIfAborted();
    try {
      const answered = await oauth.deviceCodeGrantRequest(server, client, oauth.None(), begun.device_code, options);
      const tokens = await oauth.processDeviceCodeResponse(server, client, answered);
      return signedOf({ issuer, clientId: client.client_id, audience }, tokens);
    } catch (error) {
      if (!(error instanceof oauth.ResponseBodyError)) throw error;
      if (error.error === 'slow_down') pause += 5;
      else if (error.error !== 'authorization_pending') throw refusal(issuer, error);
    }
  }
  throw new Failure(EXIT.unauthorised, 'Nobody has signed in with the code in its time.', 'Try again.');
};
