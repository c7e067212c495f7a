import pLimit from 'p-limit';
import { hasEnded } from '../../../service/contract/ended.ts';
import { KINDS, LABELS } from '../../../service/contract.ts';
import { KubeError } from '../../../service/kube/errors.ts';
import { CLAIM, type Kind } from '../../../service/kube/kinds.ts';
import type { Kube, KubeObject } from '../../../service/kube/kube.ts';
import { UsageError } from '../failure.ts';
import type { Cluster } from '../kube/cluster.ts';
import type { Target } from '../target.ts';

// What the service has made for jobs: on Karmada, and by it in the members.

const OURS = `${LABELS.managedBy}=${LABELS.managedByValue}`;
/** In the order in which they are removed. Without a policy of ours an object could be claimed by a wider one of the site. */
const WORKLOADS: readonly Kind[] = [KINDS.rayJob, KINDS.job, KINDS.trainingJob];
const PROPAGATED: readonly Kind[] = [...WORKLOADS, CLAIM];
const KIND_OF_JOBS: readonly Kind[] = [...PROPAGATED, KINDS.propagationPolicy];
const AT_A_TIME = 8;
const LOOK_AGAIN_MS = 1_000;
const MAX_NAMED = 20;

export interface JobObjects {
  readonly byKind: ReadonlyMap<Kind, readonly KubeObject[]>;
  /** "namespace/name" */
  readonly running: readonly string[];
  /** In these clusters, as Karmada has placed them. */
  readonly clusters: ReadonlyMap<string, number>;
}

export async function jobObjects({ kube, signal }: Cluster): Promise<JobObjects> {
  const lists = await Promise.all(KIND_OF_JOBS.map((kind) => ofJobs(kube, kind, { signal })));
  const byKind = new Map(KIND_OF_JOBS.map((kind, index) => [kind, lists[index] ?? []]));
  const all = WORKLOADS.flatMap((kind) => byKind.get(kind) ?? []);
  return {
    byKind,
    running: all.filter((job) => !hasEnded(job)).map(nameOf),
    clusters: await placements({ kube, signal }, byKind),
  };
}

async function ofJobs(
  kube: Kube,
  kind: Kind,
  { signal, metadataOnly = false }: { signal: AbortSignal; metadataOnly?: boolean },
): Promise<KubeObject[]> {
  return noneIfNotServed(async () => (await kube.list(kind, { labelSelector: OURS, metadataOnly }, { signal })).items);
}

/** A kind that is not served there has no objects. */
async function noneIfNotServed<Found>(list: () => Promise<Found[]>): Promise<Found[]> {
  try {
    return await list();
  } catch (error) {
    if (error instanceof KubeError && error.status === 404) return [];
    throw error;
  }
}

type Server = Pick<Cluster, 'kube' | 'signal'>;

async function placements(server: Server, byKind: JobObjects['byKind']): Promise<Map<string, number>> {
  const ours = namesOf({ byKind });
  const clusters = new Map<string, number>();
  for (const { object, placed } of await bindings(server)) {
    if (!ours.has(object)) continue;
    for (const cluster of placed) clusters.set(cluster, (clusters.get(cluster) ?? 0) + 1);
  }
  return clusters;
}

interface Placed {
  /** "Kind namespace/name" */
  readonly object: string;
  readonly placed: readonly string[];
}

/** What follows another object has its clusters in `requiredBy`. */
interface BindingSpec {
  readonly resource?: { readonly kind?: string; readonly namespace?: string; readonly name?: string };
  readonly clusters?: readonly Named[];
  readonly requiredBy?: readonly { readonly clusters?: readonly Named[] }[];
}
type Named = { readonly name: string };

const bindings = ({ kube, signal }: Server): Promise<Placed[]> =>
  noneIfNotServed(async () => {
    const found: Placed[] = [];
    for await (const { items } of kube.pages(KINDS.resourceBinding, {}, { signal })) found.push(...items.map(placedBy));
    return found;
  });

