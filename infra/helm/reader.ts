import { canonicalJson } from '../data/canonical-json.ts';
import { at } from '../data/paths.ts';
import { imageReference } from './answered.ts';
import { CHECKSUM, checksumOf } from './checksums.ts';
import { type Place, relative } from './expressions.ts';
import { Marks, type Part, withoutPrefix } from './marks.ts';
import type { Expression } from './nodes.ts';
import type { Answered, KubeObject } from './program.ts';
import type { Output, Sample } from './samples.ts';
import { type Term, type TermItem, Terms } from './terms.ts';

/** Where a value of the output was found: in which sample, in which object, in which element of a list of the settings. */
interface At extends Place {
  /** All objects of its folder. */
  readonly beside: readonly KubeObject[];
  /** For messages: what it is in, and its own name there. */
  readonly outer?: At;
  readonly own: string;
}

/** "Deployment/web.spec.replicas" */
const near = ({ outer, own }: At): string => (outer ? near(outer) : '') + own;
const inside = ({ beside, element, sample }: At, own: string, outer: At): At => ({
  sample,
  beside,
  own,
  outer,
  ...(element && { element }),
});

/** Terms of a sample's objects, by folder and title. */
export type ReadSample = ReadonlyMap<string, ReadonlyMap<string, Term>>;

type Element = NonNullable<Place['element']>;

const title = ({ kind, metadata }: KubeObject): string => `${kind} ${withoutPrefix(Marks.spelt(metadata.name))}`;
const ordered = ({ apiVersion, kind, metadata, ...rest }: KubeObject): KubeObject => ({
  apiVersion,
  kind,
  metadata,
  ...rest,
});

/** Reads the output of a sample: marks become references to settings, so that samples can be compared. */
export class Reader {
  private readonly marks: Marks;
  private readonly answered: Answered;
  private readonly terms = new Terms();
  private readonly texts = new Map<string, Term>();
  private readonly objects = new Map<string, Term>();
  private readonly elements = new Map<string, Element | undefined>();

  constructor(marks: Marks, answered: Answered) {
    this.marks = marks;
    this.answered = answered;
  }

  read(output: Output, sample: Sample): ReadSample {
    return new Map([...output].map(([folder, beside]) => [folder, this.folder(beside, sample)]));
  }

  /** Objects that are one for each element of a setting are one term: a list of these. */
  private folder(beside: readonly KubeObject[], sample: Sample): Map<string, Term> {
    const found = new Map<string, Term>();
    const repeated = new Map<string, { title: string; item: TermItem }>();
    for (const object of beside) {
      const own = title(object);
      const at = { sample, beside, own: own.replace(' ', '/') };
      // By one of these they differ.
      const { name, namespace = '' } = object.metadata;
      const element = this.elementIn(`${name} ${namespace}`, at);
      if (!element) {
        found.set(own, this.value(ordered(object), at));
        continue;
      }
      const inElement = inside({ ...at, element }, `[${element.path}]`, at);
      const known = `${object.kind} ${element.path} ${this.templated(name, inElement)}`;
      const { item, title: first } = repeated.get(known) ?? { title: own, item: undefined };
      const terms = item?.terms ?? [];
      if (element.index !== terms.length) throw this.outOfOrder(element.path, at);
      const term = this.value(ordered(object), inElement);
      repeated.set(known, { title: first, item: { key: `*${element.path}`, named: true, terms: [...terms, term] } });
    }
    // One that is there once may be called the same.
    for (const { item, title } of repeated.values()) found.set(`${title} ${item.key}`, this.terms.list('list', [item]));
    return found;
  }

  private outOfOrder(path: string, at: At): Error {
    return new Error(`${path}: at ${near(at)} its elements are not in their order, which no chart can do`);
  }

  private value(value: unknown, at: At, json?: string): Term {
    if (value !== null && typeof value === 'object')
      return at.element ? this.parts(value, at) : this.again(value, at, json ?? JSON.stringify(value));
    if (typeof value === 'string' && isBlock(value)) return this.lines(value, at);
    return this.scalar(value, at);
  }

  /** Most objects, and parts of them, come again as they are, and reading one costs more than finding it. */
  private again(value: object, at: At, json: string): Term {
    const text = this.marks.alike(json, at.sample.bases);
    const term = this.objects.get(text) ?? this.parts(value, at);
    this.objects.set(text, term);
    return term;
  }

  private parts(value: object, at: At): Term {
    return Array.isArray(value) ? this.list(value, at) : this.map(value, at);
  }

