import { isEmpty } from '../data/extras.ts';
import { at } from '../data/paths.ts';
import type { Leaf } from './leaves.ts';
import type { Features } from './samples.ts';

/** What these settings choose: switches, options, and what is given at all. Sizes of numbers are no choice. */
export function choicesOf(settings: unknown, leaves: readonly Leaf[]): Features {
  const choices = leaves.flatMap((leaf): [string, string][] => {
    const value = at(settings, leaf.path);
    if (leaf.kind === 'boolean' || leaf.kind === 'enum') return [[leaf.path, String(value)]];
    return leaf.mayBeEmpty ? [[leaf.path, isEmpty(value) ? 'empty' : 'given']] : [];
  });
  return Object.fromEntries(choices);
}
