import { isFields } from './objects.ts';
import type { FieldProblem } from './status.ts';
import { invalidValue, required } from './validation.ts';

/** The schema of a CustomResourceDefinition, as far as API servers act on it. */
export interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxProperties?: number;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
  readonly 'x-kubernetes-validations'?: readonly { readonly rule: string; readonly message?: string }[];
}

const KEEP = 'x-kubernetes-preserve-unknown-fields';
const INT_OR_STRING = 'x-kubernetes-int-or-string';

/** Drops what the schema does not name, and fills in defaults: in this order, as API servers do. */
export function pruned(value: unknown, schema: Schema): unknown {
  if (Array.isArray(value)) return schema.items ? value.map((item) => pruned(item, schema.items ?? {})) : value;
  if (!isFields(value)) return value;
  const { additionalProperties, properties = {} } = schema;
  const entries = Object.entries(value).flatMap(([name, field]): [string, unknown][] => {
    const inner = Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
    if (inner) return [[name, pruned(field, inner)]];
    return schema[KEEP] ? [[name, field]] : [];
  });
  return Object.fromEntries(entries);
}

export function defaulted(value: unknown, schema: Schema): unknown {
  if (Array.isArray(value)) return schema.items ? value.map((item) => defaulted(item, schema.items ?? {})) : value;
  if (!isFields(value)) return value;
  const { additionalProperties, properties = {} } = schema;
  const filled: Record<string, unknown> = { ...value };
  for (const [name, inner] of Object.entries(properties)) {
    // A null where a default stands is taken for absent.
    if (inner.default !== undefined && (filled[name] === undefined || filled[name] === null)) {
      filled[name] = structuredClone(inner.default);
    }
    if (filled[name] !== undefined) filled[name] = defaulted(filled[name], inner);
  }
  if (additionalProperties) {
    for (const name of Object.keys(filled)) {
      if (!Object.hasOwn(properties, name)) filled[name] = defaulted(filled[name], additionalProperties);
    }
  }
  return filled;
}

type Check = (value: never, schema: Schema) => string | undefined | false;

const CHECKS: Readonly<Record<string, readonly Check[]>> = {
  string: [
    (value: string, { minLength }) =>
      minLength !== undefined && value.length < minLength && `should be at least ${minLength} chars long`,
    (value: string, { maxLength }) =>
      maxLength !== undefined && value.length > maxLength && `may not be more than ${maxLength} bytes`,
    (value: string, { pattern }) =>
      pattern !== undefined && !new RegExp(pattern, 'u').test(value) && `should match '${pattern}'`,
    (value: string, { format }) =>
      format === 'date-time' && Number.isNaN(Date.parse(value)) && 'must be of type date-time',
  ],
  number: [
    (value: number, { minimum, exclusiveMinimum }) =>
      minimum !== undefined &&
      (exclusiveMinimum ? value <= minimum : value < minimum) &&
      `should be greater than ${exclusiveMinimum ? '' : 'or equal to '}${minimum}`,
    (value: number, { maximum }) =>
      maximum !== undefined && value > maximum && `should be less than or equal to ${maximum}`,
  ],
  array: [
    (value: unknown[], { maxItems }) =>
      maxItems !== undefined && value.length > maxItems && `must have at most ${maxItems} items`,
    (value: unknown[], { minItems }) =>
      minItems !== undefined && value.length < minItems && `should have at least ${minItems} items`,
    (value: unknown[], { 'x-kubernetes-list-map-keys': keys }) => {
      if (!keys) return undefined;
      const seen = value.map((item) => JSON.stringify(keys.map((key) => (isFields(item) ? item[key] : undefined))));
      return new Set(seen).size < seen.length && 'has two items of the same key';
    },
  ],
  object: [
    (value: object, { maxProperties }) =>
      maxProperties !== undefined &&
      Object.keys(value).length > maxProperties &&
      `must have at most ${maxProperties} properties`,
  ],
};

/** Every value that the schema does not take. */
export function schemaProblems(value: unknown, schema: Schema, path: string): FieldProblem[] {
  const type = typeOf(value);
  if (!hasType(value, schema)) {
    return [invalidValue(path, value, `${path} in body must be of type ${schema.type}: "${type}"`)];
  }
  if (schema.enum && !schema.enum.includes(value)) {
    const supported = schema.enum.map((each) => JSON.stringify(each)).join(', ');
    return [
      {
        field: path,
        reason: 'FieldValueNotSupported',
        message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${supported}`,
      },
    ];
  }
  const checks = CHECKS[type] ?? [];
  return [
    ...checks.flatMap((check) => {
      const problem = check(value as never, schema);
      return problem ? [invalidValue(path, value, `${path} in body ${problem}`)] : [];
    }),
    ...insideProblems(value, schema, path),
  ];
}

function insideProblems(value: unknown, schema: Schema, path: string): FieldProblem[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => schemaProblems(item, schema.items ?? {}, `${path}[${index}]`));
  }
  if (!isFields(value)) return [];
  const { additionalProperties, properties = {} } = schema;
  const at = (name: string) => (path === '' ? name : `${path}.${name}`);
  return [
    ...(schema.required ?? []).filter((name) => value[name] === undefined).map((name) => required(at(name))),
    ...Object.entries(value).flatMap(([name, field]) => {
      const inner = Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
      return inner && field !== undefined ? schemaProblems(field, inner, at(name)) : [];
    }),
  ];
}

const typeOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value);

function hasType(value: unknown, { type, [INT_OR_STRING]: isIntOrString }: Schema): boolean {
  if (isIntOrString) return typeof value === 'string' || Number.isInteger(value);
  if (type === undefined) return true;
  if (type === 'integer') return Number.isInteger(value);
  return typeOf(value) === type;
}
