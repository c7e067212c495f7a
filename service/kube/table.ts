import { z } from 'zod';
import { garbled } from './failures.ts';
import type { Asked } from './server.ts';

/** The answer without the objects: 0.6 MB for 5,000 of them, where the objects themselves are 25 MB. */
export const TABLE_ACCEPT = 'application/json;as=Table;v=v1;g=meta.k8s.io';

/** A column to be read from a Table. */
export interface Column {
  /** As printed, and in the rows' cells. */
  readonly name: string;
  /** Of a custom resource: its JSONPath, by which a column that was renamed is still known. */
  readonly path?: string;
  /** A Table without it is no answer; any other that is not printed is left out of the rows. */
  readonly required?: boolean;
}

export interface TableRow {
  readonly name: string;
  /** By the names of the columns asked for; null for an empty cell. */
  readonly cells: Readonly<Record<string, string | null>>;
}

// The rows are checked by hand below: at 100,000 a second a schema for each would cost more than all the rest.
const tableSchema = z.looseObject({
  kind: z.literal('Table'),
  metadata: z.looseObject({ resourceVersion: z.string().default(''), continue: z.string().optional() }),
  columnDefinitions: z.array(
    z.looseObject({ name: z.string(), description: z.string().default(''), format: z.string().default('') }),
  ),
  rows: z.array(z.unknown()).nullish(),
});

type Definition = z.infer<typeof tableSchema>['columnDefinitions'][number];

interface TablePage {
  readonly rows: TableRow[];
  readonly resourceVersion: string;
  readonly next: string | undefined;
}

export function parseTable(wanted: readonly Column[], body: unknown, asked: Asked): TablePage {
  const table = tableSchema.safeParse(body);
  if (!table.success) throw garbled(asked, 'something that is no Table');
  const { columnDefinitions, metadata, rows } = table.data;
  const nameAt = columnDefinitions.findIndex((column) => column.format === 'name' || column.name === 'Name');
  const columns = wanted.map((column) => ({ ...column, at: positionOf(column, columnDefinitions) }));
  const absent = columns.filter(({ at, required }) => at < 0 && required).map(({ name }) => name);
  if (nameAt < 0 || absent.length > 0) {
    throw garbled(asked, `a Table without the columns ${nameAt < 0 ? 'Name' : absent.join(', ')}`);
  }
  const printed = columns.filter(({ at }) => at >= 0);
  return {
    rows: (rows ?? []).map((row) => rowOf(row, nameAt, printed, asked)),
    resourceVersion: metadata.resourceVersion,
    next: metadata.continue || undefined,
  };
}

function positionOf({ name, path }: Column, printed: readonly Definition[]): number {
  const byPath = path === undefined ? -1 : printed.findIndex(({ description }) => description.endsWith(`: ${path}`));
  return byPath >= 0 ? byPath : printed.findIndex((column) => column.name.toLowerCase() === name.toLowerCase());
}

function rowOf(row: unknown, nameAt: number, columns: readonly { name: string; at: number }[], asked: Asked): TableRow {
  const cells = (row as { cells?: unknown } | null)?.cells;
  const name: unknown = Array.isArray(cells) ? cells[nameAt] : undefined;
  if (!Array.isArray(cells) || typeof name !== 'string' || name === '')
    throw garbled(asked, 'a Table row without a name');
  const state: Record<string, string | null> = {};
  for (const column of columns) {
    const cell: unknown = cells[column.at];
    if (cell === undefined) throw garbled(asked, `a Table row that is too short ("${name}")`);
    // An empty cell is null for a custom resource and "" for a built-in kind.
    state[column.name] = cell === null || cell === '' ? null : String(cell);
  }
  return { name, cells: state };
}
