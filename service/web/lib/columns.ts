/** Beside the name and the state, which are always there. By what is worth most where there is little room. */
const COLUMN_NAMES = [
  'age',
  'cluster',
  'duration',
  'loss',
  'algorithm',
  'owner',
  'priority',
  'namespace',
  'use',
] as const;
export type ColumnName = (typeof COLUMN_NAMES)[number];

/** The order in which they stand, whatever the order in which they were chosen. */
export const COLUMN_ORDER: readonly ColumnName[] = [
  'owner',
  'namespace',
  'algorithm',
  'cluster',
  'loss',
  'use',
  'priority',
  'age',
  'duration',
];

/** At least so wide, in rem. */
export const COLUMN_WIDTHS: Record<ColumnName, number> = {
  owner: 7,
  namespace: 6,
  algorithm: 7.5,
  cluster: 6.5,
  loss: 8,
  use: 5.5,
  priority: 5,
  age: 4,
  duration: 6.5,
};
/** Checkbox, name and state with their gaps. */
const FIRST_COLUMNS = 26;
const GAP = 1;

const parse = (text: string): readonly ColumnName[] => {
  const said = text.split(',');
  return COLUMN_ORDER.filter((name) => said.includes(name));
};

/** Of the URL, so that a shared view looks the same to all; else what was chosen in this browser; else all. */
export const readColumns = (search: URLSearchParams, remembered: string | null): readonly ColumnName[] => {
  const said = search.get('columns') ?? remembered;
  return said === null ? COLUMN_ORDER : parse(said);
};

/** "columns=..." of a view that does not show all. */
export const writeColumns = (columns: readonly ColumnName[]): string =>
  columns.length === COLUMN_ORDER.length ? '' : columns.join(',');

/** Those of the chosen columns for which a window of this width (in rem) has room. */
export const fittingColumns = (chosen: readonly ColumnName[], rem: number): readonly ColumnName[] => {
  let left = rem - FIRST_COLUMNS;
  const fitting = new Set<ColumnName>();
  for (const name of COLUMN_NAMES) {
    if (!chosen.includes(name)) continue;
    left -= COLUMN_WIDTHS[name] + GAP;
    if (left < 0) break;
    fitting.add(name);
  }
  return COLUMN_ORDER.filter((name) => fitting.has(name));
};
