import { isDeepStrictEqual } from 'node:util';

/** JSON Schema as API servers serve it. */
export interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: boolean | Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly [keyword: string]: unknown;
}

export interface Schemas {
  /** By `<apiVersion> <kind>`: a pointer to its definition. */
  readonly kinds: Readonly<Record<string, string>>;
  readonly definitions: Readonly<Record<string, Schema>>;
}

const DEFINITION = '#/definitions/';
const CHOICES = ['anyOf', 'oneOf', 'allOf'] as const;

export const NOTHING: Schemas = { kinds: {}, definitions: {} };

/**
 * What is left of the schemas when a property goes that none of the objects has, nor what was left of them before: closed as they are,
 * and small.
 */
export function pruned({ kinds, definitions }: Schemas, objects: Iterable<object>, before = NOTHING): Schemas {
  const used = new Set<Schema>();
  const definitionOf = (reference: string): Schema => {
    const found = definitions[reference.slice(DEFINITION.length)];
    if (!found) throw new Error(`${reference} is not defined`);
    return found;
  };

  function walk(schema: Schema, value: unknown): void {
    used.add(schema);
    if (schema.$ref) walk(definitionOf(schema.$ref), value);
    for (const choice of CHOICES) for (const each of schema[choice] ?? []) walk(each, value);
    if (Array.isArray(value)) {
      if (schema.items) for (const each of value) walk(schema.items, each);
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, field] of Object.entries(value)) {
        const property = schema.properties?.[name] ?? schema.additionalProperties;
        if (typeof property === 'object') walk(property, field);
      }
    }
  }

  /** All that is left of it in the schema of before. */
  function keep(schema: Schema | undefined, part: Schema): void {
    if (!schema) return;
    used.add(schema);
    for (const [name, property] of Object.entries(part.properties ?? {})) keep(schema.properties?.[name], property);
    if (part.items) keep(schema.items, part.items);
    const [open, openPart] = [schema.additionalProperties, part.additionalProperties];
    if (typeof open === 'object' && typeof openPart === 'object') keep(open, openPart);
  }

  function kept(schema: Schema): Schema {
    const { additionalProperties, items, properties, ...rest } = schema;
    return {
      ...rest,
      ...(additionalProperties !== undefined && { additionalProperties: keptOrAsIs(additionalProperties) }),
      ...(items && { items: kept(items) }),
      ...(properties && {
        properties: fields(properties, (name) => properties[name] !== undefined && used.has(properties[name])),
      }),
    };
  }
  const keptOrAsIs = (schema: boolean | Schema) => (typeof schema === 'boolean' ? schema : kept(schema));
  const fields = (all: Readonly<Record<string, Schema>>, isKept: (name: string) => boolean) =>
    Object.fromEntries(
      Object.keys(all)
        .filter(isKept)
        .toSorted()
        .map((name) => [name, kept(all[name] as Schema)]),
    );

  for (const [name, part] of Object.entries(before.definitions)) keep(definitions[name], part);
  const seen = new Set(Object.keys(before.kinds).filter((key) => kinds[key] !== undefined));
  for (const object of objects) {
    const { apiVersion, kind } = object as { apiVersion: string; kind: string };
    const key = `${apiVersion} ${kind}`;
    const reference = kinds[key];
    if (reference === undefined) continue;
    seen.add(key);
    walk(definitionOf(reference), object);
  }
  return {
    kinds: Object.fromEntries([...seen].toSorted().map((key) => [key, kinds[key] as string])),
    definitions: fields(definitions, (name) => used.has(definitions[name] as Schema)),
  };
}

/** Where a pruned schema says something else than the whole one: anything but a property that is left out. */
export function contradictions(part: Schemas, whole: Schemas): string[] {
  return [
    ...Object.entries(part.kinds)
      .filter(([key, reference]) => whole.kinds[key] !== reference)
      .map(([key]) => `kinds.${key}`),
    ...contradictionsIn({ properties: part.definitions }, { properties: whole.definitions }, 'definitions'),
  ];
}

function contradictionsIn(part: Schema, whole: Schema | undefined, at: string): string[] {
  if (!whole) return [at];
  const { additionalProperties, items, properties = {}, ...rest } = part;
  const { additionalProperties: allowed, items: element, properties: fields = {}, ...expected } = whole;
  return [
    ...(isDeepStrictEqual(rest, expected) ? [] : [at]),
    ...(typeof additionalProperties === 'object' && typeof allowed === 'object'
      ? contradictionsIn(additionalProperties, allowed, `${at}{}`)
      : additionalProperties === allowed
        ? []
        : [`${at}{}`]),
    ...(items ? contradictionsIn(items, element, `${at}[]`) : element ? [`${at}[]`] : []),
    ...Object.entries(properties).flatMap(([name, field]) => contradictionsIn(field, fields[name], `${at}.${name}`)),
  ];
}
