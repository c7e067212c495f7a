import { z } from 'zod';
import { allowed, unwrap } from '../data/allowed.ts';
import type { Layer } from './layers.ts';
import { nearest } from './nearest.ts';

/** One thing that is wrong with the settings, in the words of whoever has to mend it. */
export interface Mistake {
  /** "backend.replicas" */
  readonly path: string;
  /** The value as given; undefined where a key as such is wrong or missing. */
  readonly value?: unknown;
  /** What is allowed in its place. */
  readonly allowed: string;
  /** A key that was probably meant. */
  readonly suggestion?: string;
  /** Which layer said so. */
  readonly source?: string;
}

/** What is wrong with settings that only the parts made of them can see: each breaks no rule of its own. */
export class SettingsError extends Error {
  override name = 'SettingsError';
  readonly mistakes: readonly Mistake[];

  constructor(mistakes: readonly Mistake[]) {
    super(mistakes.map(describeMistake).join('\n'));
    this.mistakes = mistakes;
  }
}

type Path = readonly PropertyKey[];

export function mistakesOf(
  schema: z.ZodType,
  issues: z.core.$ZodIssue[],
  values: unknown,
  layers: readonly Layer[],
): Mistake[] {
  return issues.flatMap((issue): Mistake[] => {
    if (issue.code === 'unrecognized_keys') {
      const known = keysAt(schema, issue.path);
      return issue.keys.map((key) => unknownKey([...issue.path, key], known, layers));
    }
    // A record's key that breaks its pattern.
    if (issue.code === 'invalid_key') {
      return [{ ...located(issue.path, layers), allowed: issue.issues.map(({ message }) => message).join('; ') }];
    }
    const value = valueAt(values, issue.path);
    return [
      { ...located(issue.path, layers), ...(value !== undefined && { value }), allowed: allowedAt(schema, issue) },
    ];
  });
}

export function describeMistake({ allowed, path, source, suggestion, value }: Mistake): string {
  const shown = value === undefined ? '' : ` ${JSON.stringify(value)}`;
  const hint = suggestion === undefined ? '' : `; did you mean "${suggestion}"?`;
  const from = source === undefined ? '' : ` (${source})`;
  return `${path}:${shown}${shown ? ' is not allowed; allowed: ' : ' '}${allowed}${hint}${from}`;
}

const written = (path: Path): string => path.map(String).join('.') || '(all)';

function located(path: Path, layers: readonly Layer[]): { path: string; source?: string } {
  const layer = layers.findLast(({ values }) => valueAt(values, path) !== undefined);
  return { path: written(path), ...(layer && { source: layer.source }) };
}

function unknownKey(path: Path, known: string[], layers: readonly Layer[]): Mistake {
  const suggestion = nearest(String(path.at(-1)), known);
  return {
    ...located(path, layers),
    allowed: `there is no such setting; there are ${known.join(', ')}`,
    ...(suggestion !== undefined && { suggestion }),
  };
}

function valueAt(values: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      value !== null && typeof value === 'object' ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    values,
  );
}

/** What is allowed at the place of an issue: a pattern and a rule say it themselves, the rest follows from the schema. */
function allowedAt(schema: z.ZodType, issue: z.core.$ZodIssue): string {
  if (issue.code === 'custom' || issue.code === 'invalid_format') return issue.message;
  const inner = schemaAt(schema, issue.path);
  if (!inner) return issue.message;
  const quotes = inner instanceof z.ZodString ? ' (text: in quotes where YAML would read a number)' : '';
  return allowed(inner) + quotes;
}

function keysAt(schema: z.ZodType, path: Path): string[] {
  const inner = schemaAt(schema, path);
  if (inner instanceof z.ZodRecord && inner.keyType instanceof z.ZodEnum) return inner.keyType.options.map(String);
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}

/** The schema of a setting. */
function schemaAt(schema: z.ZodType, path: Path): z.ZodType | undefined {
  return path.reduce<z.ZodType | undefined>((outer, key) => outer && child(outer, key), unwrap(schema));
}

function child(schema: z.ZodType, key: PropertyKey): z.ZodType | undefined {
  const inner =
    schema instanceof z.ZodObject
      ? schema.shape[String(key)]
      : schema instanceof z.ZodArray
        ? schema.element
        : schema instanceof z.ZodRecord
          ? schema.valueType
          : undefined;
  return inner && unwrap(inner as z.ZodType);
}
