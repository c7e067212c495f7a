import { canonicalJson } from '../constructs/canonical-json.ts';
import { checksumsOf } from './checksums.ts';
import { bestTest, decide, passes, type Seen } from './decide.ts';
import { evaluate, type Place, relative, rounded } from './expressions.ts';
import type { Leaf } from './leaves.ts';
import type { Marks, Part } from './marks.ts';
import type { Decision, Entry, Expression, Item, Node } from './nodes.ts';
import type { Features, Sample } from './samples.ts';

/** One value of the output, and where it was seen. */
export interface Value extends Place {
  readonly features: readonly Features[];
  readonly value: unknown;
  /** The value is a text's lines. */
  readonly lines?: boolean;
}

type Mapping = Record<string, unknown>;

/** Makes one template of all variants of a value. */
export class Merger {
  private readonly marks: Marks;
  private readonly leaves: ReadonlyMap<string, Leaf>;

  constructor(marks: Marks, leaves: readonly Leaf[]) {
    this.marks = marks;
    this.leaves = new Map(leaves.map((leaf) => [leaf.path, leaf]));
  }

  merge(values: readonly Value[], near: string): Node {
    const whole = this.wholeSetting(values);
    if (whole !== undefined) return { kind: 'setting', path: whole };
    const shapes = new Set(values.map(({ value }) => shapeOf(value)));
    if (shapes.size > 1) return this.split(values, ({ value }) => shapeOf(value), near);
    const [shape] = shapes;
    const dropped = shape === 'empty map' ? this.droppedRecord(values, near) : undefined;
    if (dropped) return { kind: 'setting', path: dropped };
    if (shape === 'map') return this.map(values, near);
    if (shape === 'list') return { kind: 'list', items: this.items(values, near) };
    if (shape === 'empty map') return { kind: 'map', entries: [] };
    if (shape === 'empty list') return { kind: 'list', items: [] };
    return this.scalar(values, near);
  }

  /** Learns when something is there. */
  presence(all: readonly Value[], there: ReadonlySet<Value>, near: string): Decision {
    if (there.size === all.length) return true;
    return decide(
      all.map((value) => ({ features: value.features, label: there.has(value) ? 'yes' : 'no' })),
      near,
    );
  }

  private split(values: readonly Value[], labelOf: (value: Value) => string, near: string): Node {
    const seen: Seen[] = values.map((value) => ({ features: value.features, label: labelOf(value) }));
    const test = bestTest(seen, near);
    if (!test) {
      const variants = [...new Set(seen.map(({ label }) => label))].slice(0, 3).join('\n  ');
      throw new Error(`${near}: no setting tells which of these it is:\n  ${variants}`);
    }
    const side = (wanted: boolean) =>
      this.merge(
        values.filter(({ features }) => passes(test, features) === wanted),
        near,
      );
    const yes = side(true);
    const no = side(false);
    return JSON.stringify(yes) === JSON.stringify(no) ? yes : { kind: 'choice', test, yes, no };
  }

  /** The list or record of the settings that all these values are. */
  private wholeSetting(values: readonly Value[]): string | undefined {
    const paths = new Set<string | undefined>();
    for (const { sample, value } of values) {
      if (value === null || typeof value !== 'object' || Object.keys(value).length === 0) return undefined;
      const mark = sample.jsons.get(canonicalJson(value));
      const [part] = mark === undefined ? [] : this.marks.parts(mark, sample.bases);
      paths.add(typeof part === 'object' ? part.path : undefined);
    }
    const [path] = paths;
    if (paths.size !== 1 || path === undefined) return undefined;
    // The program fills what an element leaves out; the settings as they are have gaps there.
    const filled = this.leaves.get(path)?.element.some(({ fallback }) => fallback !== undefined);
    return filled ? undefined : path;
  }

  /**
   * Typed constructs let only fields through that they know, so of a record that Kubernetes gives a structure to, such
   * as affinity, no mark comes out. What is there only when the record is given, and has its name, is the record.
   */
  private droppedRecord(values: readonly Value[], near: string): string | undefined {
    const name = near.slice(near.lastIndexOf('.'));
    return [...this.leaves.values()].find(
      ({ kind, path }) =>
        kind === 'record' && path.endsWith(name) && values.every(({ sample }) => sample.features[path] === 'given'),
    )?.path;
  }

