// Where on the objects of a workload the settings go that a team adds to it.
import type { Addition, Extensible } from '../data/extras.ts';

const CONTAINER = 'spec.containers.0';

const metadata = (of: 'pod' | 'serviceAccount' | 'service', to: string): Addition[] =>
  ['labels', 'annotations'].map((part) => ({ setting: `${of}.${part}`, to: `${to}.${part}`, how: 'beneath' }));
const resources = (to: string): Addition[] =>
  ['requests', 'limits'].map((part) => ({ setting: `pod.resources.${part}`, to: `${to}.${part}`, how: 'amounts' }));

const OF_PODS: readonly Addition[] = [
  ...metadata('pod', 'metadata'),
  { setting: 'pod.nodeSelector', to: 'spec.nodeSelector', how: 'over' },
  { setting: 'pod.tolerations', to: 'spec.tolerations', how: 'append' },
  { setting: 'pod.affinity', to: 'spec.affinity', how: 'over' },
  { setting: 'pod.topologySpreadConstraints', to: 'spec.topologySpreadConstraints', how: 'append' },
  { setting: 'pod.priorityClassName', to: 'spec.priorityClassName', how: 'set' },
  { setting: 'pod.runtimeClassName', to: 'spec.runtimeClassName', how: 'set' },
  { setting: 'pod.hostAliases', to: 'spec.hostAliases', how: 'append' },
  // Who a pod runs as is the cluster's business or ours, for all pods alike: where it has a range of its own for each
  // namespace (OpenShift), it refuses every other number, of whichever workload.
  {
    setting: 'clusterUsers',
    to: 'spec.securityContext',
    how: { without: ['runAsUser', 'runAsGroup', 'fsGroup', 'fsGroupChangePolicy'] },
  },
  { setting: 'pod.securityContext', to: 'spec.securityContext', how: 'over' },
  { setting: 'pod.spec', to: 'spec', how: 'over' },
  { setting: 'pod.extraVolumes', to: 'spec.volumes', how: 'volumes' },
  { setting: 'pod.extraVolumes', to: `${CONTAINER}.volumeMounts`, how: 'mounts' },
  { setting: 'pod.extraEnv', to: `${CONTAINER}.env`, how: 'variables' },
  { setting: 'pod.envFrom', to: `${CONTAINER}.envFrom`, how: 'append' },
  { setting: 'pod.extraArgs', to: `${CONTAINER}.args`, how: 'append' },
  ...resources(`${CONTAINER}.resources`),
  { setting: 'pod.containerSecurityContext', to: `${CONTAINER}.securityContext`, how: 'over' },
  { setting: 'pod.container', to: CONTAINER, how: 'over' },
  { setting: 'pod.extraInitContainers', to: 'spec.initContainers', how: 'containers' },
  { setting: 'pod.extraContainers', to: 'spec.containers', how: 'containers' },
  { setting: 'serviceAccount.automount', to: 'spec.automountServiceAccountToken', how: 'set' },
];

const OF_SERVICE_ACCOUNTS: readonly Addition[] = [
  ...metadata('serviceAccount', 'metadata'),
  { setting: 'serviceAccount.automount', to: 'automountServiceAccountToken', how: 'set' },
];

const OF_SERVICES: readonly Addition[] = [
  ...metadata('service', 'metadata'),
  { setting: 'service.type', to: 'spec.type', how: 'set' },
  { setting: 'service.loadBalancerClass', to: 'spec.loadBalancerClass', how: 'set' },
  { setting: 'service.loadBalancerSourceRanges', to: 'spec.loadBalancerSourceRanges', how: 'append' },
  { setting: 'service.spec', to: 'spec', how: 'over' },
];

const OF_NETWORK_POLICIES: readonly Addition[] = [
  { setting: 'network.ingress', to: 'spec.ingress', how: 'append' },
  { setting: 'network.egress', to: 'spec.egress', how: 'append' },
];

/** CloudNativePG makes the pods: it takes what its own kind has a field for. */
const OF_CLUSTERS: readonly Addition[] = [
  ...metadata('pod', 'spec.inheritedMetadata'),
  { setting: 'pod.nodeSelector', to: 'spec.affinity.nodeSelector', how: 'over' },
  { setting: 'pod.tolerations', to: 'spec.affinity.tolerations', how: 'append' },
  { setting: 'pod.affinity.nodeAffinity', to: 'spec.affinity.nodeAffinity', how: 'over' },
  { setting: 'pod.affinity.podAffinity', to: 'spec.affinity.additionalPodAffinity', how: 'over' },
  { setting: 'pod.affinity.podAntiAffinity', to: 'spec.affinity.additionalPodAntiAffinity', how: 'over' },
  { setting: 'pod.topologySpreadConstraints', to: 'spec.topologySpreadConstraints', how: 'append' },
  { setting: 'pod.priorityClassName', to: 'spec.priorityClassName', how: 'set' },
  { setting: 'pod.extraEnv', to: 'spec.env', how: 'variables' },
  { setting: 'pod.envFrom', to: 'spec.envFrom', how: 'append' },
  ...resources('spec.resources'),
  ...metadata('serviceAccount', 'spec.serviceAccountTemplate.metadata'),
];

/** Strimzi makes the pods: of nodes it knows affinity only, and their container has variables of its own. */
const OF_NODE_POOLS: readonly Addition[] = [
  ...metadata('pod', 'spec.template.pod.metadata'),
  { setting: 'pod.tolerations', to: 'spec.template.pod.tolerations', how: 'append' },
  { setting: 'pod.affinity', to: 'spec.template.pod.affinity', how: 'over' },
  { setting: 'pod.topologySpreadConstraints', to: 'spec.template.pod.topologySpreadConstraints', how: 'append' },
  { setting: 'pod.priorityClassName', to: 'spec.template.pod.priorityClassName', how: 'set' },
  { setting: 'pod.hostAliases', to: 'spec.template.pod.hostAliases', how: 'append' },
  ...resources('spec.resources'),
];

const podsAt = (at: string): Extensible => ({ name: 'pod', at, additions: OF_PODS });

/** By kind. */
export const EXTENSIBLE: Readonly<Record<string, Extensible>> = {
  Deployment: podsAt('spec.template'),
  StatefulSet: podsAt('spec.template'),
  Job: podsAt('spec.template'),
  CronJob: podsAt('spec.jobTemplate.spec.template'),
  Pod: podsAt(''),
  ServiceAccount: { name: 'service-account', at: '', additions: OF_SERVICE_ACCOUNTS },
  Service: { name: 'service', at: '', additions: OF_SERVICES },
  NetworkPolicy: { name: 'network-policy', at: '', additions: OF_NETWORK_POLICIES },
  Cluster: { name: 'cluster', at: '', additions: OF_CLUSTERS },
  KafkaNodePool: { name: 'node-pool', at: '', additions: OF_NODE_POOLS },
};
