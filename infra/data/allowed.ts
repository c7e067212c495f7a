import { z } from 'zod';

/** What a field takes, in words. */
export function allowed(field: z.ZodType): string {
  const schema = unwrap(field);
  if (schema instanceof z.ZodString) return textInWords(schema);
  return inWords(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }));
}

/**
 * JSON Schema that nothing fits, and that says so in words: validators tell what a constant should have been, where of a
 * pattern they would show the regular expression.
 */
export const refusal = (words: string) => ({ const: words, not: { const: words } });

/** The pattern's own message, which says what is allowed: asked for by a text that no pattern lets through. */
export function textInWords(schema: z.ZodString): string {
  const refused = schema.safeParse('\u0000').error?.issues.find(({ code }) => code === 'invalid_format');
  return refused?.message ?? `text of at most ${schema.maxLength} characters`;
}

function inWords(schema: z.core.JSONSchema.BaseSchema): string {
  const { enum: values, maximum, minimum, minItems, maxItems, type } = schema;
  if (values) return values.map((value) => JSON.stringify(value)).join(', ');
  if (type === 'integer') return `a whole number from ${minimum} to ${maximum}`;
  if (type === 'number') return `a number from ${minimum} to ${maximum}`;
  if (type === 'boolean') return 'true or false';
  if (type === 'array') return `a list of ${minItems ?? 0} to ${maxItems ?? 'any number of'} entries`;
  if (type === 'object') {
    const keys = Object.keys(schema.properties ?? {});
    return keys.length > 0 ? `an object with some of ${keys.join(', ')}` : 'an object of texts';
  }
  return 'another value';
}

/** A schema without the wrappers that give defaults. */
export function unwrap(schema: z.ZodType): z.ZodType {
  const wrapped = schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional;
  return wrapped ? unwrap(schema.unwrap() as z.ZodType) : schema;
}
