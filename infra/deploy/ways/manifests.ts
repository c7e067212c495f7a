import { previewOfApply } from '../dry-run.ts';
import { current, forgetRelease, type Release } from '../helm/release.ts';
import { releasesOf } from '../helm/runs.ts';
import { applyAll, FIELD_MANAGER, remove } from '../kube/apply.ts';
import type { Cluster } from '../kube/cluster.ts';
import { type ObjectKey, titleOf } from '../kube/resources.ts';
import { takeOver } from '../kube/take-over.ts';
import { finishRevision, readRevisions, revisionBefore, writeRevision } from '../revisions.ts';
import { outdated } from './outdated.ts';
import { clusterOf, partsOf, releaseNamespace } from './parts.ts';
import type { Way } from './way.ts';

/** Server-side apply, one object after the other; each deployment is kept as a revision in the cluster. */
export const manifests: Way = {
  async obstacles({ flags, target }) {
    if (flags.adopt) return [];
    // One for both parts: it takes no right to read Secrets in Karmada.
    const release = current(await releasesOf(target, 'platform'));
    if (!release) return [];
    return [
      `Helm has a release of it here (${release.secret}, ${release.status}): deploy with --helm as before, or add --adopt to go on without Helm, which then forgets it`,
    ];
  },

  rights: () => ({ management: [], karmada: [] }),

  async before(target) {
    const revision = revisionBefore(await readRevisions(target));
    return revision && { name: `revision ${revision.number}`, ...revision };
  },

  async begin(deployment) {
    const { earlier, objects, target } = deployment;
    deployment.revision = await writeRevision(target, { environment: target.environment, objects }, earlier);
    const { number, state } = deployment.revision;
    const same = number === earlier[0]?.number;
    return `${number}${same ? `, as ${state === 'deployed' ? 'deployed' : 'begun'} before` : ''}`;
  },

  async install({ flags, objects, target }, part, say) {
    const cluster = clusterOf(target, part);
    if (flags.adopt)
      await adopt(
        cluster,
        (await releasesOf(target, part)).flatMap((release) => release.objects),
      );
    return applyAll(cluster, objects[part], flags.forceConflicts ?? false, say);
  },

  async finish(deployment, say) {
    const { flags, target } = deployment;
    const removed: ObjectKey[] = [];
    for (const part of partsOf(flags, target)) {
      const releases = flags.adopt ? await releasesOf(target, part) : [];
      const doomed = await outdated(
        deployment,
        part,
        releases.flatMap(({ objects }) => objects),
      );
      removed.push(...(await removeAll(clusterOf(target, part), doomed, say)));
      await forgetRelease(clusterOf(target, part), releaseNamespace(target, part), releases);
    }
    // With the rights alone nothing runs yet that a rollback could go back to.
    if (deployment.revision && flags.only !== 'karmada') {
      await finishRevision(target, deployment.revision, deployment.earlier);
    }
    return removed.length > 0 ? `removed ${removed.map(titleOf).join(', ')}` : 'nothing to remove';
  },

  preview: previewOfApply,
};

async function adopt(cluster: Cluster, objects: Release['objects']): Promise<void> {
  const annotations = { 'meta.helm.sh/release-name': null, 'meta.helm.sh/release-namespace': null };
  for (const object of objects) {
    await takeOver(cluster, object, { from: (manager) => manager.startsWith('helm'), to: FIELD_MANAGER, annotations });
  }
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
