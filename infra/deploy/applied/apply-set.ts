import { createHash } from 'node:crypto';
import type { Kind } from '../../../service/kube/kinds.ts';
import { groupOf } from '../../data/kube-object.ts';
import type { KubeObject } from '../../synth/synthesize.ts';
import { StepFailure } from '../failure.ts';
import type { Cluster } from '../kube/cluster.ts';
import { keyOf, type ObjectKey } from '../kube/objects.ts';

// An ApplySet as `kubectl apply --prune --applyset` knows it (KEP-3659): a parent object names the set and where its
// members are, each member bears the set's id. What bears it and is no longer applied, either tool may prune.

const ID = 'applyset.kubernetes.io/id';
const PART_OF = 'applyset.kubernetes.io/part-of';
const TOOLING = 'applyset.kubernetes.io/tooling';
const KINDS = 'applyset.kubernetes.io/contains-group-kinds';
const NAMESPACES = 'applyset.kubernetes.io/additional-namespaces';

/** Whose rules the set follows: kubectl refuses one that bears another name. */
const RULES = 'kubectl';
const RULES_VERSION = 'v1.34';

export interface ParentName {
  readonly name: string;
  readonly namespace: string;
}

/** As much of the parent as concerns the set. */
export interface Parent {
  readonly metadata: {
    readonly name: string;
    readonly resourceVersion?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** Where the members are. */
export interface Scope {
  /** "ConfigMap", "Deployment.apps" */
  readonly kinds: readonly string[];
  /** Besides the parent's own. */
  readonly namespaces: readonly string[];
}

/** Data outlive the manifests that asked for them, so neither tool is to prune these. */
const DATA = new Set(['PersistentVolumeClaim', 'Namespace']);
export const isData = ({ kind }: ObjectKey): boolean => DATA.has(kind);

/** Strimzi copies the labels of its resources to all that it makes for them, and a set's pruner goes by the label alone. */
const COPIES_LABELS = 'kafka.strimzi.io';
const isMember = (object: ObjectKey): boolean => !isData(object) && groupOf(object) !== COPIES_LABELS;

const setId = ({ name, namespace }: ParentName): string =>
  `applyset-${createHash('sha256').update(`${name}.${namespace}.ConfigMap.`).digest('base64url')}-v1`;

/** The object as a member of the set, where it may be one. */
export function labelled(object: KubeObject, parent: ParentName): KubeObject {
  if (!isMember(object)) return object;
  const { metadata } = object;
  return { ...object, metadata: { ...metadata, labels: { ...metadata.labels, [PART_OF]: setId(parent) } } };
}

/** Of those of the objects that are members. */
export function scopeOf(objects: readonly ObjectKey[], parent: ParentName): Scope {
  const members = objects.filter(isMember);
  const kinds = members.map((object) => [object.kind, groupOf(object)].filter((part) => part !== '').join('.'));
  const namespaces = members.flatMap(({ metadata }) => metadata.namespace ?? []);
  return { kinds: sorted(kinds), namespaces: sorted(namespaces.filter((each) => each !== parent.namespace)) };
}

export const union = (a: Scope, b: Scope): Scope => ({
  kinds: sorted([...a.kinds, ...b.kinds]),
  namespaces: sorted([...a.namespaces, ...b.namespaces]),
});

const sorted = (names: readonly string[]): string[] => [...new Set(names)].sort();

/** As the parent tells; throws where the set is another tool's, which this one must leave alone. */
export function readScope(parent: Parent | undefined, { name, namespace }: ParentName): Scope {
  const { annotations = {} } = parent?.metadata ?? {};
  const tooling = annotations[TOOLING];
  if (parent && tooling?.replace(/\/[^/]*$/, '') !== RULES) {
    throw new StepFailure(
      `the ConfigMap ${name} in ${namespace} keeps the ApplySet of another tool (${TOOLING}: ${tooling ?? 'not set'}): delete it with that tool first`,
    );
  }
  const listed = (annotation = ''): string[] => annotation.split(',').filter((part) => part !== '');
  return { kinds: listed(annotations[KINDS]), namespaces: listed(annotations[NAMESPACES]) };
}

/** What makes a ConfigMap the parent of the set. */
export const parentMetadata = (parent: ParentName, { kinds, namespaces }: Scope) => ({
  ...parent,
  labels: { [ID]: setId(parent) },
  annotations: {
    [TOOLING]: `${RULES}/${RULES_VERSION}`,
    [KINDS]: kinds.join(','),
    [NAMESPACES]: namespaces.join(','),
  },
});

interface Found {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly ownerReferences?: readonly { readonly controller?: boolean }[];
  };
}

/** All that bears the set's label and belongs to no other object. */
export async function membersOf(cluster: Cluster, parent: ParentName, scope: Scope): Promise<ObjectKey[]> {
  const found = await Promise.all(scope.kinds.map((kind) => membersOfKind(cluster, parent, scope, kind)));
  return found.flat();
}

async function membersOfKind(
  cluster: Cluster,
  parent: ParentName,
  { namespaces }: Scope,
  groupKind: string,
): Promise<ObjectKey[]> {
  const kind = await servedKind(cluster, groupKind);
  if (!kind) return [];
  const query = { labelSelector: `${PART_OF}=${setId(parent)}`, metadataOnly: true };
  const places = kind.namespaced ? [parent.namespace, ...namespaces] : [null];
  const lists = await Promise.all(places.map((namespace) => cluster.kube.list(kind, { ...query, namespace })));
  return lists
    .flatMap(({ items }) => items as readonly Found[])
    .filter(({ metadata }) => !metadata.ownerReferences?.some(({ controller }) => controller))
    .map(({ metadata }) => keyOf({ apiVersion: kind.apiVersion, kind: kind.kind, metadata }));
}

/** The set names no versions, and any that is served lists all its objects; a kind that is not served has none. */
async function servedKind({ discovery }: Cluster, groupKind: string): Promise<Kind | undefined> {
  const [kind = '', ...rest] = groupKind.split('.');
  const group = rest.join('.');
  const all =
    group === '' ? ['v1'] : [...(await discovery.groupVersions())].filter((each) => each.startsWith(`${group}/`));
  const found = await Promise.allSettled(all.map((apiVersion) => discovery.kindOf({ apiVersion, kind })));
  return found.find((each) => each.status === 'fulfilled')?.value;
}
