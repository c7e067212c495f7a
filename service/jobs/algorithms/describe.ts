import { z } from 'zod';
import type { Algorithm } from './algorithm.ts';

/** One field of an algorithm as a form needs it. */
export interface FieldDescription {
  readonly name: string;
  readonly type: 'integer' | 'number' | 'string' | 'boolean' | 'list';
  readonly default: unknown;
  readonly help: string;
  readonly nullable: boolean;
  readonly min?: number;
  readonly max?: number;
  /** true: the bound itself is not allowed */
  readonly exclusiveMin?: boolean;
  readonly exclusiveMax?: boolean;
  /** The only values allowed. */
  readonly enum?: readonly (string | number)[];
  /** Words that are allowed instead of a value of the type: "auto". */
  readonly literals?: readonly string[];
  readonly pattern?: string;
  readonly maxLength?: number;
  /** Of a list: what its entries may be. */
  readonly items?: { readonly enum?: readonly string[]; readonly pattern?: string };
  readonly minItems?: number;
  readonly maxItems?: number;
}

export interface AlgorithmDescription {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly entrypoint: string;
  readonly needsGpus: boolean;
  readonly common: readonly string[];
  readonly fields: readonly FieldDescription[];
}

/** From the very schema that validates, so that a form offers what is accepted. */
export function describeAlgorithm({
  name,
  title,
  description,
  entrypoint,
  needsGpus,
  common,
  hyperparameters,
}: Algorithm): AlgorithmDescription {
  const { properties = {} } = z.toJSONSchema(hyperparameters, { io: 'input' });
  const fields = Object.entries(properties).map(([field, schema]) => describeField(field, schema as JsonSchema));
  return { name, title, description, entrypoint, needsGpus, common, fields };
}

type JsonSchema = z.core.JSONSchema.BaseSchema;

function describeField(name: string, schema: JsonSchema): FieldDescription {
  const branches = (schema.anyOf ?? [schema]) as JsonSchema[];
  const literals = branches.flatMap(({ const: word }) => (typeof word === 'string' ? [word] : []));
  const value = branches.find((branch) => branch.type !== 'null' && branch.const === undefined) ?? schema;
  return {
    name,
    type: fieldType(value),
    default: schema.default,
    help: schema.description ?? '',
    nullable: branches.some(({ type }) => type === 'null'),
    ...bounds(value),
    ...(value.enum ? { enum: value.enum as (string | number)[] } : {}),
    ...(literals.length > 0 ? { literals } : {}),
    ...(value.pattern ? { pattern: value.pattern } : {}),
    ...(value.maxLength === undefined ? {} : { maxLength: value.maxLength }),
    ...(value.type === 'array' ? listRules(value) : {}),
  };
}

function fieldType({ type, enum: values }: JsonSchema): FieldDescription['type'] {
  if (type === 'array') return 'list';
  // zod calls an enumeration of numbers "number"; 0 and 1 are whole ones.
  if (type === 'number' && values?.every((value) => Number.isInteger(value))) return 'integer';
  if (type === 'integer' || type === 'number' || type === 'boolean') return type;
  return 'string';
}

function bounds({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: JsonSchema): Partial<FieldDescription> {
  return {
    ...(minimum === undefined ? {} : { min: minimum }),
    ...(maximum === undefined ? {} : { max: maximum }),
    ...(typeof exclusiveMinimum === 'number' ? { min: exclusiveMinimum, exclusiveMin: true } : {}),
    ...(typeof exclusiveMaximum === 'number' ? { max: exclusiveMaximum, exclusiveMax: true } : {}),
  };
}

function listRules({ items, minItems, maxItems }: JsonSchema): Partial<FieldDescription> {
  const entry = items as JsonSchema;
  const kinds = (entry.anyOf ?? [entry]) as JsonSchema[];
  const words = kinds.flatMap((kind) => (kind.enum ?? []) as string[]);
  const pattern = kinds.find((kind) => kind.pattern)?.pattern;
  return {
    items: { ...(words.length > 0 ? { enum: words } : {}), ...(pattern ? { pattern } : {}) },
    ...(minItems === undefined ? {} : { minItems }),
    ...(maxItems === undefined ? {} : { maxItems }),
  };
}
