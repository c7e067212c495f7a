import { ArgoApplication } from '../../constructs/argocd.ts';
import { StackNamespace } from '../../constructs/namespace.ts';
import { Postgres } from '../../constructs/postgres.ts';
import type { Stack } from '../../constructs/stack.ts';
import type { BuildContext } from '../definition.ts';
import { backend } from './backend.ts';
import { check } from './check.ts';
import { expose } from './exposure.ts';
import { frontend } from './frontend.ts';
import { KarmadaAccess } from './karmada-access.ts';
import { observe } from './monitoring.ts';
import type { Settings } from './settings.ts';

/** Its StatefulSet and Service, or its CloudNativePG Cluster. */
export const POSTGRES = 'postgres';

/** The ML platform: a page, a job API, its database, and the API's rights in Karmada. */
export function build(stack: Stack, settings: Settings, { environment }: BuildContext): void {
  new StackNamespace(stack, 'namespace');

  const database = new Postgres(stack, 'database', {
    name: POSTGRES,
    claimName: 'postgres-pvc',
    settings: settings.database,
  });
  const api = backend(stack, settings, database);
  const page = frontend(stack, settings, api);
  expose(stack, settings, { backend: api, frontend: page });
  observe(stack, settings, api);
  check(stack, settings, api);

  new KarmadaAccess(stack, settings);
  new ArgoApplication(stack, {
    name: `ml-platform-${environment}`,
    path: `charts-out/ml-platform/${environment}`,
    karmada: { server: settings.gitops.karmadaServer, brings: 'folder' },
  });
}
