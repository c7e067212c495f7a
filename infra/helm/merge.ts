import { add, addAll, type Bits, both, first, none, rowsOf, without } from './bits.ts';
import { Canonical, mapped, testsIn, treeOf } from './canonical.ts';
import { type About, Decider, type Doubt } from './decide.ts';
import { isSameAt } from './expressions.ts';
import type { Leaf } from './leaves.ts';
import type { Decision, Entry, Expression, Item, Node } from './nodes.ts';
import { inOneOrder } from './order.ts';
import type { Precedence } from './precedence.ts';
import type { Answered } from './program.ts';
import { Rows } from './rows.ts';
import type { Sample } from './samples.ts';
import { ofRecord, type Term, type TermItem } from './terms.ts';

/** One of the shapes that a value has, and in which rows. */
export interface Variant {
  readonly term: Term;
  readonly rows: Bits;
}

/** What is merged: which rows of which kind are looked at, and what for. */
interface Where extends About {
  readonly rows: Rows;
}

/** Makes one template of all variants of a value. */
export class Merger {
  readonly root: Rows;
  readonly canonical: Canonical;
  private readonly samples: readonly Sample[];
  private readonly leaves: ReadonlyMap<string, Leaf>;
  /** Those that are chosen, or whose elements have something that is. */
  private readonly choosing: readonly Leaf[];
  private readonly precedence: Precedence;
  private readonly answered: Answered;
  private readonly decider: Decider;
  private readonly ofLists = new Map<string, Rows>();

  constructor(samples: readonly Sample[], leaves: readonly Leaf[], precedence: Precedence, answered: Answered) {
    this.samples = samples;
    this.precedence = precedence;
    this.answered = answered;
    this.leaves = new Map(leaves.map((leaf) => [leaf.path, leaf]));
    this.choosing = leaves.filter(({ element, kind }) => kind === 'boolean' || kind === 'enum' || element.length > 0);
    this.root = new Rows(samples);
    const inElements = leaves.flatMap(({ element, path }) =>
      element.flatMap((field) => [
        { feature: `${path}[].${field.path}?`, options: [] },
        { feature: `${path}[].${field.path}`, options: field.options },
      ]),
    );
    const own = leaves.map(({ options, path }) => ({ feature: path, options }));
    this.canonical = new Canonical([...inElements, ...own]);
    this.decider = new Decider(this.canonical);
  }

  get doubts(): readonly Doubt[] {
    return this.decider.doubts;
  }

  /** When an object is there, and its template. */
  object(variants: readonly Variant[], about: About): { when: Decision; node: Node } {
    const there = union(this.root, variants);
    const when = this.decider.decide(this.root, this.root.whole, there, about);
    return { when, node: this.decider.under(when, () => this.merge(variants, { ...about, rows: this.root })) };
  }

  private merge(variants: readonly Variant[], where: Where): Node {
    const shapes = groupBy(variants, ({ term }) => shapeOf(term));
    if (shapes.length > 1) return isSome(variants) ? this.shaped(shapes, where) : this.split(shapes, where);
    const [one] = variants;
    if (!one) throw new Error(`${where.near}: nothing was seen`);
    switch (one.term.kind) {
      case 'setting':
        return { kind: 'setting', path: one.term.path };
      case 'map':
        return this.map(variants, where);
      case 'list':
      case 'lines':
        return { kind: one.term.kind, items: this.items(variants, where) };
      case 'scalar':
        return this.scalar(variants, where);
    }
  }

  /** What decides between the shapes, and each of them as a whole. */
  private shaped(groups: readonly (readonly Variant[])[], where: Where): Node {
    const { rows } = where;
    const labels = groups.map((group) => union(rows, group));
    const among = labels.reduce((sum, label) => joined(rows, sum, label));
    const tree = this.decider.tell(rows, among, labels, where);
    if (!tree) throw undecided(groups, where);
    const features = testsIn(tree).map(({ feature }) => feature);
    const nodes = this.decider.within(features, () => groups.map((group) => this.merge(group, where)));
    return this.decider.canonical.choice(mapped(tree, (which) => nodes[which] as Node));
  }

  /** One test apart, and each side by itself. */
  private split(groups: readonly (readonly Variant[])[], where: Where): Node {
    const { rows } = where;
    const labels = groups.map((group) => union(rows, group));
    const among = labels.reduce((sum, label) => joined(rows, sum, label));
    const found = this.decider.split(rows, among, labels, where);
    if (!found) throw undecided(groups, where);
    const { no, test, yes } = found;
    const tree = this.decider.within([test.feature], () => {
      const side = (bits: Bits) => treeOf(this.merge(limited(groups.flat(), bits), where));
      return { test, yes: side(yes), no: side(no) };
    });
    this.decider.cover(rows, among, tree);
    return this.decider.canonical.choice(tree);
  }

