import { z } from 'zod';
import { fieldsOf } from './fields.ts';
import { type FieldProblem, type NameSearch, nameSearch } from './problems.ts';

/** Deeper than any request can be; a limit so that no later step can be sent into deep recursion. */
const MAX_DEPTH = 16;
/** In one object or list: the parameters of a training are tens. */
export const MAX_ENTRIES = 1000;
/** A table's columns are more. */
export const MAX_COLUMNS = 4096;
/** All values together: columns and features of a train, a validation and a test channel, and the rest. */
const MAX_VALUES = 7 * MAX_COLUMNS;

/**
 * Before anything else looks at a request: keys that reach an object's prototype, nesting beyond reason, and more names or
 * values than a request can honestly have, so that every later step works on little. Iterative, as the depth is the sender's choice.
 */
export function structureProblems(body: unknown): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const refuse = (path: FieldProblem['path'], message: string) => problems.push({ path, message });
  const waiting: { value: unknown; path: readonly (string | number)[] }[] = [{ value: body, path: [] }];
  let values = 0;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { value, path } = next;
    if (typeof value !== 'object' || value === null) continue;
    if (path.length > MAX_DEPTH)
      return [{ path: path.slice(0, 4), message: `must not be nested deeper than ${MAX_DEPTH} levels` }];
    const most = path[0] === 'inputDataConfig' && Array.isArray(value) ? MAX_COLUMNS : MAX_ENTRIES;
    const count = Array.isArray(value) ? value.length : Object.keys(value).length;
    values += count;
    if (values > MAX_VALUES && count <= most)
      return [{ path: [], message: `must have at most ${MAX_VALUES} values in all` }];
    if (count > most) {
      refuse(path, `must have at most ${most} entries, not ${count}`);
      values -= count;
      continue;
    }
    for (const [key, inner] of Object.entries(value)) {
      const here = [...path, Array.isArray(value) ? Number(key) : key];
      if (key === '__proto__' || key === 'constructor' || key === 'prototype') {
        refuse(here, 'is not allowed as a name');
      } else waiting.push({ value: inner, path: here });
    }
  }
  return problems;
}

/** In these every value means what it says: null and "" too. */
const VERBATIM = new Set(['hyperparameters', 'customHyperparameters']);

/** Forms send "" and null for what was not filled in. */
export function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== null && inner !== '')
      .map(([key, inner]) => [key, VERBATIM.has(key) ? inner : withoutEmpty(inner)]),
  );
}

/**
 * In the first implementation an image of one's own ran on Ray as the "algorithm" ray, with the image in headImage or workerImage:
 * what is a container here.
 */
export function rayAsContainer(request: unknown): unknown {
  const { algorithm, headImage, workerImage } = fieldsOf(request);
  const { source = 'builtin', algorithmName, imageUri = headImage ?? workerImage } = fieldsOf(algorithm);
  if (algorithmName !== 'ray' || (source !== 'builtin' && source !== 'default')) return request;
  const asContainer = { ...fieldsOf(algorithm), source: 'container', ...(imageUri === undefined ? {} : { imageUri }) };
  return { ...fieldsOf(request), algorithm: asContainer };
}

/** Keys that no schema knows but that come close to one that is known; looked for while the search has some left. */
export function misspeltKeys(
  schema: z.core.$ZodType,
  value: unknown,
  path: readonly (string | number)[] = [],
  search: NameSearch = nameSearch(),
): FieldProblem[] {
  const plain = unwrapped(schema);
  if (plain instanceof z.ZodArray && Array.isArray(value)) {
    return value.flatMap((entry, index) => misspeltKeys(plain.element, entry, [...path, index], search));
  }
  if (!(plain instanceof z.ZodObject) || typeof value !== 'object' || value === null) return [];
  const known = Object.keys(plain.shape);
  return Object.entries(value).flatMap(([key, inner]) => {
    const field = plain.shape[key];
    if (field !== undefined) return misspeltKeys(field, inner, [...path, key], search);
    const meant = search.suggestion(key, known);
    return meant === '' ? [] : [{ path: [...path, key], message: `is not known${meant}` }];
  });
}

function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional) {
    return unwrapped(schema.def.innerType);
  }
  return schema;
}
