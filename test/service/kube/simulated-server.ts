import { onTestFinished } from 'vitest';
import { createKube } from '../../../service/kube/client.ts';
import type { Kube } from '../../../service/kube/kube.ts';
import { type ApiServer, createApiServer } from '../../../service/local/kube/api-server.ts';
import { CONFIG_MAP, NAMESPACE, POD, SERVICE } from '../../../service/local/kube/kinds.ts';
import { listen } from '../../../service/local/kube/listener.ts';
import { createRegistry, type Registry } from '../../../service/local/kube/registry.ts';
import { resourceTable } from '../../../service/local/kube/resources.ts';
import { createStore } from '../../../service/local/kube/store.ts';

export interface SimulatedServer {
  readonly kube: Kube;
  readonly registry: Registry;
  readonly server: ApiServer;
}

const WRITER = { manager: 'test' };

/** The simulated API server over real HTTP, with a namespace "a", and a client of it; both end with the test. */
export async function simulatedServer(): Promise<SimulatedServer> {
  const registry = createRegistry(createStore(), resourceTable([NAMESPACE, CONFIG_MAP, POD, SERVICE]));
  registry.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a' } }, WRITER);
  const server = createApiServer(registry, { kubernetesVersion: 'v1.36.0', bookmarkMs: 20 });
  const listener = await listen(async (request, wire) => wire.send(await server.handle(request)));
  const settings = { server: new URL(listener.url), proxyUrl: undefined, tls: {}, headers: {} };
  const identity = { source: 'test', server: listener.url, settings: async () => settings, distrust: () => {} };
  const kube = createKube(identity, { userAgent: 'test' });
  onTestFinished(async () => {
    await kube.close();
    await listener.close();
  });
  return { kube, registry, server };
}

export const configMap = (name: string, data: Readonly<Record<string, string>> = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'a' },
  data,
});
