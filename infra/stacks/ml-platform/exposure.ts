import type { Construct } from 'constructs';
import { PATHS } from '../../../service/contract.ts';
import { Routes } from '../../constructs/exposure.ts';
import type { WebService } from '../../constructs/web-service.ts';
import { PROGRESS_PORT_NAME } from './backend.ts';
import type { Settings } from './settings.ts';

/** The routes, where they are the chosen way. */
export function expose(
  scope: Construct,
  { exposure, progress }: Settings,
  { backend, frontend }: { backend: WebService; frontend: WebService },
): void {
  new Routes(scope, {
    name: 'ml-platform',
    exposure,
    routes: [
      { path: '/api', to: backend },
      { path: PATHS.health, match: 'Exact', to: backend },
      { path: PATHS.openapi, match: 'Exact', to: backend },
      ...(progress.enabled ? [{ path: PATHS.progress, to: backend, port: PROGRESS_PORT_NAME }] : []),
      { path: '/', to: frontend },
    ],
  });
}
