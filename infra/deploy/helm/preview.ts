import type { KubeObject } from '../../synth/synthesize.ts';
import type { Preview } from '../dry-run.ts';
import { applied } from '../kube/apply.ts';
import { differences } from '../kube/differences.ts';
import { titleOf } from '../kube/resources.ts';
import type { Deployment } from '../step.ts';
import type { Objects } from '../target.ts';
import { clusterOf, releaseNamespace, releaseOf } from '../ways/parts.ts';
import { HELM_MANAGER, owned } from './adoption.ts';
import type { Helm } from './binary.ts';
import { current, objectsOf } from './release.ts';
import { releasesOf, rendered } from './runs.ts';

/**
 * What an upgrade would change. The API server works out each object as after server-side apply, which is how Helm 4
 * goes about it; Helm 3 patches by what the release before held, so what that held and the new one does not is told too.
 */
export async function previewRelease(helm: Helm, deployment: Deployment, part: keyof Objects): Promise<Preview[]> {
  const { flags, objects, target } = deployment;
  const cluster = clusterOf(target, part);
  const wanted = flags.rollback ? objects[part] : objectsOf(JSON.parse(await rendered(helm, target, part)));
  const previous = current(await releasesOf(target, part))?.objects ?? [];
  const pathsOf = (all: readonly KubeObject[]) =>
    Promise.all(all.map(async (each) => [await cluster.resources.pathOf(each), each] as const));
  const before = new Map(await pathsOf(previous));
  const previews: Preview[] = [];
  const paths = new Set<string>();
  for (const [path, object] of await pathsOf(wanted)) {
    paths.add(path);
    const live = await cluster.api.find<KubeObject>(path);
    if (!live) {
      previews.push({ object: titleOf(object), change: 'create', lines: [] });
      continue;
    }
    const whole = owned(object, releaseOf(target, part), releaseNamespace(target, part));
    const after = await applied(cluster, path, whole, { dryRun: true, force: true, manager: HELM_MANAGER }, true);
    const dropped = differences(before.get(path) ?? object, object).filter((line) => line.startsWith('- '));
    const shown = new Set(differences(live, after));
    const gone = dropped.filter((line) => !hasPath(shown, line));
    const lines = [...shown, ...gone];
    previews.push({ object: titleOf(object), change: lines.length > 0 ? 'change' : 'unchanged', lines });
  }
  const removed = [...before].filter(([path, { kind }]) => !paths.has(path) && kind !== 'PersistentVolumeClaim');
  return [...previews, ...removed.map(([, each]): Preview => ({ object: titleOf(each), change: 'remove', lines: [] }))];
}

/** "- spec.replicas: 2" is told already where some line is about spec.replicas. */
function hasPath(lines: ReadonlySet<string>, line: string): boolean {
  const [, path = ''] = /^[-+] (.*?): /.exec(line) ?? [];
  return [...lines].some((each) => each.startsWith(`- ${path}: `) || each.startsWith(`+ ${path}: `));
}
