import { Construct } from 'constructs';
import type { Isolation } from '../settings/fragments.ts';
import { cidrPeers, type Endpoint, namespacePeer } from './endpoint.ts';
import { type K8s, k8s } from './k8s.ts';
import { INSTANCE } from './labels.ts';
import { stackOf } from './stack.ts';

/** A rule's port. */
export const tcpPort = (port: number): K8s.NetworkPolicyPort => ({
  protocol: 'TCP',
  port: k8s.IntOrString.fromNumber(port),
});

/**
 * The namespace's ground rule: nothing in, nothing out, but for asking the DNS, and the mesh if there is one. Of a
 * namespace that others use too it holds for this stack's pods alone.
 */
export class DefaultDeny extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    const stack = stackOf(this);
    const { isolation, namespace } = stack.settings;
    if (!isolation.enabled) return;
    const podSelector = namespace.shared ? { matchLabels: { [INSTANCE]: stack.instance } } : {};
    const policy = (name: string, spec: Omit<K8s.NetworkPolicySpec, 'podSelector'>): void => {
      new k8s.KubeNetworkPolicy(this, name, { metadata: { name: stack.named(name) }, spec: { podSelector, ...spec } });
    };
    policy('default-deny', { policyTypes: ['Ingress', 'Egress'] });
    policy('allow-dns', { policyTypes: ['Egress'], egress: [toDns(isolation)] });
    const { mesh } = isolation;
    if (mesh.namespace === '') return;
    policy('allow-mesh', {
      policyTypes: ['Egress'],
      egress: [{ to: [namespacePeer(mesh.namespace)], ports: [tcpPort(mesh.port)] }],
    });
  }
}

/** For pods that an operator makes: in a shared namespace they lack the label by which the ground rule finds them. */
export function letAskDns(scope: Construct, name: string, selector: Record<string, string>): void {
  const { isolation, namespace } = stackOf(scope).settings;
  if (!isolation.enabled || !namespace.shared) return;
  new k8s.KubeNetworkPolicy(scope, `${name}-dns`, {
    metadata: { name: `${name}-dns` },
    spec: { podSelector: { matchLabels: selector }, policyTypes: ['Egress'], egress: [toDns(isolation)] },
  });
}

function toDns({ dnsCidrs, dnsLabels, dnsNamespace, dnsPort }: Isolation): K8s.NetworkPolicyEgressRule {
  const port = k8s.IntOrString.fromNumber(dnsPort);
  return {
    to: [namespacePeer(dnsNamespace, dnsLabels), ...cidrPeers(dnsCidrs)],
    ports: ['UDP', 'TCP'].map((protocol) => ({ protocol, port })),
  };
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
      egress: reaches.map(({ peers, podPorts }) => ({ to: peers, ports: podPorts.map(tcpPort) })),
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