function placedBy({ spec }: KubeObject): Placed {
  const { clusters = [], requiredBy = [], resource = {} } = (spec ?? {}) as BindingSpec;
  const all = [...clusters, ...requiredBy.flatMap((each) => each.clusters ?? [])];
  return {
    object: `${resource.kind} ${resource.namespace}/${resource.name}`,
    placed: [...new Set(all.map(({ name }) => name))],
  };
}

/** "Kind namespace/name" */
const namesOf = ({ byKind }: Pick<JobObjects, 'byKind'>): Set<string> =>
  new Set([...byKind].flatMap(([{ kind }, objects]) => objects.map((each) => `${kind} ${nameOf(each)}`)));

const nameOf = ({ metadata }: KubeObject): string => `${metadata.namespace}/${metadata.name}`;

const countOf = ({ byKind }: JobObjects): number => [...byKind.values()].reduce((sum, each) => sum + each.length, 0);
const isPlaced = ({ byKind }: Pick<JobObjects, 'byKind'>): boolean =>
  PROPAGATED.some((kind) => (byKind.get(kind)?.length ?? 0) > 0);
export const isNone = (objects: JobObjects): boolean => countOf(objects) === 0;

/** "160 RayJobs, 160 PersistentVolumeClaims and 3 PropagationPolicies on Karmada (in member1 240, in member2 80)" */
export function inWords(objects: JobObjects): string {
  const parts = [...objects.byKind]
    .filter(([, each]) => each.length > 0)
    .map(([{ kind, plural }, each]) => `${each.length} ${each.length === 1 ? kind : pluralOf(kind, plural)}`);
  const clusters = [...objects.clusters].sort().map(([cluster, count]) => `in ${cluster} ${count}`);
  return `${parts.join(', ')} on Karmada${clusters.length > 0 ? ` (${clusters.join(', ')})` : ''}`;
}

/** As it is written: of `propagationpolicies` and `PropagationPolicy`. */
const pluralOf = (kind: string, plural: string): string =>
  plural.endsWith('ies') ? `${kind.slice(0, -1)}ies` : `${kind}s`;

/** Their names, the first ones of each kind. */
export function* named({ byKind }: JobObjects): Generator<string> {
  for (const [{ kind }, objects] of byKind) {
    for (const object of objects.slice(0, MAX_NAMED)) yield `${kind} ${nameOf(object)} on Karmada`;
    if (objects.length > MAX_NAMED) yield `${kind}: ${objects.length - MAX_NAMED} more`;
  }
}

/** Jobs bear no mark of the installation that made them, so those of several on one Karmada cannot be told apart. */
export async function refuseIfShared({ kube, signal }: Cluster, { instance, stack }: Target): Promise<void> {
  const role = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    plural: 'clusterroles',
    namespaced: false,
  };
  const roles = await noneIfNotServed(async () => (await kube.list(role, { metadataOnly: true }, { signal })).items);
  const others = roles
    .map(({ metadata }) => metadata.name)
    .filter((name) => name.endsWith(`${stack}-backend-member`) && name !== `${instance}-backend-member`);
  if (others.length > 0) {
    throw new UsageError(
      `another installation uses this Karmada (ClusterRole ${others.join(', ')}), and its jobs cannot be told from these: delete this one's through its API, and then go on without --delete-data`,
    );
  }
}

interface RemovalOptions {
  readonly waitMs: number;
  tell(text: string): void;
}

/** Asks for all of them to be removed, until none is left on Karmada nor in any member; says what is left after the time. */
export async function removeJobObjects(karmada: Cluster, { tell, waitMs }: RemovalOptions): Promise<string[]> {
  const deadline = Date.now() + waitMs;
  const seen = new Set<string>();
  let told = '';
  for (;;) {
    const objects = await jobObjects(karmada);
    for (const name of namesOf(objects)) seen.add(name);
    await requestRemoval(karmada, objects);
    const bound = isPlaced(objects) ? [inWords(objects)] : await stillBound(karmada, seen);
    const left = bound.length > 0 ? bound : await leftInMembers(karmada);
    if (left.length === 0) return [];
    if (bound.length === 0) await removeStrays(karmada);
    if (Date.now() > deadline) return left;
    const text = `waiting: ${left.join('; ')}`;
    if (text !== told) tell(text);
    told = text;
    await karmada.pause(LOOK_AGAIN_MS);
  }
}

