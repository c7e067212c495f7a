import { z } from 'zod';

interface Json {
  type?: string;
  properties?: Record<string, Json>;
  required?: string[];
  additionalProperties?: unknown;
  default?: unknown;
  [key: string]: unknown;
}

/** values.schema.json: what the program's own schema says, of the settings that the chart has. */
export function valuesSchema(schema: z.ZodType, kept: (path: string) => boolean): Json {
  const all = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' }) as Json;
  const { $schema, ...rest } = pruned(all, '', kept);
  // What Helm itself adds for charts that are used as a part of another one.
  return { $schema, ...rest, properties: { ...rest.properties, global: { type: 'object' } } };
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
