import { parse, stringify } from 'yaml';
import type { ConnectionSettings } from '../../service/kube/settings.ts';

/** Credentials as a kubeconfig holds them. */
export interface User {
  readonly 'client-certificate-data'?: string;
  readonly 'client-key-data'?: string;
  readonly token?: string;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** The same server, seen from elsewhere if need be, with another user. */
export function kubeconfigFor({ proxyUrl, server, tls }: ConnectionSettings, user: User, address?: string): string {
  const cluster = {
    server: (address ?? server.href).replace(/\/$/, ''),
    ...(tls.ca !== undefined && { 'certificate-authority-data': base64(String(tls.ca)) }),
    ...(tls.rejectUnauthorized === false && { 'insecure-skip-tls-verify': true }),
    ...(tls.servername !== undefined && { 'tls-server-name': tls.servername }),
    ...(proxyUrl !== undefined && { 'proxy-url': proxyUrl }),
  };
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'backend',
    contexts: [{ name: 'backend', context: { cluster: 'cluster', user: 'backend' } }],
    clusters: [{ name: 'cluster', cluster }],
    users: [{ name: 'backend', user }],
  });
}

export interface Known {
  readonly user: User;
  readonly ca: string | undefined;
}

/** What a kubeconfig written here holds; undefined for anything else. */
export function userOf(text: string | undefined): Known | undefined {
  try {
    const { clusters, users } = parse(text ?? '') as {
      clusters: { cluster: { 'certificate-authority-data'?: string } }[];
      users: { user: User }[];
    };
    const ca = clusters[0]?.cluster['certificate-authority-data'];
    const user = users[0]?.user;
    return user && { user, ca: ca === undefined ? undefined : Buffer.from(ca, 'base64').toString() };
  } catch {
    return undefined;
  }
}
