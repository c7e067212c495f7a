import type { Construct } from 'constructs';
import { WebIngress } from '../../constructs/ingress.ts';
import type { WebService } from '../../constructs/web-service.ts';
import type { Settings } from './settings.ts';

/** The Ingress, where that is the chosen way: all of it to the load balancer. */
export function expose(scope: Construct, { exposure }: Settings, balancer: WebService): void {
  if (exposure.type !== 'ingress') return;
  new WebIngress(scope, 'ingress', {
    name: 'flts',
    settings: exposure.ingress,
    routes: [{ path: '/', service: balancer.name, port: 'http' }],
  });
}
