import type { Column } from './columns.ts';
import type { DraftObject, StoredObject } from './objects.ts';
import type { FieldProblem } from './status.ts';

/** One kind that an API server serves. */
export interface ResourceType {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames?: readonly string[];
  /** Columns after the name; a kind without any shows its age. */
  readonly columns: readonly Column[];
  /** A write of the object leaves the status alone, and a write to /status all else. */
  readonly statusSubresource: boolean;
  /** A write to /status is filled in and checked as one of the object is. */
  readonly admitsStatus?: boolean;
  /** What the API server adds to an object, and drops of it. */
  readonly defaults?: (draft: DraftObject) => DraftObject;
  /** What it adds once the object has a uid. */
  readonly complete?: (object: StoredObject) => StoredObject;
  /** What it refuses; `before` is the object as stored when this is a change. */
  readonly validate?: (draft: DraftObject, before: StoredObject | undefined) => FieldProblem[];
}

export const groupVersion = ({ group, version }: Pick<ResourceType, 'group' | 'version'>): string =>
  group ? `${group}/${version}` : version;

export const resourceKey = ({ group, plural }: Pick<ResourceType, 'group' | 'plural'>): string => `${plural}.${group}`;

export type ResourceTable = ReadonlyMap<string, ResourceType>;

export const resourceTable = (types: readonly ResourceType[]): ResourceTable =>
  new Map(types.map((type) => [resourceKey(type), type]));

export function typeOfKind(table: ResourceTable, apiVersion: string, kind: string): ResourceType | undefined {
  for (const type of table.values()) {
    if (type.kind === kind && groupVersion(type) === apiVersion) return type;
  }
  return undefined;
}
