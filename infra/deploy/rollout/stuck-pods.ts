import { POD } from '../../../service/kube/kinds.ts';
import { isWell, type Pod } from '../../../service/kube/pods/pod.ts';
import type { Cluster } from '../kube/cluster.ts';
import { troubleOf } from './pods.ts';
import type { Workload } from './progress.ts';

/**
 * A StatefulSet does not replace a pod of the version before that never came up, although the new version would mend it
 * (Kubernetes' documentation, "Forced rollback"): such a pod is deleted, so that the new one is made.
 */
export async function replaceStuckPods(
  { kube }: Pick<Cluster, 'kube'>,
  workload: Workload | undefined,
  pods: readonly Pod[],
  say: (text: string) => void,
): Promise<void> {
  const version = workload?.kind === 'StatefulSet' ? workload.status?.updateRevision : undefined;
  if (!workload || version === undefined) return;
  const stuck = pods.filter(
    (pod) =>
      !pod.metadata.deletionTimestamp &&
      (pod.metadata.labels['controller-revision-hash'] ?? version) !== version &&
      !isWell(pod) &&
      troubleOf(pod) !== undefined,
  );
  for (const { metadata } of stuck) {
    const name = { namespace: workload.metadata.namespace ?? null, name: metadata.name };
    // The kubeconfig may lack that right: then the rollout ends with what keeps the pod.
    const isGone = await kube.delete(POD, name).catch(() => false);
    if (isGone) say(`pod ${metadata.name} of the version before never came up, and gives way to the new one`);
  }
}
