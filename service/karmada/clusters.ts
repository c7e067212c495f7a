import { z } from 'zod';
import type { KubeObject } from '../kube/kube.ts';
import type { MemberCluster } from './karmada.ts';
import { conditions, understand } from './understand.ts';

const quantities = z.record(z.string(), z.coerce.string()).default({});

const clusterSchema = z.looseObject({
  spec: z
    .looseObject({ region: z.string().optional(), zone: z.string().optional(), zones: z.array(z.string()).optional() })
    .default({}),
  status: z
    .looseObject({
      kubernetesVersion: z.string().default(''),
      conditions: conditions.default([]),
      nodeSummary: z.looseObject({ totalNum: z.number().default(0), readyNum: z.number().default(0) }).prefault({}),
      resourceSummary: z.looseObject({ allocatable: quantities, allocated: quantities }).prefault({}),
    })
    .prefault({}),
});

/** A Cluster of Karmada as the rest of the service knows it. */
export function memberCluster(cluster: KubeObject): MemberCluster {
  const { spec, status } = understand(clusterSchema, cluster, 'Cluster');
  const labels = cluster.metadata.labels ?? {};
  const ready = status.conditions.find(({ type }) => type === 'Ready');
  return {
    name: cluster.metadata.name,
    ready: ready?.status === 'True' && cluster.metadata.deletionTimestamp === undefined,
    reason: ready?.reason ?? 'NotCollected',
    message: ready?.message ?? 'Karmada has not looked at this cluster yet.',
    region: spec.region || labels['topology.kubernetes.io/region'] || '',
    zone: spec.zones?.join(',') || spec.zone || labels['topology.kubernetes.io/zone'] || '',
    kubernetesVersion: status.kubernetesVersion,
    nodes: { total: status.nodeSummary.totalNum, ready: status.nodeSummary.readyNum },
    allocatable: status.resourceSummary.allocatable,
    allocated: status.resourceSummary.allocated,
  };
}
