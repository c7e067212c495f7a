import { wrongUse } from '../failures.ts';
import type { Terminal } from '../terminal.ts';
import { jsonPath } from './json-path.ts';
import { type Column, createTable } from './table.ts';

export const FORMATS = ['table', 'wide', 'json', 'yaml', 'name', 'jsonpath=...'] as const;

export type Format =
  | { readonly kind: 'table'; readonly wide: boolean }
  | { readonly kind: 'json' | 'yaml' | 'name' }
  | { readonly kind: 'jsonpath'; readonly render: (value: unknown) => string };

export const parseFormat = (said: string): Format => {
  if (said === 'table' || said === 'wide') return { kind: 'table', wide: said === 'wide' };
  if (said === 'json' || said === 'yaml' || said === 'name') return { kind: said };
  const template = /^jsonpath=(.+)$/s.exec(said)?.[1];
  if (template !== undefined) return { kind: 'jsonpath', render: jsonPath(template) };
  throw wrongUse(`-o ${said} is not known`, `It is one of ${FORMATS.join(', ')}.`);
};

export interface Shape<T> {
  readonly columns: readonly Column<T>[];
  readonly nameOf: (row: T) => string;
}

/** One thing: as a table of one row, or whole. */
export const printOne = async <T>(terminal: Terminal, format: Format, value: T, shape: Shape<T>): Promise<void> => {
  await printAll(terminal, format, onePage([value]), shape, value);
};

/** A list, page by page where the format can be written so: whoever reads the first lines does not wait for the last. */
export const printList = async <T>(
  terminal: Terminal,
  format: Format,
  pages: AsyncIterable<readonly T[]>,
  shape: Shape<T>,
): Promise<number> => printAll(terminal, format, pages, shape);

const printAll = async <T>(
  terminal: Terminal,
  format: Format,
  pages: AsyncIterable<readonly T[]>,
  { columns, nameOf }: Shape<T>,
  single?: T,
): Promise<number> => {
  const shown = columns.filter(({ wide }) => !wide || (format.kind === 'table' && format.wide));
  const table = createTable(shown);
  const all: T[] = [];
  let count = 0;
  for await (const rows of pages) {
    if (format.kind === 'table' && count + rows.length > 0) await terminal.print(table(rows));
    else if (format.kind === 'name') await terminal.print(rows.map((row) => `${nameOf(row)}\n`).join(''));
    else all.push(...rows);
    count += rows.length;
  }
  if (format.kind === 'table' || format.kind === 'name') return count;
  await terminal.print(await whole(format, single ?? all));
  return count;
};

/** Of a value that has no table. */
export const printWhole = async (terminal: Terminal, format: Format, value: unknown): Promise<void> =>
  terminal.print(await whole(format.kind === 'json' || format.kind === 'jsonpath' ? format : { kind: 'yaml' }, value));

const whole = async (format: Format, value: unknown): Promise<string> => {
  if (format.kind === 'json') return `${JSON.stringify(value, null, 2)}\n`;
  if (format.kind === 'jsonpath') return format.render(value);
  // Of the start's time it would take a third, and most commands do without it.
  const { stringify } = await import('yaml');
  return stringify(value, { lineWidth: 0 });
};

/** Of what is there at once. */
export async function* onePage<T>(rows: readonly T[]): AsyncGenerator<readonly T[], void, void> {
  yield rows;
}
