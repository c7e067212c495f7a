import type { Construct } from 'constructs';
import { WebIngress } from '../../constructs/ingress.ts';
import type { WebService } from '../../constructs/web-service.ts';
import type { Settings } from './settings.ts';

/** The Ingress, where that is the chosen way: /api to the API, the rest to the page. */
export function expose(
  scope: Construct,
  { exposure }: Settings,
  services: { api: WebService; frontend: WebService },
): void {
  if (exposure.type !== 'ingress') return;
  new WebIngress(scope, 'ingress', {
    name: 'preempt',
    settings: exposure.ingress,
    routes: [
      { path: '/api', service: services.api.name, port: 'http' },
      { path: '/', service: services.frontend.name, port: 'http' },
    ],
  });
}
