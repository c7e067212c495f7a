import type { Construct } from 'constructs';
import { Routes } from '../../constructs/exposure.ts';
import type { WebService } from '../../constructs/web-service.ts';
import type { Settings } from './settings.ts';

/** The routes, where they are the chosen way: /api to the API, the rest to the page. */
export function expose(
  scope: Construct,
  { exposure }: Settings,
  services: { api: WebService; frontend: WebService },
): void {
  new Routes(scope, {
    name: 'preempt',
    exposure,
    routes: [
      { path: '/api', to: services.api },
      { path: '/', to: services.frontend },
    ],
  });
}
