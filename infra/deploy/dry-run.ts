import type { KubeObject } from '../synth/synthesize.ts';
import { applied } from './kube/apply.ts';
import type { Cluster } from './kube/cluster.ts';
import { differences } from './kube/differences.ts';
import { titleOf } from './kube/resources.ts';
import { readSecret } from './secret.ts';
import type { Deployment } from './step.ts';
import type { Objects } from './target.ts';
import { outdated } from './ways/outdated.ts';
import { clusterOf, partsOf } from './ways/parts.ts';

export interface Preview {
  readonly object: string;
  readonly change: 'create' | 'change' | 'remove' | 'unchanged';
  readonly lines: readonly string[];
}

/** What applying would do; the API server works out each object, so that its defaults are no difference. */
export async function previewOfApply(deployment: Deployment): Promise<Preview[]> {
  const parts = await Promise.all(partsOf(deployment.flags, deployment.target).map((part) => partOf(deployment, part)));
  return parts.flat();
}

async function partOf(deployment: Deployment, part: keyof Objects): Promise<Preview[]> {
  const cluster = clusterOf(deployment.target, part);
  const previews: Preview[] = [];
  for (const object of deployment.objects[part]) previews.push(await previewOfOne(deployment, cluster, object));
  const doomed = await outdated(deployment, part);
  const there = await Promise.all(doomed.map(async (each) => cluster.api.find(await cluster.resources.pathOf(each))));
  const removals = doomed.filter((_, index) => there[index] !== undefined);
  return [...previews, ...removals.map((each): Preview => ({ object: titleOf(each), change: 'remove', lines: [] }))];
}

async function previewOfOne({ flags }: Deployment, cluster: Cluster, object: KubeObject): Promise<Preview> {
  const path = await cluster.resources.pathOf(object);
  const before = await cluster.api.find<KubeObject>(path);
  // What is not there yet is all new; in a namespace that is not there yet the server could not even say so.
  if (!before) return { object: titleOf(object), change: 'create', lines: [] };
  const force = flags.forceConflicts ?? false;
  const after = await applied(cluster, path, object, { dryRun: true, force }, true);
  const lines = differences(before, after);
  return { object: titleOf(object), change: lines.length > 0 ? 'change' : 'unchanged', lines };
}

/** The Secrets that a later step would make; their values are random and not shown. */
export async function previewOfSecrets({ flags, target }: Deployment): Promise<Preview[]> {
  const made = target.createdAtDeploy.filter(({ kind, madeBy }) => kind === 'Secret' && madeBy === undefined);
  if (flags.only === 'karmada') return [];
  const there = await Promise.all(made.map(({ name }) => readSecret(target, name)));
  return made.map(({ name }, index): Preview => {
    return { object: `Secret ${name}`, change: there[index] ? 'unchanged' : 'create', lines: [] };
  });
}
