import { canonicalJson } from '../constructs/canonical-json.ts';
import type { CommonSettings } from '../settings/fragments.ts';
import type { StackDefinition } from '../stacks/definition.ts';
import { type KubeObject, synthesize } from '../synth/synthesize.ts';
import { type Leaf, mayBeEmpty } from './leaves.ts';
import { keyOf, type Marks } from './marks.ts';

/** What decides between variants: an enum's choice, a switch, whether something is empty, a number's size. */
export type Features = Readonly<Record<string, string | number>>;

/** The stack, synthesized once with marked settings. */
export interface Sample {
  readonly features: Features;
  /** Features of each element of each list, by its path. */
  readonly elements: ReadonlyMap<string, readonly Features[]>;
  /** Marked settings by the key of their mark, to evaluate expressions with. */
  readonly values: ReadonlyMap<string, unknown>;
  readonly bases: ReadonlyMap<string, number>;
  /** JSON texts of whole settings -> the mark that stands for them. */
  readonly jsons: ReadonlyMap<string, string>;
  readonly settings: Record<string, unknown>;
  readonly folders: ReadonlyMap<string, KubeObject[]>;
}

/** Numbers of every size that programs make a difference of; neighbours, so that a bound is known exactly. */
const SIZES = [0, 1, 2, 3, 4, 5, 1023, 1024, 50_000];

export class Sampler {
  private readonly definition: StackDefinition;
  private readonly leaves: readonly Leaf[];
  private readonly marks: Marks;
  private state: number;

  constructor(definition: StackDefinition, leaves: readonly Leaf[], marks: Marks, seed = 1) {
    this.definition = definition;
    this.leaves = leaves;
    this.marks = marks;
    this.state = seed;
  }

  /** A sample of random choices. Always the same sequence, so that the same chart comes out. */
  next(): Sample {
    const building = new Building(this.marks, (count) => this.random(count));
    const settings: Record<string, unknown> = {};
    for (const leaf of this.leaves) put(settings, leaf.path, building.value(leaf));
    const { folders } = synthesize(this.definition, settings as CommonSettings, { environment: 'environment' });
    return { ...building, settings, folders };
  }

  /** xorshift: small, and without a clock. */
  private random(count: number): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return (this.state >>> 0) % count;
  }
}

class Building {
  readonly features: Record<string, string | number> = {};
  readonly elements = new Map<string, Features[]>();
  readonly values = new Map<string, unknown>();
  readonly bases = new Map<string, number>();
  readonly jsons = new Map<string, string>();
  readonly #marks: Marks;
  readonly #random: (count: number) => number;

  constructor(marks: Marks, random: (count: number) => number) {
    this.#marks = marks;
    this.#random = random;
  }

  value(leaf: Leaf): unknown {
    const { path } = leaf;
    const value = this.leafValue(leaf, { path }, this.features, path);
    this.values.set(path, value);
    if (leaf.kind === 'list' || leaf.kind === 'record') this.jsons.set(canonicalJson(value), this.#marks.json(path));
    return value;
  }

  private leafValue(
    leaf: Leaf,
    ref: { path: string; index?: number; field?: string },
    features: Record<string, string | number>,
    name: string,
  ): unknown {
    const { kind, options } = leaf;
    if (kind === 'boolean') {
      const on = this.#random(2) === 1;
      features[name] = String(on);
      return on;
    }
    if (kind === 'enum') {
      const option = options[this.#random(options.length)] ?? '';
      features[name] = option;
      return option;
    }
    if (kind === 'number') {
      const { maxValue, minValue } = leaf.schema as { minValue?: number; maxValue?: number };
      const sizes = SIZES.filter((size) => size >= (minValue ?? 0) && size <= Math.max(maxValue ?? Infinity, 5));
      const high = this.#random(2) === 1;
      const base = (high ? sizes.at(-1) : sizes[this.#random(sizes.length)]) ?? 0;
      features[name] = base;
      this.bases.set(keyOf(ref), base);
      return this.#marks.number(ref, base);
    }
    const empty = mayBeEmpty(leaf) && ref.index === undefined && this.#random(2) === 0;
    if (mayBeEmpty(leaf) && ref.index === undefined) features[name] = empty ? 'empty' : 'given';
    if (kind === 'text') return empty ? '' : this.#marks.markAddress(ref, leaf);
    if (kind === 'record') return empty ? {} : this.record(leaf);
    return empty ? [] : this.list(leaf);
  }

  private record({ path }: Leaf): Record<string, unknown> {
    const text = { schema: TEXT };
    return Object.fromEntries(
      [0, 1].map((index) => {
        const key = this.#marks.markAddress({ path, index, field: 'key' }, text);
        return [key, this.#marks.markAddress({ path, index, field: 'value' }, text)];
      }),
    );
  }

  private list(leaf: Leaf): unknown[] {
    const { element, path } = leaf;
    const varied = element.some((field) => field.optional || field.kind === 'enum' || field.kind === 'boolean');
    const all: Features[] = [];
    const values = Array.from({ length: varied ? 4 : 2 }, (_, index) => {
      const features: Record<string, string | number> = {};
      all.push(features);
      if (element.length === 0) return this.#marks.markAddress({ path, index }, elementOf(leaf));
      // By one of its texts the element is recognised in the output, so not all of them are left out.
      const recognised = element.filter((field) => field.kind === 'text' || field.kind === 'number');
      const kept = recognised[this.#random(recognised.length)];
      return Object.fromEntries(
        element.flatMap((field) => {
          const name = `${path}[].${field.path}`;
          if (field.optional) {
            features[`${name}?`] = field !== kept && this.#random(2) === 0 ? 'left out' : 'given';
            if (features[`${name}?`] === 'left out') return [];
          }
          return [[field.path, this.leafValue(field, { path, index, field: field.path }, features, name)]];
        }),
      );
    });
    this.elements.set(path, all);
    return values;
  }
}

const TEXT = { _zod: { def: {} } } as unknown as Leaf['schema'];
const elementOf = ({ schema }: Leaf) => ({ schema: (schema as unknown as { element: Leaf['schema'] }).element });

function put(target: Record<string, unknown>, path: string, value: unknown): void {
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  let at = target;
  for (const key of keys) {
    at[key] ??= {};
    at = at[key] as Record<string, unknown>;
  }
  at[last] = value;
}
