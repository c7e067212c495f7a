import type { RequestOptions as HttpsOptions } from 'node:https';
import type { SecureContextOptions } from 'node:tls';
import type { KubeConfig } from '@kubernetes/client-node';

/** All that a connection needs: read again whenever the mounted file, a certificate or a token changes. */
export interface ConnectionSettings {
  readonly server: URL;
  readonly proxyUrl: string | undefined;
  readonly tls: Pick<SecureContextOptions, 'ca' | 'cert' | 'key'> & {
    readonly servername?: string;
    readonly rejectUnauthorized?: boolean;
  };
  readonly headers: Readonly<Record<string, string>>;
}

/** From client-node, which also runs exec plugins and reads token and certificate files. */
export async function settingsOf(config: KubeConfig): Promise<ConnectionSettings> {
  const cluster = config.getCurrentCluster();
  if (!cluster) throw new Error('The kubeconfig has no current cluster.');
  const options: HttpsOptions & { servername?: string } = {};
  await config.applyToHTTPSOptions(options);
  const { ca, cert, key, servername, rejectUnauthorized, auth } = options;
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.headers ?? {})) {
    // A token file usually ends in a newline, which no header may carry.
    if (typeof value === 'string') headers[name.toLowerCase()] = value.trim();
  }
  if (auth) headers.authorization = `Basic ${Buffer.from(auth).toString('base64')}`;
  return {
    server: withoutUser(new URL(cluster.server)),
    proxyUrl: cluster.proxyUrl,
    tls: {
      ...(ca && { ca }),
      ...(cert && { cert }),
      ...(key && { key }),
      ...(servername && { servername }),
      ...(rejectUnauthorized === false && { rejectUnauthorized }),
    },
    headers,
  };
}

export function withoutUser(given: URL): URL {
  const url = new URL(given);
  url.username = '';
  url.password = '';
  return url;
}
