import { type ApiServer, createApiServer } from '../kube/api-server.ts';
import { collectGarbage } from '../kube/garbage.ts';
import { NAMESPACE, NODE } from '../kube/kinds.ts';
import { createRegistry } from '../kube/registry.ts';
import { createStore } from '../kube/store.ts';
import { type ClusterSettings, KUBERNETES_VERSION, nodeObject } from './clusters.ts';
import { MEMBER_KINDS } from './kinds.ts';
import { createPodLogs, type PodLogs } from './pod-logs.ts';

/** One member cluster: an API server with nodes and the logs of its pods. */
export interface Member {
  readonly settings: ClusterSettings;
  readonly server: ApiServer;
  readonly logs: PodLogs;
}

export function createMember(
  settings: ClusterSettings,
  { historySize, bookmarkMs }: { historySize?: number; bookmarkMs?: number },
): Member {
  const registry = createRegistry(createStore(historySize === undefined ? {} : { historySize }), MEMBER_KINDS);
  const logs = createPodLogs();
  for (const name of ['default', 'kube-system', 'karmada-cluster']) {
    registry.create(
      NAMESPACE,
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
      { manager: 'kube-apiserver' },
    );
  }
  for (let i = 0; i < settings.nodes; i += 1) registry.create(NODE, nodeObject(settings, i), { manager: 'kubelet' });
  collectGarbage(registry);
  const server = createApiServer(registry, {
    kubernetesVersion: settings.kubernetesVersion ?? KUBERNETES_VERSION,
    subresources: { 'pods./log': logs.answer },
    ...(bookmarkMs !== undefined && { bookmarkMs }),
  });
  return { settings, server, logs };
}
