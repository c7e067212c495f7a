import { remove } from '../kube/apply.ts';
import type { Cluster } from '../kube/cluster.ts';
import { idOf, type ObjectKey, titleOf } from '../kube/resources.ts';
import { finishRevision, type Revision } from '../revisions.ts';
import type { Deployment, Step } from '../step.ts';
import type { Objects } from '../target.ts';

/** What an earlier revision applied and this one does not: removed only when the new one runs. */
export const prune: Step = {
  title: 'Pruning',
  async run(deployment, say) {
    const { karmada, management } = deployment.target;
    const removed = [
      ...(await removeAll(management, outdated(deployment, 'platform'), say)),
      ...(karmada ? await removeAll(karmada, outdated(deployment, 'karmada'), say) : []),
    ];
    // With the rights alone nothing runs yet that a rollback could go back to.
    if (deployment.revision && deployment.flags.only !== 'karmada') {
      await finishRevision(deployment.target, deployment.revision, deployment.earlier);
    }
    return removed.length > 0 ? `removed ${removed.map(titleOf).join(', ')}` : 'nothing to remove';
  },
};

/** Data outlive the manifests that asked for them. */
const NEVER = new Set(['PersistentVolumeClaim', 'Namespace']);

export function outdated({ earlier, flags, objects }: Deployment, part: keyof Objects): ObjectKey[] {
  if (flags.only !== undefined && flags.only !== part) return [];
  const wanted = new Set(objects[part].map(idOf));
  return everApplied(earlier, part).filter((each) => !wanted.has(idOf(each)) && !NEVER.has(each.kind));
}

export function everApplied(revisions: readonly Revision[], part: keyof Objects): ObjectKey[] {
  return [...new Map(revisions.flatMap(({ objects }) => objects[part].map((each) => [idOf(each), each]))).values()];
}

async function removeAll(cluster: Cluster, doomed: readonly ObjectKey[], say: (text: string) => void) {
  const removed: ObjectKey[] = [];
  for (const object of doomed) {
    if (!(await remove(cluster, object))) continue;
    removed.push(object);
    say(`${titleOf(object)} removed`);
  }
  return removed;
}
