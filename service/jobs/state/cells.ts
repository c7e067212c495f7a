/**
 * The columns of a member's Table that tell the state of an object, by kind, in the order in which they are printed here. Ages and
 * durations, which move by themselves, are left out. Job has no Status column before Kubernetes 1.31.
 */
export const STATE_COLUMNS = {
  RayJob: ['job status', 'deployment status', 'ray cluster name', 'start time', 'end time'],
  Job: ['Status', 'Completions'],
  TrainingJob: ['State', 'Attempt', 'Reason'],
} as const;

type Kind = keyof typeof STATE_COLUMNS;

declare const printed: unique symbol;
/**
 * What those columns say of one object, as one value: two of them are equal (===) when every cell is. It is a text, because it is
 * stored with the job, and 100,000 of them are compared a second.
 */
export type StateCells = string & { readonly [printed]: true };

/** Equal to nothing that a member prints: the object is read again. */
export const NO_CELLS = '' as StateCells;

export type CellsOf<K extends Kind> = Readonly<Partial<Record<(typeof STATE_COLUMNS)[K][number], string | null>>>;

/** A cell that is empty and a column that the member does not have are the same. */
export function printCells<K extends Kind>(kind: K, cells: CellsOf<K>): StateCells {
  const columns: readonly (keyof CellsOf<K>)[] = STATE_COLUMNS[kind];
  let text = '';
  for (const column of columns) text += `${cells[column] ?? ''}|`;
  return text as StateCells;
}

/** From the store. What was never printed, or by another version in another form, is equal to nothing: the object is read again. */
export const parseCells = (stored: unknown): StateCells =>
  typeof stored === 'string' ? (stored as StateCells) : NO_CELLS;
