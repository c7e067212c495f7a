import { z } from 'zod';

interface Json {
  type?: string;
  pattern?: string;
  properties?: Record<string, Json>;
  required?: string[];
  additionalProperties?: unknown;
  default?: unknown;
  [key: string]: unknown;
}

/** values.schema.json: what the program's own schema says, of the settings that the chart has. */
export function valuesSchema(
  schema: z.ZodType,
  kept: (path: string) => boolean,
  patternNames: ReadonlyMap<string, string> = new Map(),
): Json {
  const all = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' }) as Json;
  const { $schema, ...rest } = withDefinitions(pruned(all, '', kept), patternNames);
  // Helm adds it for charts that are used as a part of another one, with what other charts want to be told.
  const global = { ...(rest.properties?.global ?? { type: 'object' }), additionalProperties: true };
  const required = rest.required?.filter((key) => key !== 'global') ?? [];
  return { $schema, ...rest, properties: { ...rest.properties, global }, required };
}

function pruned(schema: Json, path: string, kept: (path: string) => boolean): Json {
  if (!schema.properties) return schema;
  const properties = Object.entries(schema.properties).flatMap(([key, field]) => {
    const own = path ? `${path}.${key}` : key;
    if (!field.properties) return kept(own) ? [[key, field] as const] : [];
    const inner = pruned(field, own, kept);
    return Object.keys(inner.properties ?? {}).length > 0 ? [[key, inner] as const] : [];
  });
  // A value set to null is taken out by Helm, default and all; nothing in the templates expects that.
  const required = properties.filter(([, field]) => field.properties || isScalar(field)).map(([key]) => key);
  const { default: _, ...rest } = schema;
  return { ...rest, properties: Object.fromEntries(properties), required, additionalProperties: false };
}

const isScalar = ({ type, default: value }: Json): boolean =>
  !(type === 'object' && value !== undefined && Object.keys(value as object).length > 0);

/**
 * Each pattern once: Helm compiles every pattern that it reads, which for a hundred of them took a third of the time of a
 * whole `helm template`.
 */
function withDefinitions(schema: Json, patternNames: ReadonlyMap<string, string>): Json {
  const names = new Map<string, string>();
  const definitions: Record<string, Json> = {};
  const nameOf = (pattern: string, key: string): string => {
    const name = names.get(pattern) ?? patternNames.get(pattern) ?? unused(key, definitions);
    names.set(pattern, name);
    definitions[name] = { type: 'string', pattern };
    return name;
  };
  const visited = (value: unknown, key: string): unknown => {
    if (Array.isArray(value)) return value.map((inner) => visited(inner, key));
    if (value === null || typeof value !== 'object') return value;
    const { pattern, type, ...others } = value as Json;
    const isText = type === 'string' && typeof pattern === 'string';
    const fields = isText ? others : (value as Json);
    const inner = Object.entries(fields).map(([name, field]) => [name, visited(field, name)]);
    // Beside a $ref of its own, draft 7 would have everything else ignored.
    const same = isText ? [['allOf', [{ $ref: `#/definitions/${nameOf(pattern, key)}` }]]] : [];
    return Object.fromEntries([...inner, ...same]);
  };
  return { ...(visited(schema, '') as Json), definitions };
}

function unused(key: string, definitions: Readonly<Record<string, Json>>): string {
  for (let count = 1; ; count++) {
    const name = count === 1 ? key : `${key}${count}`;
    if (!(name in definitions)) return name;
  }
}
