import { KINDS, LABELS } from '../contract.ts';
import { WORKLOADS } from '../jobs/job.ts';
import type { Kube } from '../kube/kube.ts';
import { COLUMNS } from './columns.ts';
import { karmadaError } from './failures.ts';
import { MEMBER_RESOURCES, type Member } from './karmada.ts';
import { kindOf } from './kinds.ts';

const OURS = `${LABELS.managedBy}=${LABELS.managedByValue}`;

/** One member cluster through Karmada's proxy; everything here is reading. */
export function createMember(karmada: Kube, cluster: string): Member {
  const member = karmada.behind({
    name: cluster,
    title: `Cluster ${cluster} (through Karmada)`,
    path: ['apis', ...KINDS.cluster.apiVersion.split('/'), KINDS.cluster.plural, cluster, 'proxy'],
    error: (problem) => karmadaError(cluster, problem),
  });

  return {
    cluster,
    // resourceVersion=0: from the member's memory, without a word to its etcd.
    table: (kind, options) =>
      member.table(WORKLOADS[kind], COLUMNS[kind], { labelSelector: OURS, resourceVersion: '0' }, options),
    version: (kind, options) => member.version(WORKLOADS[kind], options),
    list: (resource, query, options) => member.list(MEMBER_RESOURCES[resource], query, options),
    pages: (resource, query, options) => member.pages(MEMBER_RESOURCES[resource], query, options),
    get: async (reference, options) => member.get(kindOf(reference), reference, options),
    watch: (kind, resourceVersion, options) =>
      member.watch(WORKLOADS[kind], { labelSelector: OURS, resourceVersion }, options),
    ask: (service, path, query, options) => member.ask(service, path, query, options),
    logs: (pod, query, options) => member.logs(pod, query, options),
  };
}
