import { SECRET } from '../../../service/kube/kinds.ts';
import { membersOf } from '../applied/apply-set.ts';
import type { Ledger } from '../applied/ledger.ts';
import type { Part } from '../applied/record.ts';
import { byId, type Cluster, placeIfServed } from '../kube/cluster.ts';
import type { ObjectKey } from '../kube/objects.ts';
import { clusterOf } from '../parts.ts';
import { MADE_FOR } from '../secret.ts';
import type { Target } from '../target.ts';

export interface Doomed {
  readonly cluster: Cluster;
  readonly where: 'cluster' | 'Karmada';
  readonly object: ObjectKey;
}

/**
 * Without --delete-data these stay (with a kind all objects of it would go), as do the rights of ml-platform in Karmada. The
 * namespace, which may hold others' objects, always does.
 */
const DATA = new Set(['PersistentVolumeClaim', 'Secret', 'CustomResourceDefinition']);

/** What there is to remove, the last applied first. */
export async function doomedObjects(target: Target, ledger: Ledger, data: boolean): Promise<Doomed[]> {
  const { karmada, management, platform } = target;
  const mine = [...(await known(target, ledger, 'platform')), ...(await secretsMade(target))];
  const goes = ({ kind }: ObjectKey): boolean => kind !== 'Namespace' && (data || !DATA.has(kind));
  const all: Doomed[] = [
    ...mine.filter(goes).map((object) => ({ cluster: management, where: 'cluster' as const, object })),
    ...(karmada && (data || !platform)
      ? (await known(target, ledger, 'karmada'))
          .filter((object) => platform !== undefined || goes(object))
          .map((object) => ({ cluster: karmada, where: 'Karmada' as const, object }))
      : []),
  ];
  const there = await Promise.all(all.map(({ cluster, object }) => exists(cluster, object)));
  return all.filter((_, index) => there[index]);
}

/** As the record and the ApplySet tell; of a stack that something else deployed, as the program would generate it. */
async function known(target: Target, { record, scope }: Ledger, part: Part): Promise<ObjectKey[]> {
  const cluster = clusterOf(target, part);
  const members = part === 'platform' ? await membersOf(cluster, target.parent, scope) : [];
  const told = [...record.applied[part], ...members];
  const all: readonly ObjectKey[] = told.length > 0 ? told : target.objects[part];
  return [...(await byId(cluster, all)).values()].reverse();
}

async function secretsMade({ management, namespace, stack }: Target): Promise<ObjectKey[]> {
  const query = { namespace, labelSelector: `${MADE_FOR}=${stack}`, metadataOnly: true };
  const { items } = await management.kube.list(SECRET, query);
  return items.map(({ metadata }) => ({
    apiVersion: SECRET.apiVersion,
    kind: SECRET.kind,
    metadata: { name: metadata.name, namespace },
  }));
}

/** A kind that is no longer served has no objects. */
async function exists(cluster: Cluster, object: ObjectKey): Promise<boolean> {
  const place = await placeIfServed(cluster, object);
  return place !== undefined && (await cluster.kube.get(place.kind, place.name)) !== undefined;
}