  /** Most texts come again in every sample, and reading one costs more than finding it. */
  private scalar(value: unknown, at: At): Term {
    if (typeof value !== 'string') return this.terms.scalar(this.expression(value, at));
    const { element } = at;
    const key = element ? `${value}\0${element.path}\0${element.index}` : value;
    const known = this.texts.get(key);
    if (known) return known;
    const term = this.terms.scalar(this.expression(value, at));
    // What a number stands for depends on the size with which it went in, JSON and a checksum on what else is there.
    if (!CHECKSUM.test(value) && !/[[{]|\d\.\d{6}/.test(value)) this.texts.set(key, term);
    return term;
  }

  private map(value: object, at: At): Term {
    const entries = new Map<string, Term>();
    const ofRecords = new Map<string, Term[]>();
    const keys: string[] = [];
    for (const [key, inner] of Object.entries(value)) {
      const [part] = hasMark(key) ? this.marks.parts(key, at.sample.bases) : [];
      if (typeof part === 'object' && part.field === 'key') {
        const name = `*${part.path}`;
        if (!ofRecords.has(name)) keys.push(name);
        ofRecords.set(name, [
          ...(ofRecords.get(name) ?? []),
          this.value(inner, this.inEntry(part.path, part.index, at)),
        ]);
        continue;
      }
      if (hasMark(withoutPrefix(key))) throw this.notDerivable(key, at);
      keys.push(`=${key}`);
      entries.set(`=${key}`, this.value(inner, inside(at, `.${key}`, at)));
    }
    for (const [name, terms] of ofRecords) this.expectWhole(name.slice(1), terms, at);
    const [only] = keys;
    if (keys.length === 1 && only?.startsWith('*')) return this.terms.setting(only.slice(1));
    return this.terms.map(keys, entries);
  }

  private inEntry(path: string, index: number | undefined, at: At): At {
    return inside({ ...at, element: { path, index: index ?? 0 } }, `[${path}]`, at);
  }

  /** Entries of a record come out all, with their own values, or the program does more than a chart can. */
  private expectWhole(path: string, terms: readonly Term[], at: At): void {
    const whole = this.terms.scalar({ what: 'text', parts: [{ path, field: 'value', what: 'value' }] });
    const entries = Object.keys(settingAt(at.sample, path) as object).length;
    if (terms.length === entries && terms.every((term) => term === whole)) return;
    throw new Error(
      `${path}: at ${near(at)} the program changes the entries or leaves some out, which no chart can do`,
    );
  }

  private list(value: readonly unknown[], at: At): Term {
    const items: TermItem[] = [];
    const counts = new Map<string, number>();
    for (const [place, item] of value.entries()) {
      const json = typeof item === 'string' ? item : JSON.stringify(item);
      const element = this.elementIn(json, at);
      if (element) {
        const key = `*${element.path}`;
        const term = this.value(item, inside({ ...at, element }, `[${element.path}]`, at));
        const last = items.at(-1);
        const next = last?.key === key ? last.terms.length : 0;
        if (element.index !== next) throw this.outOfOrder(element.path, at);
        if (last?.key === key) items[items.length - 1] = { ...last, terms: [...last.terms, term] };
        else items.push({ key, named: true, terms: [term] });
        continue;
      }
      const term = this.value(item, inside(at, `[${place}]`, at), json);
      const name = this.nameOf(item, at);
      const own = name ?? String(term.id);
      const count = counts.get(own) ?? 0;
      counts.set(own, count + 1);
      items.push({ key: `=${own}#${count}`, named: name !== undefined, terms: [term] });
    }
    return this.wholeList(items, at) ?? this.terms.list('list', items);
  }

  /** A list of texts that is a setting as it is. */
  private wholeList(items: readonly TermItem[], { sample }: At): Term | undefined {
    const [only] = items;
    if (items.length !== 1 || !only?.key.startsWith('*')) return undefined;
    const path = only.key.slice(1);
    const setting = settingAt(sample, path);
    const same = this.terms.scalar({ what: 'text', parts: [{ path, field: 'value', what: 'value' }] });
    const whole = Array.isArray(setting) && setting.length === only.terms.length;
    return whole && only.terms.every((term) => term === same) ? this.terms.setting(path) : undefined;
  }

  private nameOf(item: unknown, at: At): string | undefined {
    if (typeof item !== 'object' || item === null || !('name' in item) || typeof item.name !== 'string')
      return undefined;
    const place = 'mountPath' in item ? ` ${item.mountPath}` : '';
    return this.templated(item.name, at) + place;
  }

  /** The one element of a setting that an item is made of. */
  private elementIn(text: string, at: At): Element | undefined {
    if (!hasMark(text)) return undefined;
    const key = `${at.element?.path}\0${this.marks.alike(text, at.sample.bases)}`;
    if (this.elements.has(key)) return this.elements.get(key);
    const element = this.readElement(text, at);
    this.elements.set(key, element);
    return element;
  }

  private readElement(text: string, { element, sample }: At): Element | undefined {
    const found = new Map<string, Element>();
    for (const part of this.marks.parts(text, sample.bases)) {
      if (typeof part === 'string') continue;
      if (part.what === 'join') return undefined;
      if (part.index === undefined || part.path === element?.path) continue;
      found.set(`${part.path} ${part.index}`, { path: part.path, index: part.index });
    }
    return found.size === 1 ? [...found.values()][0] : undefined;
  }

  private lines(value: string, at: At): Term {
    const above: { indent: number; text: string }[] = [];
    const counts = new Map<string, number>();
    const items: TermItem[] = [];
    for (const line of this.withJson(value, at.sample).split('\n')) {
      const indent = line.length - line.trimStart().length;
      while (above.length > 0 && (above.at(-1)?.indent ?? 0) >= indent) above.pop();
      const text = this.templated(line, at);
      const own = [...above.map((each) => each.text), text].join('\n');
      above.push({ indent, text });
      const element = this.elementIn(line, at);
      const term = this.scalar(line, element ? { ...at, element } : at);
      const last = items.at(-1);
      if (element && last?.key === `*${element.path}`) {
        items[items.length - 1] = { ...last, terms: [...last.terms, term] };
        continue;
      }
      const count = counts.get(own) ?? 0;
      counts.set(own, count + 1);
      items.push({
        key: element ? `*${element.path}` : `=${own}#${count}`,
        named: element !== undefined,
        terms: [term],
      });
    }
    return this.terms.list('lines', items);
  }

  /** The text with its marks named: the same in every sample, whatever the size of its numbers. */
  private templated(text: string, { element, sample }: At): string {
    return hasMark(text) ? JSON.stringify(relative(this.marks.parts(text, sample.bases), element)) : text;
  }

  private expression(value: unknown, at: At): Expression {
    const { element, sample } = at;
    if (typeof value === 'number') {
      if (Number.isInteger(value)) return { what: 'literal', value };
      const parts = relative(this.marks.parts(value.toFixed(6), sample.bases), element);
      if (parts.length === 1 && typeof parts[0] === 'object') return { what: 'number', parts };
      throw this.notDerivable(value.toFixed(6), at);
    }
    if (typeof value !== 'string') return { what: 'literal', value: value as boolean | null };
    const configMaps = checksumOf(value, at.beside);
    if (configMaps) return { what: 'checksum', configMaps };
    if (!hasMark(value)) return { what: 'literal', value };
    const parts: Part[] = relative(this.marks.parts(this.withJson(value, sample), sample.bases), element);
    const rest = parts.filter((part) => typeof part === 'string').join(' ');
    if (/z[qj]\d{5}|\.[1-9]\d{4}7\b/i.test(rest)) throw this.notDerivable(value, at);
    return this.image(value, parts, sample) ?? { what: 'text', parts };
  }

  private notDerivable(text: string, at: At): Error {
    const paths = this.marks.pathsIn(text);
    const which = paths.length > 0 ? paths.join(', ') : 'a number of the settings';
    return new Error(
      `${which}: at ${near(at)} the program computes something of it that no chart can: ${JSON.stringify(text)}`,
    );
  }

  private image(value: string, parts: readonly Part[], { settings }: Sample): Expression | undefined {
    const repository = parts.find((part) => typeof part === 'object' && part.path.endsWith('.repository'));
    if (typeof repository !== 'object') return undefined;
    const path = repository.path.slice(0, -'.repository'.length);
    return imageReference(this.answered, settings, path) === value ? { what: 'image', path } : undefined;
  }

  /** The text with whole settings that are in it as JSON replaced by their marks. */
  private withJson(text: string, sample: Sample): string {
    if (!/[[{]\s*("\w+":)?"zq/.test(text)) return text;
    let replaced = text;
    for (const path of this.marks.pathsIn(text)) {
      const setting = settingAt(sample, path);
      if (typeof setting === 'object') replaced = replaced.replaceAll(canonicalJson(setting), this.marks.json(path));
    }
    return replaced;
  }
}

const settingAt = ({ settings }: Sample, path: string): unknown => at(settings, path);

/** Cheaper than to look for the marks themselves, which most texts have none of. */
const hasMark = (text: string): boolean => /zq|zj|\d\.\d{6}|ZQ/.test(text);

/** What YAML's block style can hold: several lines, the first not indented, one line end at most behind the last. */
const isBlock = (text: string): boolean =>
  text.includes('\n') && /^\S.*\n/.test(text) && !text.endsWith('\n\n') && !/[\t\r]| $| \n/.test(text);
