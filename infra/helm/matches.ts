import { holds, passes } from './decide.ts';
import { evaluate, rounded } from './expressions.ts';
import type { Value } from './merge.ts';
import type { Entry, Item, Node } from './nodes.ts';

/** Whether a template gives what the program gave in a sample from which it was not learnt. */
export function matches(node: Node, at: Value): boolean {
  const { value } = at;
  switch (node.kind) {
    case 'choice':
      return matches(passes(node.test, at.features) ? node.yes : node.no, at);
    case 'scalar':
      return node.expression.what === 'checksum' || same(evaluate(node.expression, at), value);
    case 'setting':
      return value !== null && typeof value === 'object';
    case 'map':
      return isMapping(value) && mapMatches(node.entries, at, value);
    case 'list':
      return Array.isArray(value) && listMatches(node.items, at, value);
    case 'lines':
      return typeof value === 'string' && listMatches(node.items, at, value.split('\n'));
  }
}

function mapMatches(entries: readonly Entry[], at: Value, value: Record<string, unknown>): boolean {
  let expected = 0;
  for (const entry of entries) {
    if (!holds(entry.when, at.features)) continue;
    if ('record' in entry) {
      expected += at.sample.features[entry.record] === 'empty' ? 0 : ENTRIES;
      continue;
    }
    expected++;
    if (!Object.hasOwn(value, entry.key) || !matches(entry.node, { ...at, value: value[entry.key] })) return false;
  }
  return expected === Object.keys(value).length;
}

/** Of a marked record. */
const ENTRIES = 2;

function listMatches(items: readonly Item[], at: Value, value: readonly unknown[]): boolean {
  let next = 0;
  for (const item of items) {
    if (!holds(item.when, at.features)) continue;
    if (!('each' in item)) {
      if (next >= value.length || !matches(item.node, { ...at, value: value[next++] })) return false;
      continue;
    }
    if (at.sample.features[item.each] === 'empty') continue;
    const count = item.of === 'record' ? ENTRIES : (at.sample.elements.get(item.each)?.length ?? 0);
    for (let index = 0; index < count; index++) {
      const features = [at.sample.elements.get(item.each)?.[index] ?? {}, ...at.features];
      const element = { path: item.each, index };
      if (next >= value.length || !matches(item.node, { ...at, features, element, value: value[next++] })) return false;
    }
  }
  return next === value.length;
}

const isMapping = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

const same = (a: unknown, b: unknown): boolean =>
  typeof a === 'number' && typeof b === 'number' ? rounded(a) === rounded(b) : a === b;
