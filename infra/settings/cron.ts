// Schedules as the API server takes them: its CronJobs read five fields, or one of the short forms.
import type { z } from 'zod';
import { text } from './scalars.ts';

interface Field {
  readonly values: string;
  readonly least: number;
  readonly most: number;
  /** What stands for `least` and those that follow. */
  readonly names?: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

// Sunday is 0 alone: the API server refuses 7.
const FIELDS: readonly Field[] = [
  { values: '[1-5]?[0-9]', least: 0, most: 59 },
  { values: '1?[0-9]|2[0-3]', least: 0, most: 23 },
  { values: '[1-9]|[12][0-9]|3[01]', least: 1, most: 31 },
  { values: '[1-9]|1[0-2]', least: 1, most: 12, names: MONTHS },
  { values: '[0-6]', least: 0, most: 6, names: DAYS },
];
const SHORT_FORMS = '@(yearly|annually|monthly|weekly|daily|midnight|hourly)';

const either = (word: string): string => `${word}|${word.toUpperCase()}`;

function pattern({ names = [], values }: Field): string {
  const value = `(${[values, ...names.map(either)].join('|')})`;
  const item = `(\\*|${value}(-${value})?)(/[1-9][0-9]?)?`;
  return `${item}(,${item})*`;
}

const FIVE_FIELDS = FIELDS.map(pattern).join(' ');

/** Five fields; for what puts another one in front, and so has no short forms. */
export const cronFields = () => withRanges(text(FIVE_FIELDS, 'a cron line of five fields such as 0 3 * * *'));

export const cron = () =>
  withRanges(text(`${FIVE_FIELDS}|${SHORT_FORMS}`, 'a cron line of five fields such as 0 3 * * *, or @daily'));

/** A pattern can hardly say that a range ends after it begins. */
function withRanges(schema: z.ZodString): z.ZodString {
  return schema.refine((line) => line.startsWith('@') || line.split(' ').every(hasRanges), {
    error: 'ranges that end after they begin, such as 1-5',
  });
}

const hasRanges = (field: string, place: number): boolean =>
  field.split(',').every((item) => {
    const [from, to] = (item.split('/')[0] ?? '').split('-').map((value) => numberOf(value, FIELDS[place]));
    return from === undefined || to === undefined || from <= to;
  });

function numberOf(value: string, field: Field | undefined): number {
  const named = field?.names?.indexOf(value.toLowerCase()) ?? -1;
  return named < 0 ? Number(value) : named + (field?.least ?? 0);
}
