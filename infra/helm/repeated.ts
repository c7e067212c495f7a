import {
  below,
  type Difference,
  differencesOf,
  filled,
  hasAction,
  height,
  kebab,
  LEAST_SAVED,
  MOST_PARAMS,
  type Named,
  patternOf,
  singular,
} from './alike.ts';
import { shareEntries } from './entries.ts';
import type { GoTemplate } from './go-template.ts';
import { type Hole, mapped, sectionsIn } from './holes.ts';
import type { Expression, Node } from './nodes.ts';

/** A template that others include: what stood in several places, with what differs between them as its parameters. */
export interface Helper {
  readonly name: string;
  readonly node: Node;
  readonly params: readonly string[];
  /** For a parameter that is a section of the settings, one that it may stand for: they are all alike. */
  readonly sections: ReadonlyMap<string, string>;
  readonly uses: number;
  /** Of a list. */
  readonly isItem: boolean;
  /** Of entries that several maps have: which ones. */
  readonly keys?: readonly string[];
}

type Include = Extract<Node, { kind: 'include' }>;

interface Found extends Omit<Helper, 'name'> {
  readonly id: string;
  /** What it may be called, the plainest first. */
  readonly names: readonly string[];
}

/** One place in an object, or in a helper. */
interface Place {
  readonly node: Node;
  readonly name: string;
  /** Of the list or map around it. */
  readonly outer: string;
  readonly isItem: boolean;
  readonly lines: number;
  readonly holes: readonly Hole[];
  readonly inside: Place | undefined;
  replaced: Include | undefined;
}

/** Finds what stands in several places of a chart, and puts it into helpers. What signatures have in common can be exchanged. */
export class Repeated {
  private readonly found: Found[] = [];
  private readonly groups = new Map<number, Map<string, Place[]>>();
  /** The nodes that were given, with calls of what was found by its id. */
  private readonly shared: readonly Node[];
  private readonly places = new Map<Node, Place>();
  private readonly go: GoTemplate;
  private readonly names = new Map<string, string>();
  private readonly taken: readonly string[];

  constructor(nodes: readonly Node[], go: GoTemplate, taken: readonly string[] = []) {
    this.go = go;
    this.taken = taken;
    // Copies, for the same part of a tree may stand in several places.
    const copies = nodes.map((node) => structuredClone(node));
    const roots = copies.map((node) => this.place(node, { name: '', outer: '', isItem: false }, undefined));
    const largest = Math.max(0, ...this.groups.keys());
    for (let lines = largest; lines > 1; lines--) {
      for (const places of [...(this.groups.get(lines)?.values() ?? [])]) this.share(places);
    }
    this.shared = roots.map(({ node }) => withCalls(node, this.byId));
    this.shareEntries();
  }

  /** The nodes that were given, with the helpers in the place of what they hold. */
  nodes(): Node[] {
    return this.shared.map((node) => withCalls(node, this.byName));
  }

  helpers(): Helper[] {
    const names = this.named();
    return this.found.map(({ id, names: _, ...helper }) => ({
      ...helper,
      name: names.get(id) ?? id,
      node: withCalls(withCalls(helper.node, this.byId), this.byName),
    }));
  }

  private readonly byId = (node: Node): Include | undefined => this.places.get(node)?.replaced;

  private readonly byName = (node: Node): Include | undefined =>
    node.kind === 'include' ? { ...node, helper: this.named().get(node.helper) ?? node.helper } : undefined;

  private place(node: Node, { isItem, name, outer }: Named, inside: Place | undefined): Place {
    const holes: Hole[] = [];
    const shape = JSON.stringify(
      mapped(node, name, (hole) => {
        holes.push(hole);
        return patternOf(hole, this.go);
      }),
    );
    const place: Place = { node, name, outer, isItem, holes, inside, lines: height(node), replaced: undefined };
    this.places.set(node, place);
    // Each file shows its object itself: kind, name, spec.
    const isTop = inside === undefined || (inside.inside === undefined && inside.name === '');
    if (!isTop && this.canBeShared(node)) {
      const alike = this.groups.get(place.lines) ?? new Map<string, Place[]>();
      this.groups.set(place.lines, alike);
      alike.set(shape, [...(alike.get(shape) ?? []), place]);
    }
    for (const [inner, named] of below(node, place)) this.place(inner, named, place);
    return place;
  }

