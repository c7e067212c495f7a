import type { WayIn } from '../definition.ts';
import { certificateComesFrom } from './certificates.ts';
import { hostOf } from './names.ts';
import type { Settings } from './settings.ts';

/** The sign-in: a page, which only then has all headers. */
const PAGE = '/login';

/** Grafana's entrance; undefined: it has none, or none by HTTPS, or is not to be asked. */
export function wayIn(settings: Settings): WayIn | undefined {
  const { check, exposure, prometheusStack } = settings;
  const host = hostOf(settings);
  if (host === undefined || prometheusStack.install === 'none' || !check.entrance.enabled) return undefined;
  if (certificateComesFrom(settings) === 'nowhere') return undefined;
  return {
    host,
    ports: { http: check.entrance.http, https: check.entrance.https },
    path: PAGE,
    trusts: trusted(settings),
    headers: { 'strict-transport-security': 'max-age=31536000', 'content-security-policy': 'script-src' },
    // What listens on a Gateway's port 80 is its owner's.
    redirects: exposure.type !== 'gateway',
  };
}

/** A CA of one's own leaves its certificate beside what it has signed; Let's Encrypt does not. */
function trusted(settings: Settings): WayIn['trusts'] {
  if (certificateComesFrom(settings) !== 'secret') return 'public';
  const { issuer, letsEncrypt, secretName } = settings.certificates;
  return issuer === 'letsEncrypt' && letsEncrypt.staging ? 'any' : { secret: secretName };
}
