import { type Fields, listAt, pick, textAt } from './objects.ts';

type Cell = string | number | boolean | null;

/** One column of a Table answer. */
export interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'date';
  readonly format: string;
  readonly description: string;
  readonly priority: number;
  /** Changes as time goes by, though the object does not: never kept from one answer to the next. */
  readonly moving: boolean;
  readonly cell: (object: Fields, now: number) => Cell;
}

/** A column as a CRD declares it, by a path into the object. */
export function pathColumn(
  name: string,
  path: string,
  options: { type?: Column['type']; priority?: number } = {},
): Column {
  const steps = path.split('.').slice(1);
  const type = options.type ?? 'string';
  return {
    name,
    type,
    format: '',
    description: `Custom resource definition column (in JSONPath format): ${path}`,
    priority: options.priority ?? 0,
    moving: type === 'date',
    cell(object, now) {
      const value = pick(object, ...steps);
      if (type === 'date') return typeof value === 'string' ? age(value, now) : null;
      return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
    },
  };
}

/** A column that a CRD declares by a path with a filter: what one of the conditions says. */
export function conditionColumn(
  name: string,
  condition: string,
  { field = 'status', priority = 0 }: { field?: string; priority?: number } = {},
): Column {
  const column = pathColumn(name, `.status.conditions[?(@.type=="${condition}")].${field}`, { priority });
  return {
    ...column,
    cell(object) {
      const found = listAt(object, 'status', 'conditions').find((entry) => pick(entry, 'type') === condition);
      return textAt(found, field) ?? null;
    },
  };
}

/** A column as the API server computes it for a built-in kind. */
export function builtinColumn(
  name: string,
  description: string,
  cell: Column['cell'],
  options: { type?: Column['type']; priority?: number; moving?: boolean } = {},
): Column {
  const { type = 'string', priority = 0, moving = false } = options;
  return { name, type, format: '', description, priority, moving, cell };
}

/** A built-in kind's column that shows nothing where there is nothing to show. */
export const textColumn = (
  name: string,
  description: string,
  read: (object: Fields) => unknown,
  priority = 0,
): Column =>
  builtinColumn(
    name,
    description,
    (object) => {
      const value = read(object);
      return typeof value === 'string' || typeof value === 'number' ? value : '';
    },
    { priority },
  );

export const nameColumn: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'Name must be unique within a namespace. Is required when creating resources.',
  priority: 0,
  moving: false,
  cell: (object) => String(pick(object, 'metadata', 'name')),
};

export const ageColumn = builtinColumn(
  'Age',
  'CreationTimestamp is a timestamp representing the server time when this object was created.',
  (object, now) => age(String(pick(object, 'metadata', 'creationTimestamp')), now),
  { moving: true },
);

const age = (since: string, now: number): string => humanDuration(now - Date.parse(since));

/** Durations in the words of kubectl: ever coarser, so that an old object's age seldom changes. */
export function humanDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return withRest(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return withRest(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (days < 8) return withRest(days, 'd', hours % 24, 'h');
  if (days < 730) return `${days}d`;
  return withRest(Math.floor(days / 365), 'y', days % 365, 'd');
}

const withRest = (most: number, unit: string, rest: number, restUnit: string): string =>
  rest === 0 ? `${most}${unit}` : `${most}${unit}${rest}${restUnit}`;
