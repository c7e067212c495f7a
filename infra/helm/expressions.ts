import { canonicalJson } from '../data/canonical-json.ts';
import { at } from '../data/paths.ts';
import { imageReference } from './answered.ts';
import { keyOf, type Part, type Ref } from './marks.ts';
import type { Expression } from './nodes.ts';
import type { Answered } from './program.ts';
import type { Sample } from './samples.ts';

/** Where an expression is evaluated: in a sample, for one element of a list perhaps. */
export interface Place {
  readonly sample: Sample;
  readonly element?: { readonly path: string; readonly index: number };
}

/** What the chart would put there; compared with what the program did. */
function evaluate(expression: Expression, place: Place, answered: Answered): unknown {
  const { settings } = place.sample;
  switch (expression.what) {
    case 'literal':
      return expression.value;
    case 'setting':
      return at(settings, expression.path);
    case 'image':
      return imageReference(answered, settings, expression.path);
    case 'checksum':
    case 'release':
    case 'go':
      return undefined;
    case 'number':
      return expression.parts.map((part) => partValue(part, place))[0];
    case 'text':
      return expression.parts.map((part) => String(partValue(part, place))).join('');
  }
}

/** Whether both give the same there. Of contents that a checksum is made of only which they are is known. */
export function isSameAt(a: Expression, b: Expression, place: Place, answered: Answered): boolean {
  if (a.what === 'checksum' || b.what === 'checksum') return JSON.stringify(a) === JSON.stringify(b);
  const [one, other] = [evaluate(a, place, answered), evaluate(b, place, answered)];
  return typeof one === 'number' && typeof other === 'number' ? rounded(one) === rounded(other) : one === other;
}

function partValue(part: Part, { element, sample }: Place): unknown {
  if (typeof part === 'string') return part;
  const value = refValue(part, sample, element);
  if (part.what === 'join') return (value as string[]).join(part.separator);
  if (part.what === 'json') return canonicalJson(value);
  if (part.what === 'hostname') return value === '' ? '' : new URL(String(value)).hostname;
  if (part.what === 'firstLabel') return String(value).split('.')[0];
  return part.plus === undefined ? value : rounded(Number(value) + part.plus);
}

function refValue({ field, index, path }: Ref, { settings }: Sample, element: Place['element']): unknown {
  const value = at(settings, path);
  const which = index ?? (element?.path === path && field !== undefined ? element.index : undefined);
  const inElement = which ?? (element?.path === path && Array.isArray(value) ? element.index : undefined);
  if (inElement === undefined) return value;
  if (Array.isArray(value))
    return field === undefined || typeof value[inElement] !== 'object' ? value[inElement] : at(value[inElement], field);
  return Object.entries(value as object)[inElement]?.[field === 'key' ? 0 : 1];
}

const rounded = (value: number): number => Number(value.toFixed(6));

/** Marks of the element that is being looked at, without its index: the same for every element. */
export function relative(parts: readonly Part[], element: Place['element']): Part[] {
  if (!element) return [...parts];
  return parts.map((part) => {
    if (typeof part === 'string' || part.path !== element.path || part.index !== element.index) return part;
    const { field = 'value', index: _, path, ...rest } = part;
    return { path, field, ...rest };
  });
}

export { keyOf };
