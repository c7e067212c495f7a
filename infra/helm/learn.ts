import { add, none } from './bits.ts';
import type { Canonical } from './canonical.ts';
import type { Doubt } from './decide.ts';
import type { Leaf } from './leaves.ts';
import { Merger, type Variant } from './merge.ts';
import type { Decision, Node } from './nodes.ts';
import { Precedence } from './precedence.ts';
import type { Answered, Program } from './program.ts';
import type { ReadSample } from './reader.ts';
import type { Sample } from './samples.ts';
import type { Term } from './terms.ts';

/** One object of the chart, with all its variants. */
export interface DerivedObject {
  readonly kind: string;
  readonly name: string;
  readonly when: Decision;
  readonly node: Node;
  /** It is there once for each element of this list, or entry of this record, of the settings. */
  readonly each?: { readonly path: string; readonly of: 'list' | 'record' };
  /** An action that stands before it. */
  readonly first?: string;
}

/** Of which folder it is, and which object there. */
export interface Address {
  readonly folder: string;
  /** "Deployment web" */
  readonly title: string;
}

export interface Learnt extends Address {
  readonly object: DerivedObject;
  readonly doubts: readonly Doubt[];
}

/** Learns templates from what was read of samples. */
export class Learner {
  private readonly leaves: readonly Leaf[];
  private readonly precedence: Precedence;
  private readonly answered: Answered;
  canonical: Canonical | undefined;

  constructor(program: Program, leaves: readonly Leaf[]) {
    this.leaves = leaves;
    this.answered = program.answered ?? {};
    this.precedence = new Precedence(program);
  }

  learn(addresses: readonly Address[], samples: readonly Sample[], read: readonly ReadSample[]): Learnt[] {
    const merger = new Merger(samples, this.leaves, this.precedence, this.answered);
    this.canonical = merger.canonical;
    return addresses.map(({ folder, title }) => {
      const variants = variantsOf(read.map((each) => each.get(folder)?.get(title)));
      const [kind = '', name = ''] = title.split(' ');
      const before = merger.doubts.length;
      const learnt = merger.object(variants, { near: title.replace(' ', '/'), related: sectionsIn(variants) });
      return {
        folder,
        title,
        object: { kind, name, ...forEach(learnt, merger.canonical) },
        doubts: merger.doubts.slice(before),
      };
    });
  }
}

/** Of a list of objects, one for each element of a setting, the one. That there are elements need not be asked. */
function forEach(
  { node, when }: Pick<DerivedObject, 'node' | 'when'>,
  canonical: Canonical,
): Omit<DerivedObject, 'kind' | 'name'> {
  const [item] = node.kind === 'list' ? node.items : [];
  if (!item || !('each' in item)) return { node, when };
  const given = { test: { feature: item.each, options: ['given'] }, yes: true, no: false };
  return { node: item.node, when: canonical.given(when, given), each: { path: item.each, of: item.of } };
}

function variantsOf(terms: readonly (Term | undefined)[]): Variant[] {
  const variants = new Map<number, Variant>();
  terms.forEach((term, row) => {
    if (!term) return;
    const known = variants.get(term.id) ?? { term, rows: none(terms.length) };
    variants.set(term.id, known);
    add(known.rows, row);
  });
  return [...variants.values()];
}

/** First parts of the paths of all settings that an object shows. */
function sectionsIn(variants: readonly Variant[]): ReadonlySet<string> {
  const found = new Set<string>();
  const seen = new Set<number>();
  const visit = (term: Term): void => {
    if (seen.has(term.id)) return;
    seen.add(term.id);
    const add = (path: string) => found.add(path.split('.')[0] ?? '');
    if (term.kind === 'setting') add(term.path);
    if (term.kind === 'map') {
      for (const key of term.keys) if (key.startsWith('*')) add(key.slice(1));
      for (const inner of term.entries.values()) visit(inner);
    }
    if ('items' in term) for (const { terms } of term.items) terms.forEach(visit);
    if (term.kind !== 'scalar') return;
    if ('parts' in term.expression)
      for (const part of term.expression.parts) if (typeof part === 'object') add(part.path);
    if (term.expression.what === 'image') add(term.expression.path);
  };
  for (const { term } of variants) visit(term);
  return found;
}
