import { z } from 'zod';
import { isWhole } from '../data/extras.ts';

/** One setting that has no settings below it, or one field of a list's elements. */
export interface Leaf {
  /** "images.tag"; of a list's element: "tolerations[].key". */
  readonly path: string;
  readonly kind: 'boolean' | 'enum' | 'text' | 'number' | 'list' | 'record' | 'whole';
  readonly schema: z.core.$ZodType;
  readonly doc: string;
  /** Of an enum. */
  readonly options: readonly string[];
  /** A text that may be empty, a field of an element that may be left out. */
  readonly optional: boolean;
  /** What the program takes when it is left out. */
  readonly fallback: unknown;
  /** Whether the schema takes an empty value: a text '', a list [], a record {}. */
  readonly mayBeEmpty: boolean;
  /** Fields of a list's elements; none where the elements are plain texts. */
  readonly element: readonly Leaf[];
}

/** All leaves of a settings schema, in its order. */
export function leavesOf(schema: z.core.$ZodType, path = ''): Leaf[] {
  const { fallback, inner, optional } = unwrap(schema);
  if (inner instanceof z.ZodObject && !isWhole(inner)) {
    return Object.entries(inner.shape).flatMap(([key, field]) => leavesOf(field, path ? `${path}.${key}` : key));
  }
  const doc = (schema as z.ZodType).description ?? '';
  const leaf = {
    path,
    doc,
    schema: inner,
    fallback,
    optional,
    options: [],
    element: [],
    mayBeEmpty: takesEmpty(inner),
  };
  if (isWhole(inner)) return [{ ...leaf, kind: 'whole' }];
  if (inner instanceof z.ZodBoolean) return [{ ...leaf, kind: 'boolean' }];
  if (inner instanceof z.ZodEnum) return [{ ...leaf, kind: 'enum', options: inner.options.map(String) }];
  if (inner instanceof z.ZodNumber) return [{ ...leaf, kind: 'number' }];
  if (inner instanceof z.ZodString) return [{ ...leaf, kind: 'text' }];
  if (inner instanceof z.ZodRecord) return [{ ...leaf, kind: 'record' }];
  if (inner instanceof z.ZodArray) {
    const element = inner.element instanceof z.ZodObject ? leavesOf(inner.element, '') : [];
    return [{ ...leaf, kind: 'list', element }];
  }
  throw new Error(`${path}: a chart cannot have settings of type ${inner.constructor.name} yet`);
}

function takesEmpty(schema: z.core.$ZodType): boolean {
  const empty =
    schema instanceof z.ZodString
      ? ''
      : schema instanceof z.ZodArray
        ? []
        : schema instanceof z.ZodRecord
          ? {}
          : undefined;
  return empty !== undefined && z.safeParse(schema, empty).success;
}

/** A schema without default, prefault and optional, and what those said. */
export function unwrap(schema: z.core.$ZodType): { inner: z.core.$ZodType; fallback: unknown; optional: boolean } {
  let inner = schema;
  let fallback: unknown;
  let optional = false;
  while (inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault || inner instanceof z.ZodOptional) {
    if (inner instanceof z.ZodOptional) optional = true;
    else fallback ??= inner.def.defaultValue;
    inner = inner.unwrap();
  }
  return { inner, fallback, optional };
}
