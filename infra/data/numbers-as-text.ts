// Texts that may be written as numbers: YAML, and an option of a command line, read 2 as one where "2" is meant.
import { z } from 'zod';
import { unwrap } from './allowed.ts';

/** The numbers that stand for a text of the schema, as JSON Schema says them. */
export interface Numbers {
  readonly minimum: number;
  readonly maximum: number;
  readonly multipleOf: number;
}

export const orNumber = (schema: z.ZodString, numbers: Numbers): z.ZodString => schema.meta({ numbers });

export const numbersOf = (schema: z.core.$ZodType): Numbers | undefined =>
  (schema as z.ZodType).meta()?.numbers as Numbers | undefined;

/** The values with a text in the place of each number that stands for one. */
export function withTexts(schema: z.core.$ZodType, values: unknown): unknown {
  const inner = unwrap(schema as z.ZodType);
  if (typeof values === 'number') return standsForText(inner, values) ? String(values) : values;
  if (values === null || typeof values !== 'object') return values;
  if (Array.isArray(values)) {
    return inner instanceof z.ZodArray ? values.map((value) => withTexts(inner.element, value)) : values;
  }
  if (!(inner instanceof z.ZodObject)) return values;
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      const field = Object.hasOwn(inner.shape, key) ? inner.shape[key] : undefined;
      return [key, field ? withTexts(field, value) : value];
    }),
  );
}

const standsForText = (schema: z.ZodType, value: number): boolean =>
  numbersOf(schema) !== undefined && schema.safeParse(String(value)).success;
