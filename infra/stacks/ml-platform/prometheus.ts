import { ENV } from '../../../service/contract.ts';
import { nameBehindProxy } from '../../../service/kube/service-port.ts';
import type { Settings } from './settings.ts';

// The Prometheus of each member, which tells what jobs use.

type Utilisation = Settings['utilisation'];

/** As the backend asks for it, and must have the right to. */
export const prometheusBehindProxy = ({ https, port, service: name }: Utilisation): string =>
  nameBehindProxy({ name, port: String(port), scheme: https ? 'https' : 'http' });

/** What the backend is told of it. It is reached by way of Karmada's API server, like all that is in a member. */
export function whoTellsUse(utilisation: Utilisation): Record<string, string> {
  const { enabled, idleAfter, idlePercent, interval, namespace, path } = utilisation;
  if (!enabled) return {};
  return {
    [ENV.utilisationService]: `${namespace}/${prometheusBehindProxy(utilisation)}${path}`,
    [ENV.utilisationInterval]: interval,
    [ENV.utilisationIdlePercent]: String(idlePercent),
    [ENV.utilisationIdleAfter]: idleAfter,
  };
}