/** Karmada keeps the binding of an object until every member has taken its removal. */
async function stillBound(karmada: Cluster, seen: ReadonlySet<string>): Promise<string[]> {
  const bound = (await bindings(karmada)).filter(({ object }) => seen.has(object));
  const clusters = [...new Set(bound.flatMap(({ placed }) => placed))].sort().join(', ');
  return bound.length > 0 ? [`${bound.length} objects that Karmada is removing from ${clusters || 'the members'}`] : [];
}

/** Policies when nothing is left that they place. */
async function requestRemoval({ kube }: Pick<Server, 'kube'>, objects: Pick<JobObjects, 'byKind'>): Promise<void> {
  const limit = pLimit(AT_A_TIME);
  const kinds = isPlaced(objects) ? PROPAGATED : KIND_OF_JOBS;
  const leaving = kinds.flatMap((kind) => (objects.byKind.get(kind) ?? []).map((object) => ({ kind, object })));
  const asked = leaving
    .filter(({ object }) => object.metadata.deletionTimestamp === undefined)
    .map(({ kind, object: { metadata } }) => {
      const name = { namespace: metadata.namespace ?? null, name: metadata.name };
      const uid = metadata.uid === undefined ? {} : { uid: metadata.uid };
      return limit(() => kube.delete(kind, name, { ...uid, propagationPolicy: 'Background' }));
    });
  await Promise.all(asked);
}

/** Each is asked; one that does not answer may still have something. Whoever may not look there has Karmada's word. */
export async function leftInMembers(karmada: Server): Promise<string[]> {
  const left = await Promise.all(
    (await members(karmada)).map(async ({ kube, name }) => {
      try {
        const byKind = await inMember({ kube, signal: karmada.signal });
        const found = { byKind, running: [], clusters: new Map() };
        return isNone(found) ? [] : [`${inWords(found).replace(' on Karmada', '')} in ${name}: ${someOf(byKind)}`];
      } catch (error) {
        if (isForbidden(error)) return [];
        return [`${name} cannot be asked what is left there (${(error as Error).message})`];
      }
    }),
  );
  return left.flat();
}

/**
 * What is in a member and no longer on Karmada, which has forgotten it: a claim whose RayJob was removed in the moment in which it was
 * placed, say. Through its proxy, with the rights in the member of whoever asks; what these do not allow is told by its name.
 */
async function removeStrays(karmada: Server): Promise<void> {
  for (const member of await members(karmada)) {
    try {
      await requestRemoval(member, { byKind: await inMember({ kube: member.kube, signal: karmada.signal }) });
    } catch (error) {
      if (!(error instanceof KubeError)) throw error;
    }
  }
}

async function members({ kube, signal }: Server): Promise<{ readonly name: string; readonly kube: Kube }[]> {
  const list = async () => (await kube.list(KINDS.cluster, { metadataOnly: true }, { signal })).items;
  return (await noneIfNotServed(list)).map(({ metadata: { name } }) => ({
    name,
    kube: kube.behind({
      name,
      title: `Cluster ${name} (through Karmada)`,
      path: ['apis', ...KINDS.cluster.apiVersion.split('/'), KINDS.cluster.plural, name, 'proxy'],
    }),
  }));
}

async function inMember({ kube, signal }: Server): Promise<JobObjects['byKind']> {
  const lists = await Promise.all(PROPAGATED.map((kind) => ofJobs(kube, kind, { signal, metadataOnly: true })));
  return new Map(PROPAGATED.map((kind, index) => [kind, lists[index] ?? []]));
}

const someOf = (byKind: JobObjects['byKind']): string => {
  const names = [...namesOf({ byKind })];
  return `${names.slice(0, MAX_NAMED).join(', ')}${names.length > MAX_NAMED ? '...' : ''}`;
};

const isForbidden = (error: unknown): boolean => error instanceof KubeError && error.status === 403;
