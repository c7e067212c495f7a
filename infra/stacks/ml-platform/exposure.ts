import type { Construct } from 'constructs';
import { PATHS } from '../../../service/contract.ts';
import { WebIngress } from '../../constructs/ingress.ts';
import type { WebService } from '../../constructs/web-service.ts';
import { PROGRESS_PORT_NAME } from './backend.ts';
import type { Settings } from './settings.ts';

/** The Ingress, where that is the chosen way. */
export function expose(
  scope: Construct,
  { exposure, progress }: Settings,
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
      ...(progress.enabled ? [{ path: PATHS.progress, service: services.backend.name, port: PROGRESS_PORT_NAME }] : []),
      { path: '/', service: services.frontend.name, port: 'http' },
    ],
  });
}