  /** Of what is left, entries that stand together in several maps. */
  private shareEntries(): void {
    for (const { differences, id, keys, kind, node, uses } of shareEntries(this.shared, this.go)) {
      const own = kebab(kind);
      const both = keys.flatMap((key, at) => keys.slice(at + 1).map((other) => `${kebab(key)}-and-${kebab(other)}`));
      const names = [
        `${own}-entries`,
        ...[...keys.map(kebab), ...both].map((what) => `${own}-with-${what}`),
        ...differences.map((each) => `${own}-entries-by-${kebab(each.name)}`),
        ...sectionsIn(node).map((section) => `${own}-entries-${kebab(section)}`),
      ];
      const params = differences.map(({ name }) => name);
      this.found.push({ id, names, keys, node, uses, params, sections: sectionsOf(differences), isItem: false });
    }
  }

  private share(all: readonly Place[]): void {
    const alive = all.filter(isAlive);
    if (this.shareAll(alive)) return;
    // Too different as a whole: those that say the same of other settings, and those that are the same.
    const texts = groupBy(alive, ({ holes }) =>
      JSON.stringify(holes.map(({ kind, value }) => (kind === 'path' ? '' : value))),
    );
    for (const same of texts) {
      if (this.shareAll(same)) continue;
      for (const equal of groupBy(same, ({ holes }) => JSON.stringify(holes))) this.shareAll(equal);
    }
  }

  private shareAll(places: readonly Place[]): boolean {
    const [first] = places;
    if (!first || places.length < 2) return false;
    const saved = (first.lines - 1) * places.length - first.lines - 4;
    if (saved < LEAST_SAVED || (first.lines < 3 && saved < 2 * LEAST_SAVED)) return false;
    const differences = differencesOf(places.map(({ holes }) => holes));
    if (!differences || differences.length > MOST_PARAMS) return false;
    const id = String(this.found.length);
    const node = filled(first.node, first.name, differences);
    this.found.push({
      id,
      node,
      names: namesFor(places, differences, sectionsIn(node)),
      params: differences.map(({ name }) => name),
      sections: sectionsOf(differences),
      uses: places.length,
      isItem: first.isItem,
    });
    places.forEach((place, at) => {
      const args = differences.map(({ name, values }) => ({ name, value: values[at] ?? '' }));
      place.replaced = { kind: 'include', helper: id, args, as: shapeOf(place.node) };
    });
    // What is inside it may stand elsewhere as well.
    const body = { ...first, node, inside: undefined, replaced: undefined };
    for (const [inner, named] of below(node, first)) this.place(inner, named, body);
    return true;
  }

  /** Whole blocks, and texts that are chosen: what can be written by one call. */
  private canBeShared(node: Node): boolean {
    if (hasAction(node)) return false;
    switch (node.kind) {
      case 'map':
        return node.entries.length > 0;
      case 'list':
        return node.items.length > 0;
      case 'lines':
        return !endsWithLineEnd(node);
      case 'choice': {
        const ends = endsOf(node);
        const shapes = new Set(ends.map(shapeOf));
        if (shapes.size > 1) return false;
        return shapes.has('text')
          ? ends.every((end) => end.kind === 'scalar' && this.isText(end.expression))
          : !shapes.has('lines') && ends.every((end) => this.canBeShared(end));
      }
      default:
        return false;
    }
  }

  /** A text that can be handed on as it is, to be quoted where it is used. */
  private isText(expression: Expression): boolean {
    if (expression.what === 'literal') return typeof expression.value === 'string' && !expression.value.includes('\n');
    if (expression.what !== 'text' || expression.end !== undefined) return false;
    return expression.parts.every((part) =>
      typeof part === 'string' ? !part.includes('\n') : this.go.isHarmless(part),
    );
  }

