import { z } from 'zod';
import { refusal, textInWords } from '../data/allowed.ts';
import { numbersOf } from '../data/numbers-as-text.ts';

interface Json {
  type?: string | string[];
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
  const all = z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-7',
    override: ({ jsonSchema, zodSchema }) => {
      if (zodSchema instanceof z.ZodString && jsonSchema.pattern) Object.assign(jsonSchema, textRule(zodSchema));
    },
  }) as Json;
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

/** Beside the pattern of a text: what is allowed, in words, and the numbers that stand for one. */
interface TextRule {
  readonly words: string;
  readonly numbers?: object | undefined;
}
const textRule = (schema: z.ZodString): TextRule => ({ words: textInWords(schema), numbers: numbersOf(schema) });

/**
 * Each pattern once: Helm compiles every pattern that it reads, which for a hundred of them took a third of the time of a
 * whole `helm template`. It is the condition of a refusal in words, for Helm would show the pattern.
 */
function withDefinitions(schema: Json, patternNames: ReadonlyMap<string, string>): Json {
  const names = new Map<string, string>();
  const definitions: Record<string, Json> = { ...(schema.definitions as Record<string, Json> | undefined) };
  const defined = (definition: Json, wanted: string): { $ref: string } => {
    const text = JSON.stringify(definition);
    const name = names.get(text) ?? unused(wanted, definitions);
    names.set(text, name);
    definitions[name] = definition;
    return { $ref: `#/definitions/${name}` };
  };
  const visited = (value: unknown, key: string): unknown => {
    if (Array.isArray(value)) return value.map((inner) => visited(inner, key));
    if (value === null || typeof value !== 'object') return value;
    const { numbers, pattern, type, words, ...others } = value as Json & Partial<TextRule>;
    const isText = type === 'string' && typeof pattern === 'string';
    const fields = isText ? others : (value as Json);
    const inner = Object.entries(fields).map(([name, field]) => [name, visited(field, name)]);
    if (!isText) return Object.fromEntries(inner);
    const name = patternNames.get(pattern) ?? key;
    const text = { type, pattern };
    const right = numbers ? { anyOf: [text, { type: 'number', ...numbers }] } : text;
    return {
      ...Object.fromEntries(inner),
      type: numbers ? [type, 'number'] : type,
      if: defined(right, name),
      else: defined(refusal(words ?? ''), `${name}Allowed`),
    };
  };
  const { definitions: shared = {}, ...rest } = schema as Json & { definitions?: Record<string, Json> };
  for (const [name, each] of Object.entries(shared)) definitions[name] = visited(each, name) as Json;
  return { ...(visited(rest, '') as Json), definitions };
}

function unused(key: string, definitions: Readonly<Record<string, Json>>): string {
  for (let count = 1; ; count++) {
    const name = count === 1 ? key : `${key}${count}`;
    if (!(name in definitions)) return name;
  }
}
