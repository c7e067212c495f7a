import type { GoTemplate } from './go-template.ts';
import { type Hole, literalName, mapped, nameIn, PARAM, sectionsIn } from './holes.ts';
import type { Argument, Decision, Expression, Node } from './nodes.ts';

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

interface Difference {
  readonly name: string;
  /** By place. */
  readonly values: readonly Argument['value'][];
  /** Which of the holes it fills; of a section, with what stands behind it in the path of each. */
  readonly fills: ReadonlyMap<number, string>;
}

/** More parameters would say less than the text that they save. */
const MOST_PARAMS = 3;
/** A helper is another place to look: it must save so many lines in all. */
const LEAST_SAVED = 12;

/** Finds what stands in several places of a chart, and puts it into helpers. What signatures have in common can be exchanged. */
export class Repeated {
  private readonly found: Found[] = [];
  private readonly groups = new Map<number, Map<string, Place[]>>();
  private readonly roots: readonly Place[];
  private readonly places = new Map<Node, Place>();
  private readonly go: GoTemplate;
  private readonly names = new Map<string, string>();
  private readonly taken: readonly string[];

  constructor(nodes: readonly Node[], go: GoTemplate, taken: readonly string[] = []) {
    this.go = go;
    this.taken = taken;
    // Copies, for the same part of a tree may stand in several places.
    this.roots = nodes.map((node) =>
      this.place(structuredClone(node), { name: '', outer: '', isItem: false }, undefined),
    );
    const largest = Math.max(0, ...this.groups.keys());
    for (let lines = largest; lines > 1; lines--) {
      for (const places of [...(this.groups.get(lines)?.values() ?? [])]) this.share(places);
    }
  }

  /** The nodes that were given, with the helpers in the place of what they hold. */
  nodes(): Node[] {
    return this.roots.map((root) => this.written(root.node));
  }

  helpers(): Helper[] {
    const names = this.named();
    return this.found.map(({ id, names: _, ...helper }) => ({
      ...helper,
      name: names.get(id) ?? id,
      node: this.written(helper.node),
    }));
  }

