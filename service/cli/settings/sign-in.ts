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
  const options = { ...plainHttp(issuer), ...(signal && { signal }) };
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