  private map(variants: readonly Variant[], where: Where): Node {
    const { near, rows } = where;
    const maps = variants.map(({ rows, term }) => ({
      rows,
      keys: [] as readonly string[],
      entries: undefined,
      ...term,
      seen: rows,
    }));
    const among = union(rows, variants);
    const order = inOneOrder(maps.map(({ keys }) => keys)) ?? [...new Set(maps.flatMap(({ keys }) => keys))].sort();
    const entries = order.map((key): Entry => {
      const having = maps.filter(({ keys }) => keys.includes(key));
      const there = union(
        rows,
        having.map(({ seen, id }) => ({ rows: seen, term: { id } as Term })),
      );
      const record = ofRecord(key);
      if (record !== undefined) {
        const given = both(among, rows.holds({ feature: record, options: ['given'] }));
        const after = this.winners(record, having, rows);
        return { record, after, when: this.decider.decide(rows, given, there, where) };
      }
      const about = { ...where, near: `${near}.${key.slice(1)}` };
      const when = this.decider.decide(rows, among, there, about);
      const inner = gathered(
        rows,
        having.map(({ entries, seen }) => ({ term: entries?.get(key) as Term, rows: seen })),
      );
      return { key: key.slice(1), when, node: this.decider.under(when, () => this.merge(inner, about)) };
    });
    return { kind: 'map', entries };
  }

  /** The records that win over this one in the maps that have both. */
  private winners(record: string, maps: readonly { keys: readonly string[]; seen: Bits }[], rows: Rows): string[] {
    const beside = new Map(
      maps.flatMap(({ keys, seen }) =>
        keys.flatMap((key) => {
          const other = ofRecord(key);
          return other === undefined || other === record ? [] : [[other, rows.sampleOf(first(seen))] as const];
        }),
      ),
    );
    return [...beside].flatMap(([other, sample]) => {
      const winner = this.precedence.winner([record, other], sample);
      return winner === other ? [other] : [];
    });
  }

  private items(variants: readonly Variant[], where: Where): Item[] {
    const { near } = where;
    const lists = variants.map(({ rows, term }) => ({ rows, items: 'items' in term ? term.items : [] }));
    const sequences = lists.map(({ items }) => items.map(({ key }) => key));
    const order = inOneOrder(sequences);
    if (!order) throw new Error(`${near}: its items come in different orders`);
    const [length = 0, ...lengths] = sequences.map((keys) => keys.length);
    const nameless = lists.every(({ items }) => items.every(({ key, named }) => !named && ofRecord(key) === undefined));
    if (nameless && order.length > length && lengths.every((each) => each === length)) {
      // As many in each variant, known by nothing but their content: the same places are the same items.
      return Array.from({ length }, (_, place) => ({
        when: true,
        node: this.merge(
          gathered(
            where.rows,
            lists.flatMap(({ items, rows }) => termsOf(items[place]).map((term) => ({ term, rows }))),
          ),
          { ...where, near: `${near}[${place}]` },
        ),
      }));
    }
    return order.map((key) => {
      const having = lists.flatMap(({ items, rows }) => {
        const item = items.find((each) => each.key === key);
        return item ? [{ item, rows }] : [];
      });
      return this.item(key, having, union(where.rows, variants), where);
    });
  }

  private item(key: string, having: readonly { item: TermItem; rows: Bits }[], among: Bits, where: Where): Item {
    const { near, rows } = where;
    const there = none(rows.size);
    for (const each of having) addAll(there, each.rows);
    const path = ofRecord(key);
    if (path === undefined) {
      const when = this.decider.decide(rows, among, there, where);
      const inner = gathered(
        rows,
        having.flatMap(({ item, rows }) => termsOf(item).map((term) => ({ term, rows }))),
      );
      return { when, node: this.decider.under(when, () => this.merge(inner, where)) };
    }
    const leaf = this.leaves.get(path);
    const given = leaf && rows.holds({ feature: path, options: ['empty'] });
    const when = this.decider.decide(rows, given ? without(among, given) : among, there, where);
    const inner = this.elements(path, having, where);
    const about = { ...where, near: `${near}[${path}]`, rows: this.rowsOfList(path) };
    const node = this.decider.under(when, () => this.merge(inner, about));
    return { each: path, of: leaf?.kind === 'record' ? 'record' : 'list', when, node };
  }

  private elements(path: string, having: readonly { item: TermItem; rows: Bits }[], { near, rows }: Where): Variant[] {
    if (rows !== this.root) throw new Error(`${path}: at ${near} a list is used for each element of another one`);
    const inner = this.rowsOfList(path);
    const variants = new Map<number, Variant>();
    for (const each of having) {
      for (const [index, term] of each.item.terms.entries()) {
        const known = variants.get(term.id) ?? { term, rows: none(inner.size) };
        variants.set(term.id, known);
        for (const row of rowsOf(each.rows)) add(known.rows, Rows.elementRow(row, index));
      }
    }
    return [...variants.values()];
  }

