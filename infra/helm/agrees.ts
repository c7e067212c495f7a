import { at } from '../data/paths.ts';
import { isSameAt, type Place } from './expressions.ts';
import type { DerivedObject } from './learn.ts';
import type { Decision, Entry, Item, Node } from './nodes.ts';
import type { Answered } from './program.ts';
import { choiceAt, passes } from './rows.ts';
import type { Sample } from './samples.ts';
import type { Term, TermItem } from './terms.ts';

/** Tells whether templates give, for settings that they were not learnt from, what the program makes of these. */
export class Agreement {
  private readonly answered: Answered;

  constructor(answered: Answered) {
    this.answered = answered;
  }

  /** Of an object: what was read of it, or that it is not there. */
  ofObject({ each, node, when }: DerivedObject, term: Term | undefined, sample: Sample): boolean {
    const place = { sample };
    const expected = holds(when, place) && (!each || sizeOf(each.path, sample) > 0);
    if (!expected || !term) return !expected && !term;
    if (!each) return this.ofNode(node, term, place);
    const [item] = term.kind === 'list' ? term.items : [];
    return item !== undefined && this.ofElements(each.path, node, item, place);
  }

  private ofNode(node: Node, term: Term, place: Place): boolean {
    switch (node.kind) {
      case 'choice':
        return this.ofNode(passes(node.test, choiceAt(node.test.feature, place)) ? node.yes : node.no, term, place);
      case 'setting':
        return term.kind === 'setting' && term.path === node.path;
      case 'scalar':
        return term.kind === 'scalar' && isSameAt(node.expression, term.expression, place, this.answered);
      case 'map':
        return this.ofMap(node.entries, term, place);
      case 'list':
      case 'lines':
        return this.ofItems(node, term, place);
      case 'include':
        throw new Error(`${node.helper}: helpers are made of what is learnt, later`);
    }
  }

  private ofMap(entries: readonly Entry[], term: Term, place: Place): boolean {
    const there = entries.filter((entry) => isThere(entry, place));
    const [only] = there;
    if (term.kind === 'setting') return there.length === 1 && keyOf(only) === `*${term.path}`;
    if (term.kind !== 'map' || term.keys.length !== there.length) return false;
    return there.every((entry) => {
      if (!('key' in entry)) return term.keys.includes(keyOf(entry));
      const inner = term.entries.get(keyOf(entry));
      return inner !== undefined && this.ofNode(entry.node, inner, place);
    });
  }

  private ofItems(node: Extract<Node, { kind: 'list' | 'lines' }>, term: Term, place: Place): boolean {
    const there = node.items.filter((item) => isThere(item, place));
    const [only] = there;
    if (term.kind === 'setting')
      return there.length === 1 && only !== undefined && 'each' in only && only.each === term.path;
    if (term.kind !== node.kind || term.items.length !== there.length) return false;
    return there.every((item, index) => {
      const found = term.items[index] as TermItem;
      if ('each' in item) return this.ofElements(item.each, item.node, found, place);
      const [inner] = found.terms;
      return !found.key.startsWith('*') && inner !== undefined && this.ofNode(item.node, inner, place);
    });
  }

  private ofElements(path: string, node: Node, { key, terms }: TermItem, { sample }: Place): boolean {
    const all = key === `*${path}` && terms.length === sizeOf(path, sample);
    return all && terms.every((term, index) => this.ofNode(node, term, { sample, element: { path, index } }));
  }
}

function holds(decision: Decision, place: Place): boolean {
  if (typeof decision === 'boolean') return decision;
  return holds(passes(decision.test, choiceAt(decision.test.feature, place)) ? decision.yes : decision.no, place);
}

/** Of what is made of a setting's elements nothing is there where it has none, which need not be asked. */
function isThere(part: Entry | Item, place: Place): boolean {
  const of = 'each' in part ? part.each : 'record' in part ? part.record : undefined;
  return holds(part.when, place) && (of === undefined || sizeOf(of, place.sample) > 0);
}

/** How many elements, or entries, the setting has there. */
const sizeOf = (path: string, { settings }: Sample): number => Object.keys((at(settings, path) as object) ?? {}).length;

/** As the reader calls it. */
const keyOf = (entry: Entry | undefined): string =>
  !entry ? '' : 'key' in entry ? `=${entry.key}` : 'record' in entry ? `*${entry.record}` : '';
