import type { Leaf } from './leaves.ts';

/** What a mark in the output stands for. */
export interface Ref {
  readonly path: string;
  /** Of a list's element or a record's entry. */
  readonly index?: number;
  /** Field of a list's element; `key` or `value` of a record's entry. */
  readonly field?: string;
  readonly what: 'value' | 'firstLabel' | 'hostname' | 'json' | 'join';
  /** Of a number: what the program added to it. */
  readonly plus?: number;
  /** Of a join: what stands between. */
  readonly separator?: string;
}

export type Part = string | Ref;

/**
 * Values that can be told apart wherever they turn up in the output. A text is a name of two labels, so that its first
 * label can be recognised as well; an address has such a name for its host; a number carries its id behind the point.
 */
export class Marks {
  private readonly refs: Ref[] = [];
  private readonly ids = new Map<string, number>();
  private readonly addresses = new Set<number>();
  /** Path of the setting that names of objects begin with. */
  private readonly namePrefix: string | undefined;

  constructor(namePrefix?: string) {
    this.namePrefix = namePrefix;
  }

  /**
   * A text for this setting, spelt in one of two ways: what the program computes of it (a hash, a length) is then not
   * the same in all samples, and cannot pass for something that is always there.
   */
  text(ref: Omit<Ref, 'what'>, { schema }: Pick<Leaf, 'schema'>, spelling: Spelling): string {
    const id = this.id(ref);
    const [a, b] = SPELLINGS[spelling];
    const name = `zq${id}${a}.zq${id}${b}`;
    if (!isAddress(schema)) return name;
    this.addresses.add(id);
    return `http://${name}/zq${id}p`;
  }

  number(ref: Omit<Ref, 'what'>, base: number): number {
    return Number(`${base}.${this.id(ref)}7`);
  }

  isNamePrefix(path: string): boolean {
    return path === this.namePrefix;
  }

  /** A text that stands for a whole setting as JSON. */
  json(path: string): string {
    return `zj${this.id({ path })}`;
  }

  /** A text of the output, taken apart; `bases` gives the whole part with which each number went in. */
  parts(text: string, bases: ReadonlyMap<string, number>): Part[] {
    const parts: Part[] = [];
    let end = 0;
    for (const match of text.matchAll(MARK)) {
      if (match.index > end) parts.push(text.slice(end, match.index));
      parts.push(this.ref(match.groups ?? {}, bases));
      end = match.index + match[0].length;
    }
    if (end < text.length) parts.push(text.slice(end));
    return joined(parts);
  }

  private ref(groups: Record<string, string | undefined>, bases: ReadonlyMap<string, number>): Ref {
    const { address, first, json, name, number, prefix, whole } = groups;
    if (prefix) return { path: this.namePrefix ?? '', what: 'value' };
    const of = (id: string | undefined): Ref => {
      const found = this.refs[Number(id) - FIRST_ID];
      if (!found) throw new Error(`mark ${id} is not known`);
      return found;
    };
    if (address) return of(address);
    if (name) {
      const ref = of(name);
      return this.addresses.has(Number(name)) ? { ...ref, what: 'hostname' } : ref;
    }
    if (first) return { ...of(first), what: 'firstLabel' };
    if (json) return { ...of(json), what: 'json' };
    const ref = of(number);
    const base = bases.get(keyOf(ref)) ?? 0;
    const plus = Number(whole) - base;
    return plus === 0 ? ref : { ...ref, plus };
  }

  private id(ref: Omit<Ref, 'what'>): number {
    const key = keyOf(ref);
    const id = this.ids.get(key) ?? this.refs.length + FIRST_ID;
    if (!this.ids.has(key)) {
      this.ids.set(key, id);
      this.refs.push({ ...ref, what: 'value' });
    }
    return id;
  }

  /** The text with every mark in its first spelling. */
  static spelt(text: string): string {
    return text.replaceAll(/(zq\d{5})([vw])/g, (_, id: string, end: string) => id + (end === 'v' ? 'x' : 'y'));
  }

  /** The same text of every sample that has these marks: each in its first spelling, each number told by what was added to it. */
  alike(text: string, bases: ReadonlyMap<string, number>): string {
    return Marks.spelt(text).replaceAll(NUMBER, (_, whole: string, id: string) => {
      const ref = this.refs[Number(id) - FIRST_ID];
      return `${Number(whole) - ((ref && bases.get(keyOf(ref))) ?? 0)}.${id}`;
    });
  }

  /** The settings whose marks, or what is left of them, are in a text. */
  pathsIn(text: string): string[] {
    const ids = [...text.matchAll(/z[qj](\d{5})/gi), ...text.matchAll(/\.([1-9]\d{4})7(?!\d)/g)].map(([, id]) => id);
    return [...new Set(ids.flatMap((id) => this.refs[Number(id) - FIRST_ID]?.path ?? []))];
  }
}

/** Of the setting that names of objects begin with: its mark begins names as well. */
export const NAME_PREFIX_MARK = 'zqprefix-';

/** What an object is called in every installation. */
export const withoutPrefix = (name: string): string => name.replace(NAME_PREFIX_MARK, '');

export type Spelling = 0 | 1;
const SPELLINGS = ['xy', 'vw'] as const;

/** Five digits each, so that no id is the beginning of another and JSON keys sort as they were made. */
const FIRST_ID = 10_000;
const NUMBER = /(\d+)\.([1-9]\d{4})7(?!\d)/g;
const MARK =
  /zq(?<prefix>prefix)-|http:\/\/zq\d{5}[xv]\.zq\d{5}[yw]\/zq(?<address>\d{5})p|zq(?<name>\d{5})[xv]\.zq\d{5}[yw]|zq(?<first>\d{5})[xv]|zj(?<json>\d{5})|(?<whole>\d+)\.(?<number>[1-9]\d{4})7(?!\d)/g;

export const keyOf = ({ field, index, path }: Omit<Ref, 'what'>): string =>
  `${path}${index === undefined ? '' : `[${index}]`}${field === undefined ? '' : `.${field}`}`;

function isAddress(schema: Leaf['schema']): boolean {
  const checks = (schema._zod.def as { checks?: { _zod: { def: { pattern?: RegExp } } }[] }).checks ?? [];
  return checks.some(({ _zod }) => _zod.def.pattern?.test('http://a.b/c') || _zod.def.pattern?.test('https://a.b'));
}

/** Elements of one list, in order and with the same text between them, are that list joined. */
function joined(parts: Part[]): Part[] {
  const at = parts.findIndex((part) => typeof part !== 'string' && part.index === 0 && part.field === undefined);
  const first = parts[at];
  if (at < 0 || first === undefined || typeof first === 'string') return parts;
  const separator = parts[at + 1];
  if (typeof separator !== 'string') return parts;
  let end = at;
  for (let index = 1; ; index++) {
    const next = parts[end + 2];
    if (parts[end + 1] !== separator || typeof next !== 'object' || next.path !== first.path || next.index !== index)
      break;
    end += 2;
  }
  if (end === at) return parts;
  return [...parts.slice(0, at), { path: first.path, what: 'join', separator }, ...joined(parts.slice(end + 1))];
}
