import { z } from 'zod';
import { InvalidCursor } from './errors.ts';

/** The values by which the list is ordered, of the last job looked at; times in milliseconds, which is what the columns hold. */
export type SortKey = readonly (string | number)[];

/** JavaScript's last; PostgreSQL's is later. */
const LAST_TIME = 8.64e15;
/** PostgreSQL's. */
const MAX_INTEGER = 2_147_483_647;

const content = z.tuple([
  z.string(),
  z.boolean(),
  z
    .array(z.union([z.string().max(200), z.number()]))
    .min(2)
    .max(3),
]);

interface Order {
  readonly sort: string;
  readonly descending: boolean;
}

export const makeCursor = ({ sort, descending }: Order, key: SortKey): string =>
  Buffer.from(JSON.stringify([sort, descending, key])).toString('base64url');

/** It is only a place to go on from, so a forged one can show nothing that a query could not; but it must not break the SQL. */
export function readCursor(
  text: string,
  { sort, descending }: Order,
  types: readonly ('time' | 'number' | 'real' | 'text')[],
): SortKey {
  const [madeForSort, madeForDescending, key] = parse(text);
  if (madeForSort !== sort || madeForDescending !== descending) {
    throw new InvalidCursor('belongs to another sort order; begin again without it');
  }
  const fits =
    key.length === types.length &&
    key.every((value, index) => {
      const type = types[index];
      if (type === 'text') return typeof value === 'string' && !value.includes('\0');
      if (typeof value !== 'number') return false;
      if (type === 'real') return Number.isFinite(Math.fround(value));
      if (!Number.isInteger(value)) return false;
      return type === 'time' ? value >= 0 && value <= LAST_TIME : Math.abs(value) <= MAX_INTEGER;
    });
  if (!fits) throw new InvalidCursor('is not one that a page gave; begin again without it');
  return key;
}

/** Whether a page of that order gave it. */
export function isCursorOf(text: string, { sort, descending }: Order): boolean {
  const [madeForSort, madeForDescending] = parse(text);
  return madeForSort === sort && madeForDescending === descending;
}

function parse(text: string): z.infer<typeof content> {
  try {
    if (text.length > 1_000) throw new Error('too long');
    return content.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
  } catch (cause) {
    throw new InvalidCursor('is not one that a page gave; begin again without it', { cause });
  }
}
