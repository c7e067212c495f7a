import { type DraftObject, type Fields, isFields, type StoredObject, sameJson, timestamp } from './objects.ts';
import {
  changedFields,
  type FieldSet,
  fieldsOf,
  has,
  leaves,
  type Owner,
  readOwners,
  removeFields,
  subtract,
  union,
  valueAt,
  writeOwners,
} from './ownership.ts';
import { overlay } from './patch.ts';
import { ApiError } from './status.ts';

export interface Writer {
  readonly manager: string;
  readonly subresource?: string;
}

const isOwner = (owner: Owner, writer: Writer, operation: Owner['operation']): boolean =>
  owner.manager === writer.manager && owner.operation === operation && owner.subresource === writer.subresource;

/**
 * Server-side apply: the draft is laid over the object, what this manager applied before and leaves out now is removed
 * (unless another manager also owns it), and fields that another manager owns with another value are a conflict.
 */
export function applyOver(live: StoredObject, draft: DraftObject, writer: Writer, force: boolean): DraftObject {
  const owners = readOwners(live);
  const mine = owners.find((owner) => isOwner(owner, writer, 'Apply'));
  const others = owners.filter((owner) => owner !== mine);
  const wanted = fieldsOf(draft);
  const disputed = conflicts(live, draft, wanted, others);
  if (disputed.length > 0 && !force) throw conflictError(disputed);

  const dropped = leaves(subtract(mine?.fields ?? {}, wanted)).filter(
    (path) => !others.some((o) => has(o.fields, path)),
  );
  const merged = removeFields(overlay(live, draft) as Fields, dropped);
  const taken = disputed.reduce<FieldSet>((set, { path }) => union(set, asSet(path)), {});
  const remaining = others.map((owner) => ({ ...owner, fields: subtract(owner.fields, taken) }));
  const entry = ownerEntry(draft.apiVersion, writer, 'Apply', wanted);
  return withOwners(merged, [...remaining, entry]);
}

/** A new object made by apply: all its fields are the writer's. */
export const applyNew = (draft: DraftObject, writer: Writer): DraftObject =>
  withOwners(draft, [ownerEntry(draft.apiVersion, writer, 'Apply', fieldsOf(draft))]);

/** A create, replace or patch: the writer becomes the only owner of what it changed. */
export function trackUpdate(before: StoredObject | undefined, after: DraftObject, writer: Writer): DraftObject {
  const changed = before ? changedFields(before, after) : fieldsOf(after);
  // A writer may say anew who owns what; one that leaves it out leaves it as it is.
  const owners = before ? readOwners(after.metadata.managedFields ? after : before) : [];
  if (before && leaves(changed).length === 0) return withOwners(after, owners);
  const mine = owners.find((owner) => isOwner(owner, writer, 'Update'));
  const others = owners
    .filter((owner) => owner !== mine)
    .map((owner) => ({ ...owner, fields: subtract(owner.fields, changed) }));
  const fields = union(mine?.fields ?? {}, changed);
  return withOwners(after, [...others, ownerEntry(after.apiVersion, writer, 'Update', fields)]);
}

interface Dispute {
  readonly path: readonly string[];
  readonly owner: Owner;
}

function conflicts(live: StoredObject, draft: DraftObject, wanted: FieldSet, others: readonly Owner[]): Dispute[] {
  return leaves(wanted).flatMap((path) => {
    const [is, wants] = [valueAt(live, path), valueAt(draft, path)];
    // An empty map says nothing of what another manager put into it.
    if (path.at(-1) === '.' || sameJson(is, wants) || (isFields(is) && isFields(wants))) return [];
    const owner = others.find((other) => has(other.fields, path));
    return owner ? [{ path, owner }] : [];
  });
}

function conflictError(disputes: readonly Dispute[]): ApiError {
  const field = ({ path }: Dispute): string =>
    path.map((part) => (part.startsWith('f:') ? `.${part.slice(2)}` : `[${part.slice(2)}]`)).join('');
  const names = [...new Set(disputes.map(({ owner }) => `"${owner.manager}"`))].join(', ');
  return new ApiError(
    409,
    'Conflict',
    `Apply failed with ${disputes.length} conflict${disputes.length > 1 ? 's' : ''}: conflicts with ${names}: ${disputes.map(field).join(', ')}`,
    {
      causes: disputes.map((dispute) => ({
        reason: 'FieldManagerConflict',
        message: `conflict with "${dispute.owner.manager}"`,
        field: field(dispute),
      })),
    },
  );
}

const asSet = (path: readonly string[]): FieldSet =>
  path.reduceRight<FieldSet>((inner, part) => ({ [part]: inner }), {});

const ownerEntry = (apiVersion: string, writer: Writer, operation: Owner['operation'], fields: FieldSet): Owner => ({
  manager: writer.manager,
  operation,
  apiVersion,
  time: timestamp(),
  fields,
  ...(writer.subresource !== undefined && { subresource: writer.subresource }),
});

function withOwners(object: Fields, owners: readonly Owner[]): DraftObject {
  const draft = object as DraftObject;
  return { ...draft, metadata: { ...draft.metadata, managedFields: writeOwners(owners) } };
}
