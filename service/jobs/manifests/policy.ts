import { KINDS } from '../../contract.ts';
import { type JobSpec, type Manifest, metadataOf } from './manifest.ts';

/** Which clusters get the RayJob or Job: exactly as many as asked for, out of the candidates. */
export function workloadPolicy(job: JobSpec, workload: Manifest): Manifest {
  const { targetClusters, clusterCount } = job.request;
  return policy(job, job.objectName, workload, {
    ...(targetClusters.length > 0 ? { clusterAffinity: { clusterNames: targetClusters } } : {}),
    // Without this the job would run on every candidate.
    spreadConstraints: [{ spreadByField: 'cluster', minGroups: clusterCount, maxGroups: clusterCount }],
  });
}

/** Sends the volume where Karmada has put the job: scheduled by itself it could land elsewhere. */
export const volumePolicy = (job: JobSpec, volume: Manifest, clusters: readonly string[]): Manifest =>
  policy(job, `${job.objectName}-volume`, volume, { clusterAffinity: { clusterNames: clusters } });

function policy(job: JobSpec, name: string, selected: Manifest, placement: Record<string, unknown>): Manifest {
  const { apiVersion, kind, metadata } = selected;
  return {
    apiVersion: KINDS.propagationPolicy.apiVersion,
    kind: KINDS.propagationPolicy.kind,
    metadata: metadataOf(job, name),
    spec: {
      resourceSelectors: [{ apiVersion, kind, namespace: job.namespace, name: metadata.name }],
      placement: {
        ...placement,
        replicaScheduling: { replicaSchedulingType: 'Duplicated' },
        clusterTolerations: STAY,
      },
    },
  };
}

/**
 * Karmada moves what it placed when a cluster is out of reach for five minutes. The pods there may well be running, so the
 * job would run twice; without tolerationSeconds it stays.
 */
const STAY = ['cluster.karmada.io/not-ready', 'cluster.karmada.io/unreachable'].map((key) => ({
  key,
  operator: 'Exists',
  effect: 'NoExecute',
}));
