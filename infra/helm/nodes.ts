import type { Part } from './marks.ts';

/** What tells variants apart: a setting has one of these options, or is a number below a bound. */
export type Test =
  | { readonly feature: string; readonly options: readonly string[] }
  | { readonly feature: string; readonly below: number };

/** Decisions in a row, as learnt from samples. */
export type Decision = boolean | { readonly test: Test; readonly yes: Decision; readonly no: Decision };

export type Expression =
  /** `end`: an action of its own behind it. */
  | { readonly what: 'text'; readonly parts: readonly Part[]; readonly end?: string }
  | { readonly what: 'number'; readonly parts: readonly Part[] }
  /** A setting as it is: an enum's choice, a switch. */
  | { readonly what: 'setting'; readonly path: string }
  /** The reference of the image whose settings are at this path. */
  | { readonly what: 'image'; readonly path: string }
  /** Over the content of these ConfigMaps. */
  | { readonly what: 'checksum'; readonly configMaps: readonly string[] }
  /** What only a release knows: of which chart it is, and of which version what runs in it. */
  | { readonly what: 'release'; readonly fact: 'chart' | 'appVersion' }
  /** In the templates' own language. */
  | { readonly what: 'go'; readonly code: string }
  | { readonly what: 'literal'; readonly value: string | number | boolean | null | Param };

/** In a helper: what those that include it hand over. */
export interface Param {
  readonly param: string;
  readonly of: 'text' | 'number';
}

export const isParam = (value: unknown): value is Param =>
  value !== null && typeof value === 'object' && 'param' in value;

/** What is handed over to a helper: a text, a number, a section of the settings. */
export interface Argument {
  readonly name: string;
  readonly value: string | number | Param | { readonly path: string };
}

/** A template, as a tree: the shape of one value with all its variants. */
export type Node =
  | { readonly kind: 'scalar'; readonly expression: Expression }
  | { readonly kind: 'map'; readonly entries: readonly Entry[] }
  | { readonly kind: 'list'; readonly items: readonly Item[] }
  /** A text of several lines, some of which may depend on settings. */
  | { readonly kind: 'lines'; readonly items: readonly Item[] }
  /** A list or record of the settings, whole. */
  | { readonly kind: 'setting'; readonly path: string }
  /** What a helper writes, and of which form that is. */
  | {
      readonly kind: 'include';
      readonly helper: string;
      readonly args: readonly Argument[];
      readonly as: 'map' | 'list' | 'lines' | 'text';
    }
  | { readonly kind: 'choice'; readonly test: Test; readonly yes: Node; readonly no: Node };

export type Entry =
  | { readonly key: string; readonly when: Decision; readonly node: Node }
  /** The entries of a record, but for the keys that are there anyway, or are in one of these records, which win. */
  | { readonly record: string; readonly after: readonly string[]; readonly when: Decision }
  /** Entries that an action in the templates' own language writes. */
  | { readonly go: string; readonly when: Decision }
  /** Entries that a helper writes. */
  | { readonly include: Extract<Node, { kind: 'include' }>; readonly when: Decision };

export type Item =
  | { readonly when: Decision; readonly node: Node }
  /** One item for each element of a list, or each entry of a record, of the settings. */
  | { readonly each: string; readonly of: 'list' | 'record'; readonly when: Decision; readonly node: Node };

/** What a map has under a key. */
export function entryOf(node: Node | undefined, key: string): Node | undefined {
  const entries = node?.kind === 'map' ? node.entries : [];
  return entries.flatMap((entry) => ('key' in entry && entry.key === key ? [entry.node] : []))[0];
}

/** A map with one entry more, or another one in its place. */
export function withEntry(map: Node | undefined, key: string, node: Node): Node {
  const entries = map?.kind === 'map' ? map.entries : [];
  const isOld = (entry: Entry): boolean => 'key' in entry && entry.key === key;
  if (!entries.some(isOld)) return { kind: 'map', entries: [...entries, { key, when: true, node }] };
  return { kind: 'map', entries: entries.map((entry) => (isOld(entry) ? { ...entry, node } : entry)) };
}

/** Parts of a template that are written alike. */
export const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
