import { type Fields, isFields, sameJson } from './objects.ts';
import { keyedElements } from './patch.ts';

/** A set of fields in the form of `managedFields[].fieldsV1`. */
export interface FieldSet {
  readonly [part: string]: FieldSet;
}

/** Which manager last said what, as `metadata.managedFields` keeps it. */
export interface Owner {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource?: string;
  readonly time: string;
  readonly fields: FieldSet;
}

/** Names an object and its server-made fields belong to nobody. */
const UNOWNED_TOP = new Set(['apiVersion', 'kind']);
const UNOWNED_METADATA = new Set([
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'selfLink',
  'generateName',
]);

/** Every field of the object, as a set. */
export function fieldsOf(object: Fields): FieldSet {
  const set: Record<string, FieldSet> = {};
  for (const [name, value] of Object.entries(object)) {
    if (UNOWNED_TOP.has(name) || value === undefined) continue;
    const fields = name === 'metadata' && isFields(value) ? without(value, UNOWNED_METADATA) : value;
    if (name === 'metadata' && isFields(fields) && Object.keys(fields).length === 0) continue;
    set[`f:${name}`] = setOf(fields, name);
  }
  return set;
}

function setOf(value: unknown, field: string): FieldSet {
  if (isFields(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [`f:${name}`, setOf(inner, name)]));
  }
  const elements = keyedElements(field, value);
  if (!elements || elements.size === 0) return {};
  return Object.fromEntries([...elements].map(([key, element]) => [key, { '.': {}, ...setOf(element, '') }]));
}

/** Fields whose value differs between two versions of an object: what an update takes over. */
export function changedFields(before: Fields, after: Fields): FieldSet {
  return prune(fieldsOf(after), (path) => !sameJson(valueAt(before, path), valueAt(after, path)));
}

type Path = readonly string[];

/** The leaves of the set for which `keep` holds. */
function prune(set: FieldSet, keep: (path: Path) => boolean, path: Path = []): FieldSet {
  const kept: Record<string, FieldSet> = {};
  for (const [part, inner] of Object.entries(set)) {
    const here = [...path, part];
    const isLeaf = Object.keys(inner).length === 0;
    if (isLeaf) {
      if (keep(here)) kept[part] = inner;
      continue;
    }
    const rest = prune(inner, keep, here);
    if (Object.keys(rest).length > 0) kept[part] = rest;
  }
  return kept;
}

export function subtract(set: FieldSet, other: FieldSet): FieldSet {
  return prune(set, (path) => !has(other, path));
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  const merged: Record<string, FieldSet> = { ...a };
  for (const [part, inner] of Object.entries(b))
    merged[part] = part in merged ? union(merged[part] ?? {}, inner) : inner;
  return merged;
}

const isEmpty = (set: FieldSet): boolean => Object.keys(set).length === 0;

export function leaves(set: FieldSet): Path[] {
  const found: Path[] = [];
  prune(set, (path) => {
    found.push(path);
    return false;
  });
  return found;
}

export function has(set: FieldSet, path: Path): boolean {
  let at: FieldSet | undefined = set;
  for (const part of path) {
    at = at?.[part];
    if (at === undefined) return false;
  }
  return true;
}

export function valueAt(object: unknown, path: Path): unknown {
  let at = object;
  let field = '';
  for (const part of path) {
    if (part === '.') continue;
    if (part.startsWith('f:')) {
      field = part.slice(2);
      at = isFields(at) ? at[field] : undefined;
    } else {
      at = keyedElements(field, at)?.get(part);
    }
  }
  return at;
}

/** The object without the fields at the paths; a list's element goes when its own entry (`.`) is among them. */
export function removeFields(object: Fields, paths: readonly Path[]): Fields {
  return paths.reduce<Fields>((result, path) => removeField(result, path, '') as Fields, object);
}

function removeField(value: unknown, [part, ...rest]: Path, field: string): unknown {
  if (part === undefined) return value;
  if (part.startsWith('f:')) {
    if (!isFields(value)) return value;
    const name = part.slice(2);
    if (!(name in value)) return value;
    return rest.length === 0
      ? without(value, new Set([name]))
      : { ...value, [name]: removeField(value[name], rest, name) };
  }
  const elements = keyedElements(field, value);
  if (!elements?.has(part)) return value;
  if (rest.length === 0 || rest[0] === '.') elements.delete(part);
  else elements.set(part, removeField(elements.get(part), rest, ''));
  return [...elements.values()];
}

const without = (fields: Fields, names: ReadonlySet<string>): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.has(name)));

export function readOwners(object: { readonly metadata: { readonly managedFields?: readonly Fields[] } }): Owner[] {
  return (object.metadata.managedFields ?? []).map((entry) => {
    const { fieldsV1, fieldsType: _, ...rest } = entry;
    return { ...rest, fields: fieldsV1 } as unknown as Owner;
  });
}

export const writeOwners = (owners: readonly Owner[]): Fields[] =>
  owners
    .filter(({ fields }) => !isEmpty(fields))
    .map(({ fields, ...owner }) => ({ ...owner, fieldsType: 'FieldsV1', fieldsV1: fields }));
