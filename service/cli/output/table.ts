import { plain } from '../terminal.ts';

export interface Column<T> {
  readonly title: string;
  /** Shown by -o wide only. */
  readonly wide?: true;
  readonly text: (row: T) => string;
  /** Around the text, which is measured without it. */
  readonly paint?: (text: string, row: T) => string;
}

const GAP = '   ';

/** Rows as they come, a page at a time: a column never gets narrower, so that pages stand below each other. */
export const createTable = <T>(columns: readonly Column<T>[]): ((rows: readonly T[]) => string) => {
  const widths = columns.map(({ title }) => title.length);
  let begun = false;
  return (rows) => {
    const cells = rows.map((row) => columns.map(({ text }) => plain(text(row)) || '-'));
    for (const line of cells) {
      for (const [index, cell] of line.entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length);
    }
    const lines = cells.map((line, place) =>
      line.map((cell, index) => {
        const { paint } = columns[index] as Column<T>;
        const padding = index === columns.length - 1 ? '' : ' '.repeat((widths[index] ?? 0) - cell.length);
        return `${paint ? paint(cell, rows[place] as T) : cell}${padding}`;
      }),
    );
    const titles = columns.map(({ title }, index) =>
      index === columns.length - 1 ? title : title.padEnd(widths[index] ?? 0),
    );
    const all = begun ? lines : [titles, ...lines];
    begun = true;
    return all.map((line) => `${line.join(GAP)}\n`).join('');
  };
};
