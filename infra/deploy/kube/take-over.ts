import type { KubeObject } from '../../synth/synthesize.ts';
import type { Cluster } from './cluster.ts';

/** `fieldsV1`: a tree of the fields that a manager answers for. */
interface FieldSet {
  readonly [part: string]: FieldSet;
}

interface Entry {
  readonly manager?: string;
  readonly operation?: string;
  readonly subresource?: string;
  readonly fieldsV1?: FieldSet;
}

export interface TakeOver {
  /** Who answered for the fields until now. */
  from(manager: string): boolean;
  /** Who does from now on, by server-side apply: what it applies no more, goes. */
  readonly to: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** null takes one away. */
  readonly annotations?: Readonly<Record<string, string | null>>;
}

/** Hands an object that is there from one tool to another, and changes nothing else of it. */
export async function takeOver(
  { api, resources }: Cluster,
  object: KubeObject,
  { annotations = {}, from, labels = {}, to }: TakeOver,
): Promise<boolean> {
  const path = await resources.pathOf(object);
  const live = await api.find<KubeObject>(path);
  if (!live) return false;
  const { managedFields = [], resourceVersion } = live.metadata as {
    managedFields?: Entry[];
    resourceVersion?: string;
  };
  const taken = object.kind === 'PersistentVolumeClaim' ? managedFields.map(withoutSpec) : managedFields;
  const body = { metadata: { labels, annotations, managedFields: renamed(taken, from, to), resourceVersion } };
  const query = { fieldManager: to };
  await api.ask('PATCH', path, { query, contentType: 'application/merge-patch+json', body });
  return true;
}

/** All that those managers answered for, as one entry of the new one; others' entries as they were. */
function renamed(entries: readonly Entry[], from: (manager: string) => boolean, to: string): Entry[] {
  const isMine = ({ manager = '', operation, subresource }: Entry): boolean =>
    subresource === undefined && (from(manager) || (manager === to && operation === 'Apply'));
  const mine = entries.filter(isMine);
  const [first] = mine;
  if (!first) return [...entries];
  const fieldsV1 = mine.map((each) => each.fieldsV1 ?? {}).reduce(union);
  return [...entries.filter((each) => !isMine(each)), { ...first, manager: to, operation: 'Apply', fieldsV1 }];
}

/**
 * A chart asks for all that an existing claim has, its class as well: taken over, what our manifest leaves to the cluster
 * would have to go, and of a claim nothing can. So nobody answers for it, until somebody applies it.
 */
function withoutSpec({ fieldsV1 = {}, ...entry }: Entry): Entry {
  const { 'f:spec': _, ...others } = fieldsV1;
  return { ...entry, fieldsV1: entry.subresource === undefined ? others : fieldsV1 };
}

function union(a: FieldSet, b: FieldSet): FieldSet {
  const merged: Record<string, FieldSet> = { ...a };
  for (const [part, inner] of Object.entries(b)) merged[part] = union(merged[part] ?? {}, inner);
  return merged;
}
