import { ENV } from '../../../service/contract.ts';
import type { Settings } from './settings.ts';

// The Prometheus of each member, which tells what jobs use.

type Utilisation = Settings['utilisation'];

/** What an API server calls its Service where it is a proxy for it; a right names it so. */
export const nameBehindProxy = ({ https, port, service }: Utilisation): string =>
  `${https ? 'https:' : ''}${service}:${port}`;

/** What the backend is told of it. It is reached by way of Karmada's API server, like all that is in a member. */
export function whoTellsUse(utilisation: Utilisation): Record<string, string> {
  const { enabled, idleAfter, idlePercent, interval, namespace, path } = utilisation;
  if (!enabled) return {};
  return {
    [ENV.utilisationService]: `${namespace}/${nameBehindProxy(utilisation)}${path}`,
    [ENV.utilisationInterval]: interval,
    [ENV.utilisationIdlePercent]: String(idlePercent),
    [ENV.utilisationIdleAfter]: idleAfter,
  };
}
