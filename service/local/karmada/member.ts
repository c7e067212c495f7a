import { type ApiServer, createApiServer } from '../kube/api-server.ts';
import { collectGarbage } from '../kube/garbage.ts';
import { NAMESPACE, NODE } from '../kube/kinds.ts';
import { createRegistry } from '../kube/registry.ts';
import { createTokenIssuer, type TokenIssuer } from '../kube/service-accounts.ts';
import { createStore } from '../kube/store.ts';
import { type ClusterSettings, KUBERNETES_VERSION, nodeObject } from './clusters.ts';
import { MEMBER_KINDS } from './kinds.ts';
import { createPodLogs, type PodLogs } from './pod-logs.ts';
import { proxyToService } from './service-proxy.ts';

/** One member cluster: an API server with nodes, the logs of its pods, and what these reach in its network. */
export interface Member {
  readonly settings: ClusterSettings;
  readonly server: ApiServer;
  readonly logs: PodLogs;
  readonly tokens: TokenIssuer;
  /** What its pods, and who asks by way of its API server, find behind a host name and port ("name.namespace.svc:8443"): a port of this machine. */
  readonly services: Map<string, number>;
}

export function createMember(
  settings: ClusterSettings,
  { historySize, bookmarkMs }: { historySize?: number; bookmarkMs?: number },
): Member {
  const registry = createRegistry(createStore(historySize === undefined ? {} : { historySize }), MEMBER_KINDS);
  const logs = createPodLogs();
  const tokens = createTokenIssuer();
  for (const name of ['default', 'kube-system', 'karmada-cluster']) {
    registry.create(
      NAMESPACE,
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
      { manager: 'kube-apiserver' },
    );
  }
  for (let i = 0; i < settings.nodes; i += 1) registry.create(NODE, nodeObject(settings, i), { manager: 'kubelet' });
  collectGarbage(registry);
  const services = new Map<string, number>();
  const server = createApiServer(registry, {
    kubernetesVersion: settings.kubernetesVersion ?? KUBERNETES_VERSION,
    subresources: {
      'pods./log': logs.answer,
      'services./proxy': (request, { name = '', rest }, service) =>
        proxyToService(request, { name, port: name.split(':').at(-1) ?? '', rest }, service, services),
    },
    documents: tokens.documents,
    ...(bookmarkMs !== undefined && { bookmarkMs }),
  });
  return { settings, server, logs, tokens, services };
}
