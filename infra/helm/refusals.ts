import { pathsIn } from './holes.ts';
import type { DerivedObject } from './learn.ts';
import type { Node } from './nodes.ts';
import { isSpelling } from './rows.ts';
import { SPELLING } from './samples.ts';

/** In how many places at most a number may change one part of an object. */
const MOST_BOUNDS = 3;

/** Nothing may depend on how a mark is spelt: that is, on what is in a text rather than on whether there is one. */
export function refuseSpelling(objects: readonly DerivedObject[]): void {
  const spelt = objects.flatMap(({ node, when }) => [...pathsIn(node, when)]).find(isSpelling);
  if (spelt === undefined) return;
  throw new Error(`${spelt.slice(SPELLING.length)}: the program makes something of its text that no chart can`);
}

/** A number may decide between a few cases; where it decides between many, the program calculates with it. */
export function refuseArithmetic(node: Node): void {
  const bounds = new Map<string, Set<number>>();
  const visit = (inner: Node): void => {
    if (inner.kind !== 'choice') {
      if (inner !== node) refuseArithmetic(inner);
      return;
    }
    const { test } = inner;
    if ('below' in test) bounds.set(test.feature, (bounds.get(test.feature) ?? new Set<number>()).add(test.below));
    visit(inner.yes);
    visit(inner.no);
  };
  visit(node);
  for (const [feature, each] of bounds) {
    if (each.size > MOST_BOUNDS) throw new Error(`${feature}: the program calculates with it, which no chart can do`);
  }
  if (node.kind === 'map') for (const entry of node.entries) if ('node' in entry) refuseArithmetic(entry.node);
  if ('items' in node) for (const item of node.items) refuseArithmetic(item.node);
}