  private map(values: readonly Value[], near: string): Node {
    const entries: Entry[] = [];
    const sequences = values.map((value) =>
      Object.keys(value.value as Mapping).map((key) => this.recordOf(key, value) ?? `=${key}`),
    );
    for (const key of inOneOrder(sequences.map((keys) => [...new Set(keys)])) ??
      [...new Set(sequences.flat())].sort()) {
      if (key.startsWith('*')) {
        const record = key.slice(1);
        const given = values.filter(({ sample }) => sample.features[record] !== 'empty');
        const there = new Set(
          given.filter((_, index) => sequences[values.indexOf(given[index] as Value)]?.includes(key)),
        );
        entries.push({ record, when: this.presence(given, there, near) });
        continue;
      }
      const name = key.slice(1);
      const there = values.filter(({ value }) => Object.hasOwn(value as Mapping, name));
      const when = this.presence(values, new Set(there), `${near}.${name}`);
      const inner = there.map((value) => ({ ...value, value: (value.value as Mapping)[name] }));
      entries.push({ key: name, when, node: this.merge(inner, `${near}.${name}`) });
    }
    return { kind: 'map', entries };
  }

  /** "*path" of the record whose entry this key is. */
  private recordOf(key: string, { sample }: Value): string | undefined {
    const [part] = this.marks.parts(key, sample.bases);
    return typeof part === 'object' && part.field === 'key' && part.index !== undefined ? `*${part.path}` : undefined;
  }

  private items(values: readonly Value[], near: string): Item[] {
    const taken = values.map((value) => this.keyed(value));
    const sequences = taken.map((all) => [...new Set(all.map(({ key }) => key))]);
    const lengths = new Set(sequences.map((keys) => keys.length));
    const order = inOneOrder(sequences);
    if (!order) throw new Error(`${near}: its items come in different orders`);
    if (
      lengths.size === 1 &&
      order.length > (sequences[0]?.length ?? 0) &&
      taken.flat().every(({ named, key }) => !named && !key.startsWith('*'))
    ) {
      return (sequences[0] ?? []).map((_, index) => ({
        when: true,
        node: this.merge(
          values.map((value) => ({ ...value, value: (value.value as unknown[])[index] })),
          `${near}[${index}]`,
        ),
      }));
    }
    return order.map((key) => this.item(key, values, taken, near));
  }

  private item(key: string, values: readonly Value[], taken: readonly (readonly Keyed[])[], near: string): Item {
    const found = values.map((value, at) => ({ value, items: (taken[at] ?? []).filter((item) => item.key === key) }));
    if (!key.startsWith('*')) {
      const there = found.filter(({ items }) => items.length > 0);
      const when = this.presence(values, new Set(there.map(({ value }) => value)), `${near}.${key}`);
      return {
        when,
        node: this.merge(
          there.map(({ value, items }) => ({ ...value, value: items[0]?.value })),
          near,
        ),
      };
    }
    const path = key.slice(1);
    const given = found.filter(({ value }) => value.sample.features[path] !== 'empty');
    const there = given.filter(({ items }) => items.length > 0);
    const when = this.presence(
      given.map(({ value }) => value),
      new Set(there.map(({ value }) => value)),
      near,
    );
    const elements = there.flatMap(({ items, value }) =>
      items.map((item) => ({
        ...value,
        value: item.value,
        element: { path, index: item.index ?? 0 },
        features: [value.sample.elements.get(path)?.[item.index ?? 0] ?? {}, ...value.features],
      })),
    );
    const of = this.leaves.get(path)?.kind === 'record' ? 'record' : 'list';
    return { each: path, of, when, node: this.merge(elements, `${near}[${path}]`) };
  }

