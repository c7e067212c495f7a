import { Construct } from 'constructs';
import { cidrPeers, type Endpoint, namespacePeer } from './endpoint.ts';
import { type K8s, k8s } from './k8s.ts';
import { stackOf } from './stack.ts';

const DNS_PORTS: K8s.NetworkPolicyPort[] = ['UDP', 'TCP'].map((protocol) => ({
  protocol,
  port: k8s.IntOrString.fromNumber(53),
}));

/** A rule's port. */
export const tcpPort = (port: number): K8s.NetworkPolicyPort => ({
  protocol: 'TCP',
  port: k8s.IntOrString.fromNumber(port),
});

/** The namespace's ground rule: nothing in, nothing out, but for asking the DNS. */
export class DefaultDeny extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const stack = stackOf(this);
    const { dnsNamespace, dnsCidrs, enabled } = stack.settings.isolation;
    if (!enabled) return;
    new k8s.KubeNetworkPolicy(this, 'deny', {
      metadata: { name: stack.named('default-deny') },
      spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
    });
    new k8s.KubeNetworkPolicy(this, 'dns', {
      metadata: { name: stack.named('allow-dns') },
      spec: {
        podSelector: {},
        policyTypes: ['Egress'],
        egress: [
          { to: [namespacePeer(dnsNamespace, { 'k8s-app': 'kube-dns' }), ...cidrPeers(dnsCidrs)], ports: DNS_PORTS },
        ],
      },
    });
  }
}

/** Who may come in at which port of the pods; no peers means anyone. */
export interface Admission {
  readonly port: number;
  readonly peers: K8s.NetworkPolicyPeer[];
}

/** What one workload may do: take in those admitted, reach the endpoints it declared. */
export function networkPolicySpec(
  selector: Record<string, string>,
  admissions: Admission[],
  reaches: Endpoint[],
): K8s.NetworkPolicySpec {
  return {
    podSelector: { matchLabels: selector },
    policyTypes: ['Ingress', 'Egress'],
    ...(admissions.length > 0 && { ingress: ingressRules(admissions) }),
    ...(reaches.length > 0 && {
      egress: reaches.map(({ peers, podPort }) => ({ to: peers, ports: [tcpPort(podPort)] })),
    }),
  };
}

/** One rule a port. A rule without `from` admits anyone, so the peers of a port that anyone may use are left out. */
function ingressRules(admissions: Admission[]): K8s.NetworkPolicyIngressRule[] {
  const ports = [...new Set(admissions.map(({ port }) => port))].sort((a, b) => a - b);
  return ports.map((port) => {
    const ofPort = admissions.filter((admission) => admission.port === port);
    const anyone = ofPort.some(({ peers }) => peers.length === 0);
    const from = ofPort.flatMap(({ peers }) => peers);
    return { ports: [tcpPort(port)], ...(!anyone && { from }) };
  });
}
