import { cidrPeers, namespacePeer } from '../../constructs/endpoint.ts';
import { admitOwnRoutes } from '../../constructs/exposure.ts';
import { type K8s, k8s } from '../../constructs/k8s.ts';
import { letAskDns, tcpPort } from '../../constructs/network-policy.ts';
import type { Stack } from '../../constructs/stack.ts';
import { ANYWHERE } from '../../settings/fragments.ts';
import { certificateComesFrom } from './certificates.ts';
import { chartNames, PORTS } from './names.ts';
import type { Settings } from './settings.ts';

interface Way {
  readonly peers: K8s.NetworkPolicyPeer[];
  readonly ports: readonly number[];
}

/** Who may talk to whom among the pods of kube-prometheus-stack: the namespace denies all that is not said here. */
export function restrict(stack: Stack, settings: Settings): void {
  const { alertmanager, exposure, grafana, isolation, prometheus, prometheusStack } = settings;
  if (!isolation.enabled || prometheusStack.install === 'none') return;
  const { pods } = chartNames(settings);
  const to = (selector: Readonly<Record<string, string>>, ...ports: number[]): Way => ({
    peers: [{ podSelector: { matchLabels: selector } }],
    ports,
  });
  const from = to;
  const clusterApi: Way = {
    peers: cidrPeers(isolation.kubernetesApi.cidrs),
    ports: isolation.kubernetesApi.ports.map(({ port }) => port),
  };
  const policy = (name: string, selector: Readonly<Record<string, string>>, ingress: Way[], egress: Way[]): void => {
    if (egress.length > 0) letAskDns(stack, stack.named(name), { ...selector });
    new k8s.KubeNetworkPolicy(stack, `${name}-policy`, {
      metadata: { name: stack.named(`${name}-network-policy`) },
      spec: {
        podSelector: { matchLabels: selector },
        policyTypes: ['Ingress', 'Egress'],
        ...(ingress.length > 0 && { ingress: ingress.map(({ peers, ports }) => ({ from: peers, ports: tcp(ports) })) }),
        ...(egress.length > 0 && { egress: egress.map(({ peers, ports }) => ({ to: peers, ports: tcp(ports) })) }),
      },
    });
  };

  policy(
    'grafana',
    pods.grafana,
    [...entrance(exposure, isolation), from(pods.prometheus, PORTS.grafana)],
    [
      to(pods.prometheus, PORTS.prometheus),
      ...(alertmanager.enabled ? [to(pods.alertmanager, PORTS.alertmanager)] : []),
      // The sidecar reads dashboards from the cluster's ConfigMaps.
      clusterApi,
      ...(grafana.oidc.enabled ? [{ peers: cidrPeers(ANYWHERE), ports: [443] }] : []),
    ],
  );
  admitOwnRoutes(stack, stack.named('grafana'), pods.grafana, [PORTS.grafana]);
  policy(
    'prometheus',
    pods.prometheus,
    [
      from(pods.grafana, PORTS.prometheus),
      from(pods.prometheus, PORTS.prometheus),
      ...(prometheus.clients.length > 0 ? [{ peers: cidrPeers(prometheus.clients), ports: [PORTS.prometheus] }] : []),
    ],
    [
      ...(alertmanager.enabled ? [to(pods.alertmanager, PORTS.alertmanager)] : []),
      clusterApi,
      // What it scrapes is anywhere in the cluster, nodes included, and known by its ports only.
      { peers: cidrPeers(ANYWHERE), ports: prometheus.scrapes.map(({ port }) => port) },
    ],
  );
  if (alertmanager.enabled)
    policy(
      'alertmanager',
      pods.alertmanager,
      [
        from(pods.prometheus, PORTS.alertmanager),
        from(pods.grafana, PORTS.alertmanager),
        from(pods.alertmanager, PORTS.alertmanagerMesh),
      ],
      [
        to(pods.alertmanager, PORTS.alertmanagerMesh),
        { peers: cidrPeers(ANYWHERE), ports: alertmanager.receivers.map(({ port }) => port) },
      ],
    );
  policy(
    'prometheus-operator',
    pods.operator,
    // The API server asks its webhook, from wherever it runs.
    [
      { peers: cidrPeers(isolation.kubernetesApi.cidrs), ports: [PORTS.operator] },
      from(pods.prometheus, PORTS.operator),
    ],
    [clusterApi],
  );
  policy('kube-state-metrics', pods.kubeStateMetrics, [from(pods.prometheus, PORTS.kubeStateMetrics)], [clusterApi]);
  const { issuer, letsEncrypt } = settings.certificates;
  if (certificateComesFrom(settings) === 'secret' && issuer === 'letsEncrypt' && letsEncrypt.solver === 'http01')
    policy(
      'acme-solver',
      { 'acme.cert-manager.io/http01-solver': 'true' },
      // Let's Encrypt asks from anywhere, by way of the entrance; it shows a text that is worth nothing to others.
      [{ peers: cidrPeers(ANYWHERE), ports: [PORTS.acmeSolver] }],
      [],
    );
}

const tcp = (ports: readonly number[]): K8s.NetworkPolicyPort[] => ports.map(tcpPort);

/** Who comes from outside: the guide of the first operator let everybody in at Grafana's port. */
function entrance(exposure: Settings['exposure'], isolation: Settings['isolation']): Way[] {
  const ports = [PORTS.grafana];
  switch (exposure.type) {
    case 'none':
      return [];
    case 'gke':
      return [{ peers: cidrPeers(exposure.gke.loadBalancerRanges), ports }];
    case 'ingress':
      return [{ peers: [namespacePeer(isolation.ingressNamespace)], ports }];
    case 'gateway':
      return [{ peers: [namespacePeer(exposure.gateway.namespace)], ports }];
  }
}
