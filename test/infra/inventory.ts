import type { KubeObject } from '../../infra/synth/synthesize.ts';
import { containersOf, podsOf } from './rules/pods.ts';
import { type Subject, title } from './subjects.ts';

/** An environment on one page: a line for each object, with what a reviewer would ask for first. */
export function inventory({ folders }: Subject): string {
  const lines = [...folders].flatMap(([folder, objects]) =>
    objects.map((object) => `${folder ? `${folder}/` : ''}${title(object)}${telling(object)}`),
  );
  return `${lines.join('\n')}\n`;
}

function telling(object: KubeObject): string {
  const facts = [...podFacts(object), ...(FACTS[object.kind]?.(object.spec as Spec, object) ?? [])];
  return facts.length > 0 ? `: ${facts.join(', ')}` : '';
}

// biome-ignore lint/suspicious/noExplicitAny: read for a snapshot only; a wrong guess shows there as undefined.
type Spec = any;

const ruleFacts = (_: Spec, { rules }: KubeObject): string[] =>
  (rules as Spec[]).map(
    ({ apiGroups = [], nonResourceURLs = [], resourceNames, resources = nonResourceURLs, verbs }) =>
      `${verbs.join('+')} ${resources.map((name: string) => [name, ...apiGroups].filter(Boolean).join('.')).join(' ')}${resourceNames ? ` (${resourceNames.join(' ')})` : ''}`,
  );

const FACTS: Record<string, (spec: Spec, object: KubeObject) => string[]> = {
  Deployment: ({ replicas }) => [`replicas ${replicas ?? 'by autoscaler'}`],
  StatefulSet: ({ replicas }) => [`replicas ${replicas}`],
  CronJob: ({ schedule }) => [`at ${schedule}`],
  Cluster: ({ imageName, instances, storage }) => [`instances ${instances}`, imageName, storage.size],
  Service: ({ ports, type }) => [type, ...ports.map(portOf)],
  PersistentVolumeClaim: ({ resources, storageClassName }) => [
    resources.requests.storage,
    storageClassName ?? 'default class',
  ],
  HorizontalPodAutoscaler: ({ maxReplicas, minReplicas }) => [`${minReplicas} to ${maxReplicas}`],
  Ingress: ({ rules }) =>
    rules.flatMap(({ host, http }: Spec) =>
      http.paths.map(({ backend, path }: Spec) => `${host}${path} -> ${backend.service.name}`),
    ),
  NetworkPolicy: ({ egress = [], ingress = [] }) => [
    ...ingress.map(({ from, ports }: Spec) => `in ${numbers(ports)} <- ${from?.map(peer).join(' ') ?? 'anyone'}`),
    ...egress.map(({ ports, to }: Spec) => `out ${numbers(ports)} -> ${to?.map(peer).join(' ') ?? 'anywhere'}`),
  ],
  ConfigMap: (_, { data }) => Object.keys((data as object | undefined) ?? {}),
  ClusterRole: ruleFacts,
  Role: ruleFacts,
  ClusterRoleBinding: (_, { subjects }) => (subjects as Spec[]).map(({ kind, name }) => `${kind} ${name}`),
  PrometheusRule: ({ groups }) => groups.flatMap(({ rules }: Spec) => rules.map(({ alert }: Spec) => alert)),
};

function podFacts(object: KubeObject): string[] {
  return podsOf([object]).flatMap((pod) => containersOf(pod).map(({ image }) => String(image)));
}

const portOf = ({ nodePort, port }: Spec): string => `${port}${nodePort ? ` (node ${nodePort})` : ''}`;
const numbers = (ports: Spec[] = []): string => [...new Set(ports.map(({ port }) => port))].join(' ');

function peer({ ipBlock, namespaceSelector, podSelector }: Spec): string {
  if (ipBlock) return ipBlock.cidr;
  const namespace = namespaceSelector?.matchLabels?.['kubernetes.io/metadata.name'];
  const labels = podSelector?.matchLabels ?? {};
  const pods = labels['app.kubernetes.io/name'] ?? Object.values(labels)[0];
  return [namespace, pods].filter(Boolean).join('/') || 'all pods';
}
