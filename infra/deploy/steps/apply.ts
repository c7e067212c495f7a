import type { KubeObject } from '../../synth/synthesize.ts';
import { apply, type Change } from '../kube/apply.ts';
import type { Cluster } from '../kube/cluster.ts';
import { titleOf } from '../kube/resources.ts';
import { forPlatform, type Step } from '../step.ts';

export const applyObjects: Step = {
  title: 'Manifests',
  skipped: forPlatform,
  run: ({ flags, objects, target }, say) =>
    applyAll(target.management, objects.platform, flags.forceConflicts ?? false, say),
};

/** One after the other: they are in the order in which they need each other. */
export async function applyAll(
  cluster: Cluster,
  objects: readonly KubeObject[],
  force: boolean,
  say: (text: string) => void,
): Promise<string> {
  const counts: Record<Change, number> = { created: 0, changed: 0, unchanged: 0 };
  for (const object of objects) {
    const change = await apply(cluster, object, { force });
    counts[change] += 1;
    if (change !== 'unchanged') say(`${titleOf(object)} ${change}`);
  }
  return `${counts.created} created, ${counts.changed} changed, ${counts.unchanged} unchanged`;
}
