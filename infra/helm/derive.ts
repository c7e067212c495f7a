import type { StackDefinition } from '../stacks/definition.ts';
import type { KubeObject } from '../synth/synthesize.ts';
import { add, none } from './bits.ts';
import type { Doubt } from './decide.ts';
import { type Leaf, leavesOf } from './leaves.ts';
import { Marks, withoutPrefix } from './marks.ts';
import { Merger, type Variant } from './merge.ts';
import type { Decision, Node } from './nodes.ts';
import { Precedence } from './precedence.ts';
import { Reader } from './reader.ts';
import { type Output, type Sample, Sampler } from './samples.ts';
import type { Term } from './terms.ts';

/** One object of the chart, with all its variants. */
export interface DerivedObject {
  readonly kind: string;
  readonly name: string;
  readonly when: Decision;
  readonly node: Node;
}

export interface Derived {
  readonly leaves: readonly Leaf[];
  /** Of each folder of the manifests. */
  readonly folders: ReadonlyMap<string, readonly DerivedObject[]>;
}

/** The samples of which the first templates are learnt. */
const FIRST = 112;
/** Then so many are added at a time, made for what is in doubt, until there is no doubt and they change nothing. */
const MORE = 32;
const MOST = 800;
/** In how many places at most a number may change one part of an object. */
const MOST_BOUNDS = 3;

/** All variants of a stack's objects, found by synthesizing it with marked settings. */
export function derive(definition: StackDefinition): Derived {
  const leaves = leavesOf(definition.settings);
  const marks = new Marks();
  const sampler = new Sampler(definition, leaves, marks);
  const reader = new Reader(marks);
  const precedence = new Precedence(definition);
  const samples: Sample[] = [];
  const read: Read[] = [];
  const take = (pinned: Sample['features'] = {}) => {
    const { output, sample } = sampler.next(pinned);
    samples.push(sample);
    read.push(readAll(output, sample, reader));
  };
  for (let taken = 0; taken < FIRST; taken++) take();
  let before = '';
  for (;;) {
    const { doubts, folders } = learn(samples, read, leaves, precedence);
    for (const objects of folders.values()) for (const { node } of objects) refuseArithmetic(node);
    const now = JSON.stringify([...folders]);
    if (doubts.length === 0 && now === before) return { leaves, folders: checked(folders) };
    if (samples.length >= MOST) throw new Error(`${definition.name}: ${stillInDoubt(doubts)}`);
    before = now;
    for (let taken = 0; taken < MORE; taken++) take(combined(doubts, sampler.random));
  }
}

/** Terms of a sample's objects, by folder and title. */
type Read = ReadonlyMap<string, ReadonlyMap<string, Term>>;

function readAll(output: Output, sample: Sample, reader: Reader): Read {
  return new Map(
    [...output].map(([folder, objects]) => [
      folder,
      new Map(
        objects.map((object) => [title(object), reader.object(ordered(object), sample, objects, near(title(object)))]),
      ),
    ]),
  );
}

const title = ({ kind, metadata }: KubeObject): string => `${kind} ${withoutPrefix(Marks.spelt(metadata.name))}`;
const near = (title: string): string => title.replace(' ', '/');
const ordered = ({ apiVersion, kind, metadata, ...rest }: KubeObject) => ({ apiVersion, kind, metadata, ...rest });

function learn(
  samples: readonly Sample[],
  read: readonly Read[],
  leaves: readonly Leaf[],
  precedence: Precedence,
): { doubts: readonly Doubt[]; folders: Map<string, DerivedObject[]> } {
  const merger = new Merger(samples, leaves, precedence);
  const folders = new Map<string, DerivedObject[]>();
  for (const folder of new Set(read.flatMap((each) => [...each.keys()]))) {
    const titles = [...new Set(read.flatMap((each) => [...(each.get(folder)?.keys() ?? [])]))].sort();
    folders.set(
      folder,
      titles.map((title) => {
        const variants = variantsOf(read.map((each) => each.get(folder)?.get(title)));
        const [kind = '', name = ''] = title.split(' ');
        const about = { near: near(title), related: sectionsIn(variants) };
        return { kind, name, ...merger.object(variants, about) };
      }),
    );
  }
  return { doubts: merger.doubts, folders };
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

/** Pins for one more sample: as many doubts at once as do not contradict each other. */
function combined(doubts: readonly Doubt[], random: (count: number) => number): Sample['features'] {
  const pinned: Record<string, string | number> = {};
  for (const { between, pinned: wanted } of shuffled(doubts, random)) {
    const { feature, high, low } = between ?? { feature: '', high: 0, low: 0 };
    const sized = between ? { ...wanted, [feature]: low + 1 + random(high - low - 1) } : wanted;
    const contradicts = Object.entries(sized).some(([name, value]) => name in pinned && pinned[name] !== value);
    if (!contradicts) Object.assign(pinned, sized);
  }
  return pinned;
}

function shuffled<Item>(items: readonly Item[], random: (count: number) => number): Item[] {
  return items
    .map((item) => ({ item, place: random(1e6) }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

/** Nothing may depend on how a mark is spelt: that is, on what is in a text rather than on whether there is one. */
function checked(folders: ReadonlyMap<string, readonly DerivedObject[]>): typeof folders {
  const found = /"feature":"~([^"]+)"/.exec(JSON.stringify([...folders]));
  if (found) throw new Error(`${found[1]}: the program makes something of its text that no chart can`);
  return folders;
}

/** A number may decide between a few cases; where it decides between many, the program calculates with it. */
function refuseArithmetic(node: Node): void {
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

const stillInDoubt = (doubts: readonly Doubt[]): string =>
  `after ${MOST} samples what it depends on is still in doubt: ${JSON.stringify(doubts[0]?.pinned)}`;