  private place(node: Node, { isItem, name, outer }: Named, inside: Place | undefined): Place {
    const holes: Hole[] = [];
    const shape = JSON.stringify(
      mapped(node, name, (hole) => {
        holes.push(hole);
        return hole.kind === 'path' ? this.go.signature(String(hole.value)) : hole.kind === 'text' ? '' : 0;
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

  private share(all: readonly Place[]): void {
    const alive = all.filter(isAlive);
    if (this.shared(alive)) return;
    // Too different as a whole: those that say the same of other settings, and those that are the same.
    const texts = groupBy(alive, ({ holes }) =>
      JSON.stringify(holes.map(({ kind, value }) => (kind === 'path' ? '' : value))),
    );
    for (const same of texts) {
      if (this.shared(same)) continue;
      for (const equal of groupBy(same, ({ holes }) => JSON.stringify(holes))) this.shared(equal);
    }
  }

  private shared(places: readonly Place[]): boolean {
    const [first] = places;
    if (!first || places.length < 2) return false;
    const saved = (first.lines - 1) * places.length - first.lines - 4;
    if (saved < LEAST_SAVED || (first.lines < 3 && saved < 2 * LEAST_SAVED)) return false;
    const differences = differencesOf(places.map(({ holes }) => holes));
    if (!differences || differences.length > MOST_PARAMS) return false;
    const id = String(this.found.length);
    const node = this.filled(first, differences);
    const sections = differences.flatMap(({ name, values: [value = ''] }) =>
      typeof value === 'object' && 'path' in value ? [[name, value.path] as const] : [],
    );
    this.found.push({
      id,
      node,
      names: namesFor(places, differences, sectionsIn(node)),
      params: differences.map(({ name }) => name),
      sections: new Map(sections),
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

  /** The first of the places with parameters for what differs. */
  private filled({ name, node }: Place, differences: readonly Difference[]): Node {
    let at = 0;
    return mapped(node, name, ({ kind, value }) => {
      const hole = at++;
      const found = differences.find(({ fills }) => fills.has(hole));
      if (!found) return value;
      if (kind !== 'path') return { param: found.name, of: kind };
      return `${PARAM}${found.name}${found.fills.get(hole)}`;
    });
  }

  private written(node: Node): Node {
    const place = this.places.get(node);
    if (place?.replaced) return { ...place.replaced, helper: this.named().get(place.replaced.helper) ?? '' };
    const inner = (each: Node): Node => this.written(each);
    switch (node.kind) {
      case 'map':
        return {
          ...node,
          entries: node.entries.map((entry) => ('key' in entry ? { ...entry, node: inner(entry.node) } : entry)),
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
}

/** Not inside of something that was replaced already. */
function isAlive(place: Place): boolean {
  for (let each: Place | undefined = place; each; each = each.inside) if (each.replaced) return false;
  return true;
}

interface Named {
  readonly name: string;
  readonly outer: string;
  readonly isItem: boolean;
}

/** Nodes directly inside of one, with the names that their places give them. What is made of the elements of a setting stays where it is. */
function below(node: Node, { name, outer, isItem }: Named): [Node, Named][] {
  switch (node.kind) {
    case 'map':
      return node.entries.flatMap((entry): [Node, Named][] =>
        'key' in entry
          ? [[entry.node, { name: nameIn(node, entry.key), outer: isItem ? outer : name, isItem: false }]]
          : [],
      );
    case 'list':
      return node.items.flatMap((item, at): [Node, Named][] => {
        if ('each' in item) return [];
        const own = item.node.kind === 'lines' ? scriptName(node.items[at + 1]?.node) : literalName(item.node);
        return [[item.node, { name: own ?? singular(name), outer: name, isItem: true }]];
      });
    case 'choice':
      return [node.yes, node.no].map((side): [Node, Named] => [side, { name, outer, isItem }]);
    default:
      return [];
  }
}

/** What follows the text of a script in a command is what the script is called. */
function scriptName(next: Node | undefined): string {
  const text = next?.kind === 'scalar' && next.expression.what === 'literal' ? next.expression.value : undefined;
  return typeof text === 'string' && /^[a-z]+$/.test(text) ? `${text}-script` : 'script';
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

const singular = (text: string): string => text.replace(/(?<!s)s$/, '');

export const kebab = (text: string): string =>
  (text.split('/').at(-1) ?? text)
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replaceAll(/[^A-Za-z0-9]+/g, '-')
    .toLowerCase();

const camel = (text: string): string => kebab(text).replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());

/** What differs between places that are alike; undefined where it cannot be handed over. */
function differencesOf(places: readonly (readonly Hole[])[]): Difference[] | undefined {
  const [first = []] = places;
  const found = new Map<string, { name: string; values: Argument['value'][]; fills: Map<number, string> }>();
  for (let hole = 0; hole < first.length; hole++) {
    const { key = '', kind } = first[hole] ?? {};
    const values = places.map((holes) => holes[hole]?.value ?? '');
    const texts = values.map((value) => JSON.stringify(value));
    if (texts.every((text) => text === texts[0])) continue;
    const section = kind === 'path' ? sectionsOf(values.map(String)) : undefined;
    if (kind === 'path' && !section) return undefined;
    if (values.some((value) => typeof value === 'string' && !/^[-\w./: ]+$/.test(value))) return undefined;
    const own: Argument['value'][] = section ? section.sections.map((path) => ({ path })) : values;
    const id = JSON.stringify(own);
    const known = found.get(id) ?? { name: section ? 'values' : camel(key), values: own, fills: new Map() };
    found.set(id, known);
    known.fills.set(hole, section ? `.${section.rest}` : '');
  }
  const differences = [...found.values()];
  const names = new Set<string>();
  for (const each of differences) {
    for (let count = 2; names.has(each.name) || each.name === 'root'; count++)
      each.name = `${each.name.replace(/\d+$/, '')}${count}`;
    names.add(each.name);
  }
  return differences;
}

/** "a" and "b" of "a.pod.user" and "b.pod.user"; what is behind them is the same. */
function sectionsOf(paths: readonly string[]): { sections: string[]; rest: string } | undefined {
  const split = paths.map((path) => path.split('.'));
  const [first = []] = split;
  let same = 0;
  while (split.every((keys) => keys.length > same + 1 && keys.at(-1 - same) === first.at(-1 - same))) same++;
  if (same === 0) return undefined;
  return { sections: split.map((keys) => keys.slice(0, -same).join('.')), rest: first.slice(-same).join('.') };
}

function shapeOf(node: Node): Include['as'] {
  if (node.kind === 'choice') return shapeOf(node.yes);
  if (node.kind === 'map' || node.kind === 'list' || node.kind === 'lines') return node.kind;
  return 'text';
}

/** Actions may use what is only there in their file. */
function hasAction(node: Node): boolean {
  switch (node.kind) {
    case 'scalar':
      return node.expression.what === 'go';
    case 'map':
      return node.entries.some((entry) => 'go' in entry || ('key' in entry && hasAction(entry.node)));
    case 'list':
    case 'lines':
      return node.items.some((item) => hasAction(item.node));
    case 'choice':
      return hasAction(node.yes) || hasAction(node.no);
    default:
      return false;
  }
}

const endsOf = (node: Node): Node[] => (node.kind === 'choice' ? [...endsOf(node.yes), ...endsOf(node.no)] : [node]);

function endsWithLineEnd(node: Extract<Node, { kind: 'lines' }>): boolean {
  const last = node.items.at(-1)?.node;
  return last?.kind === 'scalar' && last.expression.what === 'literal' && last.expression.value === '';
}

/** How many lines it takes, about. */
function height(node: Node): number {
  const guarded = (lines: number, when: Decision): number => lines + (typeof when === 'boolean' ? 0 : 2);
  switch (node.kind) {
    case 'map':
      return node.entries.reduce(
        (sum, entry) =>
          sum +
          guarded(
            !('key' in entry) ? 3 : isBlock(entry.node) ? 1 + height(entry.node) : height(entry.node),
            entry.when,
          ),
        0,
      );
    case 'list':
    case 'lines':
      return node.items.reduce(
        (sum, item) => sum + guarded(height(item.node) + ('each' in item ? 2 : 0), item.when),
        0,
      );
    case 'choice':
      return 2 + height(node.yes) + height(node.no);
    default:
      return 1;
  }
}

const isBlock = ({ kind }: Node): boolean => kind === 'map' || kind === 'list' || kind === 'lines';

function groupBy<Of>(all: readonly Of[], keyOf: (each: Of) => string): Of[][] {
  const groups = new Map<string, Of[]>();
  for (const each of all) {
    const key = keyOf(each);
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups.values()];
}
