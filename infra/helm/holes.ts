import type { Part, Ref } from './marks.ts';
import {
  type Argument,
  type Decision,
  type Entry,
  type Expression,
  type Item,
  isParam,
  type Node,
  type Param,
  type Test,
} from './nodes.ts';

/** What may differ between two places that are alike: a text or a number, of which section a setting is, or a section handed over. */
export interface Hole {
  readonly kind: 'text' | 'number' | 'path' | 'section';
  readonly value: string | number | Param;
  /** Under which key it was found. */
  readonly key: string;
}

/** What the path of a parameter begins with: "@values.user". */
export const PARAM = '@';

/** Of a part of a text that is a parameter itself. */
const paramOf = ({ path }: Ref): Param | undefined =>
  path.startsWith(PARAM) && !path.includes('.') ? { param: path.slice(PARAM.length), of: 'text' } : undefined;

type Change = (hole: Hole) => string | number | Param;

/** The node with other texts, numbers and paths; they are visited in the same order in all nodes that are alike. */
export function mapped(node: Node, key: string, change: Change): Node {
  const path = (value: string): string => String(change({ kind: 'path', value, key }));
  const decision = (each: Decision): Decision =>
    typeof each === 'boolean' ? each : { test: test(each.test), yes: decision(each.yes), no: decision(each.no) };
  const test = (each: Test): Test => {
    const [own = '', field] = each.feature.split('[].');
    return { ...each, feature: path(own) + (field === undefined ? '' : `[].${field}`) };
  };
  const args = (all: readonly Argument[]): Argument[] =>
    all.map(({ name, value }) => ({
      name,
      value:
        typeof value === 'object' && 'path' in value
          ? { path: String(change({ kind: 'section', value: value.path, key })) }
          : change({ kind: typeof value === 'number' ? 'number' : isParam(value) ? value.of : 'text', value, key }),
    }));
  switch (node.kind) {
    case 'scalar':
      return { kind: 'scalar', expression: mappedExpression(node.expression, key, change) };
    case 'setting':
      return { kind: 'setting', path: path(node.path) };
    case 'choice':
      return {
        kind: 'choice',
        test: test(node.test),
        yes: mapped(node.yes, key, change),
        no: mapped(node.no, key, change),
      };
    case 'map':
      return {
        kind: 'map',
        entries: node.entries.map((entry): Entry => {
          const when = decision(entry.when);
          if ('go' in entry) return entry;
          if ('include' in entry) return { include: { ...entry.include, args: args(entry.include.args) }, when };
          if ('record' in entry) return { record: path(entry.record), after: entry.after.map(path), when };
          return { key: entry.key, when, node: mapped(entry.node, nameIn(node, entry.key), change) };
        }),
      };
    case 'list':
    case 'lines':
      return {
        kind: node.kind,
        items: node.items.map((item): Item => {
          const when = decision(item.when);
          const inner = mapped(item.node, key, change);
          return 'each' in item ? { each: path(item.each), of: item.of, when, node: inner } : { when, node: inner };
        }),
      };
    case 'include':
      return { ...node, args: args(node.args) };
  }
}

function mappedExpression(expression: Expression, key: string, change: Change): Expression {
  const part = (each: Part): Part => {
    const text = typeof each === 'string' ? each : paramOf(each);
    if (text === undefined)
      return { ...(each as Ref), path: String(change({ kind: 'path', value: (each as Ref).path, key })) };
    const changed = change({ kind: 'text', value: text, key });
    return isParam(changed) ? { path: PARAM + changed.param, what: 'value' } : String(changed);
  };
  switch (expression.what) {
    case 'literal': {
      const { value } = expression;
      if (value === null || typeof value === 'boolean') return expression;
      const kind = isParam(value) ? value.of : typeof value === 'number' ? 'number' : 'text';
      return { what: 'literal', value: change({ kind, value, key }) };
    }
    case 'setting':
    case 'image':
      return { ...expression, path: String(change({ kind: 'path', value: expression.path, key })) };
    case 'text':
    case 'number':
      return { ...expression, parts: expression.parts.map(part) };
    case 'checksum':
    case 'release':
    case 'go':
      return expression;
  }
}

/** What an entry is called: by its key, or by the name beside it where its key only says "value". */
export function nameIn(map: Node, key: string): string {
  return key === 'value' ? (literalName(map) ?? key) : key;
}

export function literalName(map: Node): string | undefined {
  const entries = map.kind === 'map' ? map.entries : [];
  for (const entry of entries) {
    if (!('key' in entry) || entry.key !== 'name' || entry.node.kind !== 'scalar') continue;
    const { expression } = entry.node;
    if (expression.what === 'literal' && typeof expression.value === 'string') return expression.value;
  }
  return undefined;
}

/** The paths of all settings that a template reads. */
export function pathsIn(node: Node, when: Decision = true): Set<string> {
  const found = new Set<string>();
  mapped({ kind: 'map', entries: [{ key: '', when, node }] }, '', ({ kind, value }) => {
    if (kind === 'path') found.add(String(value));
    return value;
  });
  return found;
}

/** The sections of the settings that a template reads: the one that most of it is about comes first. */
export function sectionsIn(node: Node): string[] {
  const counts = new Map<string, number>();
  for (const path of pathsIn(node)) {
    const [section = '', ...rest] = path.split('.');
    if (rest.length > 0 && !path.startsWith(PARAM)) counts.set(section, (counts.get(section) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a).map(([section]) => section);
}
