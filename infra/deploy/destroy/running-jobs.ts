import { hasEnded } from '../../../service/contract/ended.ts';
import { KINDS, LABELS } from '../../../service/contract.ts';
import { KubeError } from '../../../service/kube/errors.ts';
import type { Kind } from '../../../service/kube/kinds.ts';
import type { Cluster } from '../kube/cluster.ts';

/** Jobs of the platform that have not ended, as Karmada knows them: "namespace/name". */
export async function runningJobs({ kube }: Cluster): Promise<string[]> {
  const labelSelector = `${LABELS.managedBy}=${LABELS.managedByValue}`;
  const list = (kind: Kind) =>
    kube.list(kind, { labelSelector }).catch((error: unknown) => {
      // A kind that is not served there has no objects.
      if (error instanceof KubeError && error.status === 404) return { items: [] };
      throw error;
    });
  const lists = await Promise.all([KINDS.rayJob, KINDS.job].map(list));
  return lists
    .flatMap(({ items }) => items)
    .filter((job) => !hasEnded(job))
    .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
}
