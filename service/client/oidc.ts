import * as oauth from 'oauth4webapi';

// Of signing in by OpenID Connect, what the page and the command line have in common. It is no part of index.ts: programs bring a token.

/** How to get the next token before this one ends. */
export interface Renewal {
  readonly issuer: string;
  readonly clientId: string;
  readonly audience: string;
  readonly refreshToken: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

export interface Signed {
  readonly token: string;
  /** Where the identity provider gave the means. */
  readonly renewal?: Renewal;
}

export const discover = async (issuer: string): Promise<oauth.AuthorizationServer> =>
  oauth.processDiscoveryResponse(new URL(issuer), await oauth.discoveryRequest(new URL(issuer), plainHttp(issuer)));

/** Only to this very machine: an identity provider on trial. */
export const plainHttp = (issuer: string) => {
  const { protocol, hostname } = new URL(issuer);
  return {
    [oauth.allowInsecureRequests]: protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname),
  };
};

/** Another token without asking the person, as long as the provider agrees. */
export const renew = async (renewal: Renewal): Promise<Signed> => {
  const { issuer, clientId, refreshToken } = renewal;
  const client: oauth.Client = { client_id: clientId };
  const server = await discover(issuer);
  const answer = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), refreshToken, plainHttp(issuer));
  const tokens = await oauth.processRefreshTokenResponse(server, client, answer);
  return signedOf(renewal, { refresh_token: refreshToken, ...tokens });
};

export const signedOf = (
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

/** None in a token that is opaque. What is read here (audience, end) is of plain characters. */
const claimsOf = (token: string): Record<string, unknown> => {
  try {
    const claims: unknown = JSON.parse(atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')));
    return typeof claims === 'object' && claims !== null ? { ...claims } : {};
  } catch {
    return {};
  }
};
