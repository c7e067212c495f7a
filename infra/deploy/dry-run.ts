import type { KubeObject } from '../synth/synthesize.ts';
import { differences } from './applied/differences.ts';
import { addedByOthers } from './applied/others.ts';
import { outdated } from './applied/prune.ts';
import { applied } from './kube/apply.ts';
import type { Cluster } from './kube/cluster.ts';
import { titleOf } from './kube/objects.ts';
import { clusterOf, partsOf } from './parts.ts';
import { readSecret } from './secret.ts';
import { type Deployment, toApply } from './step.ts';

interface Preview {
  readonly object: string;
  /** others: applying changes nothing, and somebody else has added to it what stays as it is. */
  readonly change: 'create' | 'change' | 'remove' | 'unchanged' | 'others';
  /** "- " and "+ " what applying takes away and sets; "~ " what others have added. */
  readonly lines: readonly string[];
}

/** What a deployment would do; the API server works out each object, so that its defaults are no difference. */
export async function previewOf(deployment: Deployment): Promise<Preview[]> {
  const previews = await previewOfSecrets(deployment);
  for (const part of partsOf(deployment.flags, deployment.target)) {
    const cluster = clusterOf(deployment.target, part);
    for (const object of toApply(deployment, part)) previews.push(await previewOfOne(deployment, cluster, object));
    const removals = await outdated(deployment, part);
    previews.push(...removals.map((each): Preview => ({ object: titleOf(each), change: 'remove', lines: [] })));
  }
  return previews;
}

async function previewOfOne({ flags }: Deployment, cluster: Cluster, object: KubeObject): Promise<Preview> {
  const before = await cluster.find(object);
  // What is not there yet is all new; in a namespace that is not there yet the server could not even say so.
  if (!before) return { object: titleOf(object), change: 'create', lines: [] };
  const force = flags.forceConflicts ?? false;
  const after = await applied(cluster, object, { dryRun: true, force }, before);
  const lines = differences(before, after);
  const others = addedByOthers(after);
  const change = lines.length > 0 ? 'change' : others.length > 0 ? 'others' : 'unchanged';
  return { object: titleOf(object), change, lines: [...lines, ...others] };
}

/** The Secrets that a later step would make; their values are random and not shown. */
async function previewOfSecrets({ flags, target }: Deployment): Promise<Preview[]> {
  const made = target.createdAtDeploy.filter(({ kind, madeBy }) => kind === 'Secret' && madeBy === undefined);
  if (flags.only === 'karmada') return [];
  const there = await Promise.all(made.map(({ name }) => readSecret(target, name)));
  return made.map(({ name }, index): Preview => {
    return { object: `Secret ${name}`, change: there[index] ? 'unchanged' : 'create', lines: [] };
  });
}
