import { FIELD_MANAGER, remove } from '../kube/apply.ts';
import { byId, type Cluster, placeIfServed } from '../kube/cluster.ts';
import { type ObjectKey, titleOf } from '../kube/objects.ts';
import { clusterOf } from '../parts.ts';
import type { Deployment } from '../step.ts';
import { isData, membersOf } from './apply-set.ts';
import type { Part } from './record.ts';

/** What is in the cluster because of an earlier deployment, and no part of this one. */
export async function outdated({ ledger, objects, target }: Deployment, part: Part): Promise<ObjectKey[]> {
  const cluster = clusterOf(target, part);
  const members = part === 'platform' ? await membersOf(cluster, target.parent, ledger.scope) : [];
  const [wanted, recorded, inSet] = await Promise.all(
    [objects[part], ledger.record.applied[part], members].map((all) => byId(cluster, all)),
  );
  const isOutdated = ([path, object]: readonly [string, ObjectKey]) => !wanted?.has(path) && !isData(object);
  const known = [...(recorded ?? [])].filter(([path, object]) => isOutdated([path, object]) && !inSet?.has(path));
  const ours = await Promise.all(known.map(([, object]) => isOurs(cluster, object)));
  return [...known.filter((_, index) => ours[index]), ...[...(inSet ?? [])].filter(isOutdated)].map(([, each]) => each);
}

/** An object of that name may be somebody else's by now. */
async function isOurs(cluster: Cluster, object: ObjectKey): Promise<boolean> {
  const place = await placeIfServed(cluster, object);
  const live = place && (await cluster.kube.get(place.kind, place.name));
  const { managedFields = [] } = (live?.metadata ?? {}) as { managedFields?: readonly { manager?: string }[] };
  return managedFields.some(({ manager }) => manager === FIELD_MANAGER);
}

export async function prune(deployment: Deployment, part: Part, say: (text: string) => void): Promise<string[]> {
  const removed: string[] = [];
  for (const object of await outdated(deployment, part)) {
    if (!(await remove(clusterOf(deployment.target, part), object))) continue;
    removed.push(titleOf(object));
    say(`${titleOf(object)} removed`);
  }
  return removed;
}
