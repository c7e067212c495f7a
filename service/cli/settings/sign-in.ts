import * as oauth from 'oauth4webapi';
import type { Auth } from '../../client/index.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failures.ts';
import type { Context, Renewal } from './settings.ts';

type Signed = Pick<Context, 'token' | 'renewal'>;

/** Shown to the person who signs in. */
interface Invitation {
  readonly url: string;
  readonly code: string;
}

/** OAuth 2.0 device flow (RFC 8628): the person signs in with any browser, on whatever machine. */
export const signInByDevice = async (
  auth: Auth,
  invite: (invitation: Invitation) => void,
  signal?: AbortSignal,
): Promise<Signed> => {
  const { issuer, clientId } = auth;
  if (!issuer || !clientId) {
    throw new Failure(
      EXIT.unauthorised,
      'The service names no client for signing in.',
      'Its operator sets OIDC_CLIENT_ID; or sign in by a token: login --token.',
    );
  }
  const audience = auth.audience ?? '';
  const server = await discover(issuer);
  if (!server.device_authorization_endpoint) {
    throw new Failure(
      EXIT.unauthorised,
      `${issuer} does not offer the device flow.`,
      'Its operator can turn it on; or sign in by a token: login --token.',
    );
  }
  const client: oauth.Client = { client_id: clientId };
  const options = { ...insecure(issuer), ...(signal && { signal }) };
  const begun = await oauth.processDeviceAuthorizationResponse(
    server,
    client,
    await oauth.deviceAuthorizationRequest(
      server,
      client,
      oauth.None(),
      { scope: 'openid profile email offline_access', ...(audience && { audience }) },
      options,
    ),
  );
  invite({ url: begun.verification_uri_complete ?? begun.verification_uri, code: begun.user_code });
  const deadline = Date.now() + begun.expires_in * 1000;
  for (let pause = begun.interval ?? 5; Date.now() < deadline; ) {
    await new Promise((resolve) => setTimeout(resolve, pause * 1000));
    signal?.throwIfAborted();
    try {
      const answer = await oauth.deviceCodeGrantRequest(server, client, oauth.None(), begun.device_code, options);
      const tokens = await oauth.processDeviceCodeResponse(server, client, answer);
      return signedOf({ issuer, clientId, audience }, tokens);
    } catch (error) {
      if (!(error instanceof oauth.ResponseBodyError)) throw error;
      if (error.error === 'slow_down') pause += 5;
      else if (error.error !== 'authorization_pending') {
        throw new Failure(EXIT.unauthorised, `${issuer} refused: ${error.error_description ?? error.error}.`);
      }
    }
  }
  throw new Failure(EXIT.unauthorised, 'Nobody has signed in with the code in its time.', 'Try again.');
};

/** Another token without asking the person, as long as the provider agrees. */
export const renew = async (renewal: Renewal): Promise<Signed> => {
  const client: oauth.Client = { client_id: renewal.clientId };
  const server = await discover(renewal.issuer);
  const answer = await oauth.refreshTokenGrantRequest(
    server,
    client,
    oauth.None(),
    renewal.refreshToken,
    insecure(renewal.issuer),
  );
  const tokens = await oauth.processRefreshTokenResponse(server, client, answer);
  return signedOf(renewal, { refresh_token: renewal.refreshToken, ...tokens });
};

const discover = async (issuer: string): Promise<oauth.AuthorizationServer> => {
  const url = new URL(issuer);
  return oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, insecure(issuer)));
};

/** Plain HTTP only to this very machine: an identity provider on trial. */
const insecure = (issuer: string) => {
  const { protocol, hostname } = new URL(issuer);
  return {
    [oauth.allowInsecureRequests]: protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname),
  };
};

const signedOf = (
  { issuer, clientId, audience }: Pick<Renewal, 'issuer' | 'clientId' | 'audience'>,
  tokens: Pick<oauth.TokenEndpointResponse, 'access_token' | 'id_token' | 'refresh_token'>,
): Signed => {
  const token = tokenFor(audience, tokens.access_token, tokens.id_token);
  const { exp } = claimsOf(token);
  const refreshToken = tokens.refresh_token;
  if (refreshToken === undefined || typeof exp !== 'number') return { token };
  return { token, renewal: { issuer, clientId, audience, refreshToken, expiresAt: exp * 1000 } };
};

/** Some providers name the API as the audience of the access token, some give an opaque one and name it in the id token only. */
const tokenFor = (audience: string, accessToken: string, idToken: string | undefined): string => {
  const names = (token: string): boolean => [claimsOf(token).aud].flat().includes(audience);
  return idToken !== undefined && !names(accessToken) && names(idToken) ? idToken : accessToken;
};

const claimsOf = (token: string): Record<string, unknown> => {
  try {
    return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  } catch {
    return {};
  }
};
