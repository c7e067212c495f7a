import { z } from 'zod';

// From zod to what a CustomResourceDefinition takes: a "structural" schema, in which unknown fields are dropped unless
// said otherwise, and every node has one type.

const KEEP = 'x-kubernetes-preserve-unknown-fields';
const INT_OR_STRING = 'x-kubernetes-int-or-string';

/** For z.looseObject: the API server keeps what the schema does not name. */
export const kept = () => ({ [KEEP]: true });

export const anything = () => z.unknown().meta(kept());

const quantity = z.union([z.int(), z.string().max(64)]).meta({ [INT_OR_STRING]: true });

/** Resource name -> amount, as in a container. */
export const quantities = () => z.record(z.string(), quantity).meta({ maxProperties: 32 });

interface StructuralSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, StructuralSchema>>;
  readonly additionalProperties?: StructuralSchema;
  readonly items?: StructuralSchema;
  readonly default?: unknown;
  readonly required?: readonly string[];
  readonly [keyword: string]: unknown;
}

export const structural = (schema: z.ZodType): StructuralSchema =>
  clean(z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input', reused: 'inline' }) as StructuralSchema);

/** JSON Schema's widest safe integer, which zod writes where no bound is set. */
const isNoBound = (value: unknown): boolean => Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER;

function clean(schema: StructuralSchema): StructuralSchema {
  if (schema[INT_OR_STRING]) {
    const { anyOf, ...rest } = schema;
    return { anyOf: [{ type: 'integer' }, { type: 'string' }], ...rest };
  }
  const { properties, additionalProperties, items, minimum, maximum, pattern, ...rest } = schema;
  const isMap = !properties && typeof additionalProperties === 'object' && Object.keys(additionalProperties).length > 0;
  // date-time is checked by its format; the pattern that zod adds is a second, longer way to say the same.
  const keepsPattern = pattern !== undefined && schema.format !== 'date-time';
  const isText = schema.type === 'string';
  return {
    ...rest,
    ...(minimum !== undefined && !isNoBound(minimum) ? { minimum } : {}),
    ...(maximum !== undefined && !isNoBound(maximum) ? { maximum } : {}),
    ...(keepsPattern ? { pattern } : {}),
    ...(schema.type === 'integer' ? { format: 'int64' } : {}),
    ...(schema.type === 'number' ? { format: 'double' } : {}),
    ...(isText && schema.format === 'date-time' ? { format: 'date-time' } : {}),
    ...(items ? { items: clean(items) } : {}),
    ...(isMap ? { additionalProperties: clean(additionalProperties) } : {}),
    ...(properties
      ? { properties: Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, clean(field)])) }
      : {}),
  };
}
