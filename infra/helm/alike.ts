import type { GoTemplate } from './go-template.ts';
import { type Hole, literalName, mapped, nameIn, PARAM } from './holes.ts';
import type { Argument, Decision, Node } from './nodes.ts';

// What places of templates that are alike have in common, and what differs between them.

export interface Difference {
  readonly name: string;
  /** By place. */
  readonly values: readonly Argument['value'][];
  /** Which of the holes it fills; of a section, with what stands behind it in the path of each. */
  readonly fills: ReadonlyMap<number, string>;
}

/** More parameters would say less than the text that they save. */
export const MOST_PARAMS = 3;
/** A helper is another place to look: it must save so many lines in all. */
export const LEAST_SAVED = 12;

export interface Named {
  readonly name: string;
  readonly outer: string;
  readonly isItem: boolean;
}

/** Nodes directly inside of one, with the names that their places give them. What is made of the elements of a setting stays where it is. */
export function below(node: Node, { name, outer, isItem }: Named): [Node, Named][] {
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

export const singular = (text: string): string => text.replace(/(?<!s)s$/, '');

export const kebab = (text: string): string =>
  (text.split('/').at(-1) ?? text)
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replaceAll(/[^A-Za-z0-9]+/g, '-')
    .toLowerCase();

const camel = (text: string): string => kebab(text).replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());

/** What differs between places that are alike; undefined where it cannot be handed over. */
export function differencesOf(places: readonly (readonly Hole[])[]): Difference[] | undefined {
  const [first = []] = places;
  const found = new Map<string, { name: string; values: Argument['value'][]; fills: Map<number, string> }>();
  for (let hole = 0; hole < first.length; hole++) {
    const { key = '', kind } = first[hole] ?? {};
    const values = places.map((holes) => holes[hole]?.value ?? '');
    const texts = values.map((value) => JSON.stringify(value));
    if (texts.every((text) => text === texts[0])) continue;
    const section =
      kind === 'section'
        ? { sections: values.map(String), rest: '' }
        : kind === 'path'
          ? sectionsWith(values.map(String))
          : undefined;
    if (kind === 'path' && !section) return undefined;
    if (values.some((value) => typeof value === 'string' && !/^[-\w./: ]+$/.test(value))) return undefined;
    const own: Argument['value'][] = section ? section.sections.map((path) => ({ path })) : values;
    const id = JSON.stringify(own);
    const known = found.get(id) ?? { name: section ? 'values' : camel(key), values: own, fills: new Map() };
    found.set(id, known);
    known.fills.set(hole, section?.rest ? `.${section.rest}` : '');
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
function sectionsWith(paths: readonly string[]): { sections: string[]; rest: string } | undefined {
  const split = paths.map((path) => path.split('.'));
  const [first = []] = split;
  let same = 0;
  while (split.every((keys) => keys.length > same + 1 && keys.at(-1 - same) === first.at(-1 - same))) same++;
  if (same === 0) return undefined;
  return { sections: split.map((keys) => keys.slice(0, -same).join('.')), rest: first.slice(-same).join('.') };
}

/** What stands in the place of a hole where places are compared: what can be exchanged is the same. */
export const patternOf = ({ kind, value }: Hole, go: GoTemplate): string | number =>
  kind === 'path' ? go.signature(String(value)) : kind === 'number' ? 0 : '';

/** One of the places with parameters for what differs. */
export function filled(node: Node, name: string, differences: readonly Difference[]): Node {
  let at = 0;
  return mapped(node, name, ({ kind, value }) => {
    const hole = at++;
    const found = differences.find(({ fills }) => fills.has(hole));
    if (!found) return value;
    if (kind === 'text' || kind === 'number') return { param: found.name, of: kind };
    return `${PARAM}${found.name}${found.fills.get(hole)}`;
  });
}

/** Actions may use what is only there in their file. */
export function hasAction(node: Node): boolean {
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

/** How many lines it takes, about. */
export function height(node: Node): number {
  const guarded = (lines: number, when: Decision): number => lines + (typeof when === 'boolean' ? 0 : 2);
  switch (node.kind) {
    case 'map':
      return node.entries.reduce(
        (sum, entry) =>
          sum +
          guarded(
            'include' in entry
              ? 1
              : !('key' in entry)
                ? 3
                : isBlock(entry.node)
                  ? 1 + height(entry.node)
                  : height(entry.node),
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
