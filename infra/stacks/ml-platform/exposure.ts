import type { Construct } from 'constructs';
import { PATHS } from '../../../service/contract.ts';
import { namespacePeer } from '../../constructs/endpoint.ts';
import { WebIngress } from '../../constructs/ingress.ts';
import type { WebService } from '../../constructs/web-service.ts';
import type { WorkloadProps } from '../../constructs/workload.ts';
import type { Settings } from './settings.ts';

/** Who may reach the port `http` from outside the namespace, by the chosen way of exposure. */
export function clientsFromOutside({ exposure, isolation }: Settings): NonNullable<WorkloadProps['admits']> {
  if (exposure.type === 'none') return [];
  // What comes in by a NodePort has the address of the node or of the client, wherever that is.
  if (exposure.type === 'nodePort') return [{ port: 'http', peers: 'anyone' }];
  return [{ port: 'http', peers: [namespacePeer(isolation.ingressNamespace)] }];
}

/** The Ingress, where that is the chosen way. */
export function expose(
  scope: Construct,
  { exposure }: Settings,
  services: { backend: WebService; frontend: WebService },
): void {
  if (exposure.type !== 'ingress') return;
  const api = { service: services.backend.name, port: 'http' };
  new WebIngress(scope, 'ingress', {
    name: 'ml-platform',
    settings: exposure.ingress,
    routes: [
      { path: '/api', ...api },
      { path: PATHS.health, match: 'Exact', ...api },
      { path: PATHS.openapi, match: 'Exact', ...api },
      { path: '/', service: services.frontend.name, port: 'http' },
    ],
  });
}
