import { randomUUID } from 'node:crypto';
import { GPU } from '../../contract/quantity.ts';
import { timestamp } from '../kube/objects.ts';

export interface ClusterSettings {
  readonly name: string;
  readonly region: string;
  readonly zone: string;
  readonly nodes: number;
  /** Of each node. */
  readonly node: { readonly cpu: number; readonly memoryGi: number; readonly gpus: number };
  readonly kubernetesVersion?: string;
}

export const KUBERNETES_VERSION = 'v1.34.0';

export const DEFAULT_CLUSTERS: readonly ClusterSettings[] = [
  { name: 'member1', region: 'eu-west', zone: 'eu-west-1a', nodes: 4, node: { cpu: 16, memoryGi: 64, gpus: 0 } },
  { name: 'member2', region: 'eu-central', zone: 'eu-central-1b', nodes: 3, node: { cpu: 32, memoryGi: 256, gpus: 4 } },
  { name: 'member3', region: 'us-east', zone: 'us-east-1c', nodes: 2, node: { cpu: 64, memoryGi: 512, gpus: 8 } },
];

/** As karmadactl join writes it. */
export const clusterObject = (settings: ClusterSettings, port: number) => ({
  apiVersion: 'cluster.karmada.io/v1alpha1',
  kind: 'Cluster',
  metadata: {
    name: settings.name,
    finalizers: ['karmada.io/cluster-controller'],
    labels: { 'topology.kubernetes.io/region': settings.region, 'topology.kubernetes.io/zone': settings.zone },
  },
  spec: {
    id: randomUUID(),
    syncMode: 'Push',
    apiEndpoint: `https://127.0.0.1:${port}`,
    secretRef: { namespace: 'karmada-cluster', name: settings.name },
    impersonatorSecretRef: { namespace: 'karmada-cluster', name: `${settings.name}-impersonator` },
    region: settings.region,
    zones: [settings.zone],
  },
});

export interface ClusterUse {
  readonly pods: number;
  readonly cpu: number;
  readonly memoryGi: number;
  readonly gpus: number;
}

export function clusterStatus(settings: ClusterSettings, ready: boolean, since: string, use: ClusterUse): object {
  const { nodes, node } = settings;
  return {
    kubernetesVersion: settings.kubernetesVersion ?? KUBERNETES_VERSION,
    apiEnablements: [
      { groupVersion: 'batch/v1', resources: [{ name: 'jobs', kind: 'Job' }] },
      {
        groupVersion: 'ray.io/v1',
        resources: [
          { name: 'rayclusters', kind: 'RayCluster' },
          { name: 'rayjobs', kind: 'RayJob' },
        ],
      },
      {
        groupVersion: 'v1',
        resources: [
          { name: 'persistentvolumeclaims', kind: 'PersistentVolumeClaim' },
          { name: 'pods', kind: 'Pod' },
        ],
      },
    ],
    conditions: [
      {
        type: 'CompleteAPIEnablements',
        status: 'True',
        lastTransitionTime: since,
        reason: 'Complete',
        message: 'collected complete APIEnablements from the cluster',
      },
      ready
        ? {
            type: 'Ready',
            status: 'True',
            lastTransitionTime: since,
            reason: 'ClusterReady',
            message: 'cluster is healthy and ready to accept workloads',
          }
        : {
            type: 'Ready',
            status: 'False',
            lastTransitionTime: since,
            reason: 'ClusterNotReachable',
            message: 'cluster is not reachable',
          },
    ],
    nodeSummary: { totalNum: nodes, readyNum: ready ? nodes : 0 },
    resourceSummary: {
      allocatable: quantities(nodes * node.cpu, nodes * node.memoryGi, nodes * node.gpus, nodes * 110),
      allocated: quantities(use.cpu, use.memoryGi, use.gpus, use.pods),
    },
  };
}

const quantities = (cpu: number, memoryGi: number, gpus: number, pods: number): Record<string, string> => ({
  cpu: String(cpu),
  memory: `${memoryGi}Gi`,
  pods: String(pods),
  ...(gpus > 0 && { [GPU]: String(gpus) }),
});

export const nodeObject = (settings: ClusterSettings, index: number) => {
  const capacity = quantities(settings.node.cpu, settings.node.memoryGi, settings.node.gpus, 110);
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: `${settings.name}-node-${index + 1}`,
      labels: {
        'kubernetes.io/hostname': `${settings.name}-node-${index + 1}`,
        'topology.kubernetes.io/region': settings.region,
        'topology.kubernetes.io/zone': settings.zone,
      },
    },
    status: {
      capacity,
      allocatable: capacity,
      conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', lastTransitionTime: timestamp() }],
      nodeInfo: { kubeletVersion: settings.kubernetesVersion ?? KUBERNETES_VERSION },
    },
  };
};