  /** What makes an item of a list the same one in other variants. */
  private keyed(value: Value): Keyed[] {
    const counts = new Map<string, number>();
    const lines = value.lines ? this.lineKeys(value.value as string[], value) : [];
    return (value.value as unknown[]).map((item, at) => {
      const text = typeof item === 'string' ? item : canonicalJson(item);
      const element = this.elementIn(text, value);
      if (element) return { key: `*${element.path}`, index: element.index, value: item, named: true };
      const name =
        typeof item === 'object' && item !== null && 'name' in item && typeof item.name === 'string' ? item : undefined;
      const own = name
        ? `${name.name} ${'mountPath' in name ? name.mountPath : ''}`
        : (lines[at] ?? this.templated(text, value));
      const count = counts.get(own) ?? 0;
      counts.set(own, count + 1);
      return { key: `=${own}#${count}`, value: item, named: name !== undefined };
    });
  }

  /** The text with its marks named: the same in every sample, whatever the size of its numbers. */
  private templated(text: string, { element, sample }: Value): string {
    return text.includes('zq') || /\d\.\d{6}/.test(text)
      ? JSON.stringify(relative(this.marks.parts(text, sample.bases), element))
      : text;
  }

  /** Lines, each known by those that it is indented below. */
  private lineKeys(lines: readonly string[], value: Value): string[] {
    const above: { indent: number; text: string }[] = [];
    return lines.map((line) => {
      const indent = line.length - line.trimStart().length;
      while (above.length > 0 && (above.at(-1)?.indent ?? 0) >= indent) above.pop();
      const text = this.templated(line, value);
      const key = [...above.map((each) => each.text), text].join('\n');
      above.push({ indent, text });
      return key;
    });
  }

  /** The one element of a setting that an item is made of. */
  private elementIn(text: string, { element, sample }: Value): { path: string; index: number } | undefined {
    const found = new Map<string, { path: string; index: number }>();
    for (const part of this.marks.parts(text, sample.bases)) {
      if (typeof part === 'string') continue;
      if (part.what === 'join') return undefined;
      if (part.index === undefined || part.path === element?.path) continue;
      found.set(`${part.path} ${part.index}`, { path: part.path, index: part.index });
    }
    return found.size === 1 ? [...found.values()][0] : undefined;
  }

  private scalar(values: readonly Value[], near: string): Node {
    const [first] = values;
    if (!first) throw new Error(`${near}: nothing was seen`);
    if (values.every(({ value }) => typeof value === 'string' && isBlock(value))) {
      const lines = values.map((value) => ({ ...value, lines: true, value: this.withJson(value).split('\n') }));
      return { kind: 'lines', items: this.items(lines, near) };
    }
    for (const expression of this.candidates(values)) {
      if (values.every((value) => same(evaluate(expression, value), value.value)))
        return { kind: 'scalar', expression };
    }
    const templates = values.map((value) => this.expression(value));
    const labels = new Map(values.map((value, index) => [value, JSON.stringify(templates[index])]));
    const [template] = templates;
    if (new Set(labels.values()).size === 1 && template) return this.simple(template, near);
    return this.split(values, (value) => labels.get(value) ?? '', near);
  }