  /** Those that are used most come first, and have the plainest names. */
  private named(): ReadonlyMap<string, string> {
    if (this.names.size > 0) return this.names;
    const taken = new Set(this.taken);
    for (const { id, names } of this.found.sort((a, b) => b.uses - a.uses)) {
      const [plainest = ''] = names;
      const numbered = (count: number): string => `${plainest}-${count}`;
      let name = names.find((each) => !taken.has(each));
      for (let count = 2; name === undefined; count++) if (!taken.has(numbered(count))) name = numbered(count);
      taken.add(name);
      this.names.set(id, name);
    }
    return this.names;
  }
}

/** A tree with calls of helpers in the place of some of its nodes. */
function withCalls(node: Node, callOf: (node: Node) => Include | undefined): Node {
  const call = callOf(node);
  if (call) return call;
  const inner = (each: Node): Node => withCalls(each, callOf);
  switch (node.kind) {
    case 'map':
      return {
        ...node,
        entries: node.entries.map((entry) => {
          if ('key' in entry) return { ...entry, node: inner(entry.node) };
          return 'include' in entry ? { ...entry, include: callOf(entry.include) ?? entry.include } : entry;
        }),
      };
    case 'list':
    case 'lines':
      return {
        ...node,
        items: node.items.map((item) => ('each' in item ? item : { ...item, node: inner(item.node) })),
      };
    case 'choice':
      return { ...node, yes: inner(node.yes), no: inner(node.no) };
    default:
      return node;
  }
}

/** For each parameter that is a section of the settings, one that it may stand for. */
const sectionsOf = (differences: readonly Difference[]): ReadonlyMap<string, string> =>
  new Map(
    differences.flatMap(({ name, values: [value = ''] }) =>
      typeof value === 'object' && 'path' in value ? [[name, value.path] as const] : [],
    ),
  );

/** Not inside of something that was replaced already. */
function isAlive(place: Place): boolean {
  for (let each: Place | undefined = place; each; each = each.inside) if (each.replaced) return false;
  return true;
}

/** By what it stands under, what is around that, what differs, and what it is about: the plainest first. */
function namesFor(places: readonly Place[], differences: readonly Difference[], sections: readonly string[]): string[] {
  const name = nameOf(places);
  const around = [...new Set(places.map(({ outer }) => singular(kebab(outer))))];
  return [
    name,
    ...around.filter((outer) => outer !== '' && outer !== name).map((outer) => `${outer}-${name}`),
    ...differences.map((each) => `${name}-by-${kebab(each.name)}`),
    ...sections.map((section) => `${name}-${kebab(section)}`),
  ];
}

/** The name that all of the places have; of the items of a list, else, what they are items of; else the one that most have. */
function nameOf(places: readonly Place[]): string {
  const [most = []] = groupBy(places, ({ name }) => name).sort((a, b) => b.length - a.length);
  const [first] = most;
  if (!first) return 'part';
  const isOne = most.length === places.length;
  return kebab((isOne || !first.isItem ? first.name : singular(first.outer)) || 'part');
}

function shapeOf(node: Node): Include['as'] {
  if (node.kind === 'choice') return shapeOf(node.yes);
  if (node.kind === 'map' || node.kind === 'list' || node.kind === 'lines') return node.kind;
  return 'text';
}

const endsOf = (node: Node): Node[] => (node.kind === 'choice' ? [...endsOf(node.yes), ...endsOf(node.no)] : [node]);

function endsWithLineEnd(node: Extract<Node, { kind: 'lines' }>): boolean {
  const last = node.items.at(-1)?.node;
  return last?.kind === 'scalar' && last.expression.what === 'literal' && last.expression.value === '';
}

function groupBy<Of>(all: readonly Of[], keyOf: (each: Of) => string): Of[][] {
  const groups = new Map<string, Of[]>();
  for (const each of all) {
    const key = keyOf(each);
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()];
}
