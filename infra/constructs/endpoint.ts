import type { Image, Isolation } from '../settings/fragments.ts';
import type { EnvValue } from './env.ts';
import type { K8s } from './k8s.ts';

/** A place that a workload can talk to: its address, and how a NetworkPolicy names it. */
export interface Endpoint {
  /** For people: "PostgreSQL". */
  readonly title: string;
  /** For what is named after it, such as an init container: the same wherever it runs. */
  readonly name: string;
  readonly host: string;
  /** The port that clients use. */
  readonly port: number;
  /** The ports of the pods behind it, which are what a NetworkPolicy sees: several where nobody knows which one it is. */
  readonly podPorts: readonly number[];
  readonly peers: K8s.NetworkPolicyPeer[];
  /** Lets a client in on the other side; absent for places that are not ours. */
  allow?(client: K8s.NetworkPolicyPeer): void;
}

/** One thing that a workload talks to. From this alone come both NetworkPolicy rules, the init wait and the variables. */
export interface Connection {
  readonly to: Endpoint;
  /** Variables that tell the workload where it is, and as whom to log in. */
  readonly env?: (to: Endpoint) => Record<string, EnvValue>;
  /** Wait for its port before the workload starts, at most this many seconds. */
  readonly waitSeconds?: number;
  /** Wait for more than an open port, after that. */
  readonly readiness?: Readiness;
}

/** A command that succeeds when the other side is ready, run by an image that has it. */
export interface Readiness {
  /** Of the init container: wait-for-<name>. */
  readonly name: string;
  /** For people: "the migrations". */
  readonly what: string;
  readonly image: Image;
  readonly probe: string[];
  readonly env: Record<string, EnvValue>;
  readonly seconds: number;
}

export const address = (endpoint: Endpoint): string => `${endpoint.host}:${endpoint.port}`;

export const cidrPeers = (cidrs: string[]): K8s.NetworkPolicyPeer[] => cidrs.map((cidr) => ({ ipBlock: { cidr } }));

/** All pods of a namespace, or those with the given labels. */
export function namespacePeer(namespace: string, podLabels?: Record<string, string>): K8s.NetworkPolicyPeer {
  return {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    ...(podLabels && { podSelector: { matchLabels: podLabels } }),
  };
}

/** A place outside the cluster's namespace, known by its address ranges. */
export function external(
  title: string,
  name: string,
  settings: { cidrs: string[]; port: number },
  host = name,
): Endpoint {
  return { title, name, host, port: settings.port, podPorts: [settings.port], peers: cidrPeers(settings.cidrs) };
}

/** The cluster's own API server, which each cloud has at another port. */
export function kubernetesApi({ kubernetesApi: { cidrs, ports } }: Isolation): Endpoint {
  const podPorts = ports.map(({ port }) => port);
  const [port = 443] = podPorts;
  return { title: 'Kubernetes API', name: 'kubernetes', host: 'kubernetes', port, podPorts, peers: cidrPeers(cidrs) };
}