  private simple(expression: Expression, near: string): Node {
    const text = JSON.stringify(expression);
    if (/zq\d{5}|zj\d{5}|\.[1-9]\d{4}7\b/.test(text.replaceAll(/"field":"[^"]*"/g, ''))) {
      throw new Error(`${near}: the program does something with a setting here that no chart can do: ${text}`);
    }
    return { kind: 'scalar', expression };
  }

  /** Expressions that may hold for every variant at once, the most telling first. */
  private candidates(values: readonly Value[]): Expression[] {
    const candidates = new Map<string, Expression>();
    const add = (expression: Expression) => candidates.set(JSON.stringify(expression), expression);
    const distinct = new Set(values.map(({ value }) => value));
    for (const value of values) {
      const expression = this.expression(value);
      if (expression.what !== 'text') continue;
      for (const part of expression.parts) {
        if (typeof part === 'object' && part.path.endsWith('.repository'))
          add({ what: 'image', path: part.path.slice(0, -'.repository'.length) });
      }
    }
    if (distinct.size > 1) {
      for (const { kind, path } of this.leaves.values()) {
        if (kind === 'boolean' || kind === 'enum')
          add({ what: 'setting', path, type: kind === 'enum' ? 'string' : 'boolean' });
        const field = kind === 'list' ? this.leaves.get(path)?.element : undefined;
        for (const inner of field ?? []) {
          if (inner.kind === 'enum') add({ what: 'text', parts: [{ path, field: inner.path, what: 'value' }] });
        }
      }
      const marked = values
        .map((value) => this.expression(value))
        .filter(({ what }) => what === 'text' || what === 'number');
      for (const expression of marked.sort((a, b) => partsOf(b) - partsOf(a)).slice(0, 20)) add(expression);
    }
    return [...candidates.values()];
  }

  private expression(value: Value): Expression {
    const { element, sample } = value;
    const raw = value.value;
    if (typeof raw === 'number') {
      const parts = relative(
        this.marks.parts(Number.isInteger(raw) ? String(raw) : raw.toFixed(6), sample.bases),
        element,
      );
      return typeof parts[0] === 'object' ? { what: 'number', parts } : { what: 'literal', value: raw };
    }
    if (typeof raw !== 'string') return { what: 'literal', value: raw as boolean | null };
    const configMaps = checksums(sample).get(raw);
    if (configMaps) return { what: 'checksum', configMaps };
    const parts: Part[] = relative(this.marks.parts(this.withJson(value), sample.bases), element);
    return parts.some((part) => typeof part === 'object') ? { what: 'text', parts } : { what: 'literal', value: raw };
  }

  private withJson({ sample, value }: Value): string {
    let text = String(value);
    if (!text.includes('zq')) return text;
    for (const [json, mark] of sample.jsons) if (json.length > 2) text = text.replaceAll(json, mark);
    return text;
  }
}

interface Keyed {
  readonly key: string;
  readonly index?: number;
  readonly value: unknown;
  /** By a name, rather than by all that it holds. */
  readonly named: boolean;
}

/** What YAML's block style can hold: several lines, the first not indented, one line end at most behind the last. */
const isBlock = (text: string): boolean =>
  /^\S.*\n/.test(text) && !text.endsWith('\n\n') && !/[\t\r]| $| \n/.test(text);

const partsOf = (expression: Expression): number => ('parts' in expression ? expression.parts.length : 0);
const same = (a: unknown, b: unknown): boolean =>
  typeof a === 'number' && typeof b === 'number' ? rounded(a) === rounded(b) : a === b;

function shapeOf(value: unknown): string {
  if (Array.isArray(value)) return value.length > 0 ? 'list' : 'empty list';
  if (value !== null && typeof value === 'object') return Object.keys(value).length > 0 ? 'map' : 'empty map';
  return 'scalar';
}

/** One order that all sequences keep to; undefined when they contradict each other. */
export function inOneOrder(sequences: readonly (readonly string[])[]): string[] | undefined {
  const after = new Map<string, Set<string>>();
  const before = new Map<string, number>();
  for (const sequence of sequences) {
    sequence.forEach((key, index) => {
      if (!after.has(key)) after.set(key, new Set());
      const previous = sequence[index - 1];
      if (previous !== undefined) after.get(previous)?.add(key);
    });
  }
  for (const key of after.keys()) before.set(key, 0);
  for (const keys of after.values()) for (const key of keys) before.set(key, (before.get(key) ?? 0) + 1);
  const order: string[] = [];
  // The last one whose turn has come goes next, so that what belongs together stays together.
  const ready = [...before]
    .filter(([, count]) => count === 0)
    .map(([key]) => key)
    .reverse();
  for (let key = ready.pop(); key !== undefined; key = ready.pop()) {
    order.push(key);
    for (const next of after.get(key) ?? []) {
      const left = (before.get(next) ?? 0) - 1;
      before.set(next, left);
      if (left === 0) ready.push(next);
    }
  }
  return order.length === after.size ? order : undefined;
}

const known = new WeakMap<Sample, Map<string, string[]>>();

function checksums(sample: Sample): Map<string, string[]> {
  let found = known.get(sample);
  if (!found) {
    found = checksumsOf(sample);
    known.set(sample, found);
  }
  return found;
}