  private rowsOfList(path: string): Rows {
    const known = this.ofLists.get(path) ?? new Rows(this.samples, path, this.root);
    this.ofLists.set(path, known);
    return known;
  }

  private scalar(variants: readonly Variant[], where: Where): Node {
    const known = variants.map(({ rows, term }) => ({ rows, expression: expressionOf(term) }));
    const [one] = known;
    if (known.length === 1 && one) return { kind: 'scalar', expression: one.expression };
    const always = [...this.choices(known), ...marked(known)].find((candidate) =>
      known.every(({ expression, rows }) => this.givesTheSame(candidate, expression, rows, where.rows)),
    );
    if (always) return { kind: 'scalar', expression: always };
    return this.split(
      variants.map((variant) => [variant]),
      where,
    );
  }

  private givesTheSame(candidate: Expression, expected: Expression, among: Bits, rows: Rows): boolean {
    if (candidate === expected) return true;
    for (const row of rowsOf(among)) {
      if (!isSameAt(candidate, expected, rows.place(row), this.answered)) return false;
    }
    return true;
  }

  /** Enums and switches, whose values stand in the output as they are. */
  private *choices(known: readonly { expression: Expression }[]): Generator<Expression> {
    const values = known.map(({ expression }) => (expression.what === 'literal' ? expression.value : undefined));
    const isOption = (options: readonly unknown[]) => values.every((value) => options.includes(value));
    for (const { element, kind, options, path } of this.choosing) {
      if (kind === 'boolean' && isOption([true, false])) yield { what: 'setting', path };
      if (kind === 'enum' && isOption(options)) yield { what: 'setting', path };
      for (const field of element) {
        if (field.kind === 'enum' && isOption(field.options))
          yield { what: 'text', parts: [{ path, field: field.path, what: 'value' }] };
      }
    }
  }
}

/** What was seen with marks may hold for the others too: the whole text where a part of it is empty. */
function marked(known: readonly { expression: Expression }[]): Expression[] {
  return known
    .map(({ expression }) => expression)
    .filter((expression) => 'parts' in expression)
    .sort((a, b) => b.parts.length - a.parts.length)
    .slice(0, 20);
}

function undecided(groups: readonly (readonly Variant[])[], { near }: Where): Error {
  const shown = groups
    .slice(0, 3)
    .map(([variant]) => JSON.stringify(variant?.term.kind === 'scalar' ? variant.term.expression : variant?.term.kind));
  return new Error(`${near}: no setting tells which of these it is: ${shown.join(', ')}`);
}

/** Whether there are lists, or maps, only some of which hold anything. */
const isSome = (variants: readonly Variant[]): boolean => {
  const [kind] = [...new Set(variants.map(({ term }) => term.kind))];
  return (kind === 'list' || kind === 'map') && variants.every(({ term }) => term.kind === kind);
};

const termsOf = (item: TermItem | undefined): readonly Term[] => item?.terms ?? [];

function expressionOf(term: Term): Expression {
  if (term.kind !== 'scalar') throw new Error(`a ${term.kind} is no scalar`);
  return term.expression;
}

/** Texts of one line and of several are written differently; an empty list or map is none that has items. */
function shapeOf(term: Term): string {
  if (term.kind === 'map') return term.keys.length > 0 ? 'map' : 'empty map';
  if (term.kind === 'list') return term.items.length > 0 ? 'list' : 'empty list';
  return term.kind === 'setting' ? `setting ${term.path}` : term.kind;
}

function union(rows: Rows, variants: readonly Variant[]): Bits {
  const bits = none(rows.size);
  for (const variant of variants) addAll(bits, variant.rows);
  return bits;
}

function joined(rows: Rows, a: Bits, b: Bits): Bits {
  const bits = none(rows.size);
  addAll(bits, a);
  addAll(bits, b);
  return bits;
}

/** Variants by their term. */
function gathered(rows: Rows, variants: readonly Variant[]): Variant[] {
  const byTerm = new Map<number, Variant>();
  for (const { rows: seen, term } of variants) {
    const known = byTerm.get(term.id) ?? { term, rows: none(rows.size) };
    byTerm.set(term.id, known);
    addAll(known.rows, seen);
  }
  return [...byTerm.values()];
}

const limited = (variants: readonly Variant[], side: Bits): Variant[] =>
  variants.map(({ rows, term }) => ({ term, rows: both(rows, side) })).filter(({ rows }) => first(rows) >= 0);

function groupBy(variants: readonly Variant[], labelOf: (variant: Variant) => string): Variant[][] {
  const groups = new Map<string, Variant[]>();
  for (const variant of variants) {
    const label = labelOf(variant);
    groups.set(label, [...(groups.get(label) ?? []), variant]);
  }
  return [...groups.values()];
}
