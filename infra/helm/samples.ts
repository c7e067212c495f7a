import { put } from '../data/paths.ts';
import type { Leaf } from './leaves.ts';
import { keyOf, type Marks, NAME_PREFIX_MARK } from './marks.ts';
import type { Built, KubeObject, Program } from './program.ts';
import { releasedOf } from './release.ts';

/**
 * What decides between variants: an enum's choice, a switch, whether something is empty, a number's size; and, by the
 * name "~path", how the mark of a setting is spelt, on which nothing may depend that is to become a template.
 */
export type Features = Readonly<Record<string, string | number>>;

export const SPELLING = '~';

/** The stack, synthesized once with marked settings. */
export interface Sample {
  readonly features: Features;
  /** Features of each element of each list, by its path. */
  readonly elements: ReadonlyMap<string, readonly Features[]>;
  /** The whole part with which each number went in, by the key of its mark. */
  readonly bases: ReadonlyMap<string, number>;
  readonly settings: Record<string, unknown>;
}

type Extended = NonNullable<Built['extended']>;

/** What the program makes of it, by folder. */
export type Output = ReadonlyMap<string, KubeObject[]>;

/** Of every list in every sample; the features of more would only take longer to learn from. */
export const ELEMENTS = 4;

/** Sizes of numbers, to begin with; where one of them decides, the bound is looked for between them. */
const SIZES = [1, 2, 5, 1023, 1024];
const LARGE = 50_000;

/**
 * Of so many samples one spells its texts at random. In the others they are alike, so that most objects come again and
 * need not be read: a tenth of the time.
 */
const SPELT_ALIKE = 4;

type Mutable = Record<string, string | number>;

export class Sampler {
  private readonly program: Program;
  private readonly leaves: readonly Leaf[];
  private readonly marks: Marks;
  private count = 0;
  private state = 1;

  constructor(program: Program, leaves: readonly Leaf[], marks: Marks) {
    this.program = program;
    this.leaves = leaves;
    this.marks = marks;
  }

  /** A sample of random choices, but for those that are pinned. Always the same sequence, so that the same chart comes out. */
  next(pinned: Features = {}): { sample: Sample; output: Output; extended: Extended } {
    const spellings = this.count++ % SPELT_ALIKE === 0 ? ['0', '1'] : ['0'];
    const building = new Building(this.marks, pinned, this.random, spellings);
    const settings: Record<string, unknown> = {};
    for (const leaf of this.leaves) put(settings, leaf.path, building.value(leaf));
    const built = this.program.build(settings);
    const output = releasedOf(built);
    const { bases, elements, features } = building;
    return { sample: { bases, elements, features, settings }, output, extended: built.extended ?? [] };
  }

  /** xorshift: small, and without a clock. */
  readonly random = (count: number): number => {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return (this.state >>> 0) % count;
  };
}

class Building {
  readonly features: Mutable = {};
  readonly elements = new Map<string, Mutable[]>();
  readonly bases = new Map<string, number>();
  private readonly marks: Marks;
  private readonly pinned: Features;
  private readonly random: (count: number) => number;
  /** How the texts of this sample may be spelt. */
  private readonly spellings: readonly string[];

  constructor(marks: Marks, pinned: Features, random: (count: number) => number, spellings: readonly string[]) {
    this.marks = marks;
    this.pinned = pinned;
    this.random = random;
    this.spellings = spellings;
  }

  value(leaf: Leaf): unknown {
    const { kind, path } = leaf;
    if (this.marks.isNamePrefix(path)) return NAME_PREFIX_MARK;
    // What is handed on whole is added to what is derived: nothing of it is to be learnt.
    if (kind === 'whole') return leaf.fallback;
    if (kind === 'text' || kind === 'list' || kind === 'record')
      this.choose(SPELLING + path, this.spellings, this.features);
    if (leaf.mayBeEmpty) {
      const empty = this.choose(path, ['given', 'empty'], this.features) === 'empty';
      if (empty) return kind === 'text' ? '' : kind === 'list' ? [] : {};
    }
    if (kind !== 'list' && kind !== 'record') return this.single(leaf, { path }, path, this.features);
    return kind === 'record' ? this.record(path) : this.list(leaf);
  }

  private choose(name: string, options: readonly string[], features: Mutable): string {
    const option = String(this.pinned[name] ?? options[this.random(options.length)]);
    features[name] = option;
    return option;
  }

  private single(
    leaf: Leaf,
    ref: { path: string; index?: number; field?: string },
    name: string,
    features: Mutable,
  ): unknown {
    if (leaf.kind === 'boolean') return this.choose(name, ['true', 'false'], features) === 'true';
    if (leaf.kind === 'enum') return this.choose(name, leaf.options, features);
    if (leaf.kind === 'text') return this.text(ref, leaf);
    if (leaf.kind !== 'number') throw new Error(`${name}: a chart cannot have a ${leaf.kind} there`);
    const base = Number(this.pinned[name] ?? this.size(leaf));
    features[name] = base;
    this.bases.set(keyOf(ref), base);
    return this.marks.number(ref, base);
  }

  private size({ schema }: Leaf): number {
    const { maxValue, minValue } = schema as { minValue?: number; maxValue?: number };
    const least = minValue ?? 0;
    const most = Math.min(maxValue ?? LARGE, LARGE);
    const sizes = [least, ...SIZES.filter((size) => size > least && size < most), most];
    return sizes[this.random(sizes.length)] ?? 0;
  }

  private text(ref: { path: string; index?: number; field?: string }, leaf: Pick<Leaf, 'schema'>): string {
    return this.marks.text(ref, leaf, this.features[SPELLING + ref.path] === '1' ? 1 : 0);
  }

  private record(path: string): Record<string, unknown> {
    const part = (index: number, field: string) => this.text({ path, index, field }, { schema: ANY_TEXT });
    return Object.fromEntries([0, 1].map((index) => [part(index, 'key'), part(index, 'value')]));
  }

  private list(leaf: Leaf): unknown[] {
    const { element, path } = leaf;
    const varied = element.some((field) => field.optional || field.kind === 'enum' || field.kind === 'boolean');
    const all: Mutable[] = Array.from({ length: varied ? ELEMENTS : 2 }, () => ({}));
    this.elements.set(path, all);
    return all.map((features, index) => {
      if (element.length === 0) return this.text({ path, index }, elementOf(leaf));
      // By one of its texts the element is recognised in the output, so not all of them are left out.
      const recognised = element.filter((field) => field.kind === 'text' || field.kind === 'number');
      const kept = recognised[this.random(recognised.length)];
      return Object.fromEntries(
        element.flatMap((field) => {
          const name = `${path}[].${field.path}`;
          const options = field === kept ? ['given'] : ['given', 'left out'];
          if (field.optional && this.choose(`${name}?`, options, features) === 'left out') return [];
          // A list in an element has marks of its own, and comes out whole or not at all.
          if (field.kind === 'list')
            return [[field.path, [this.text({ path, index, field: field.path }, elementOf(field))]]];
          return [[field.path, this.single(field, { path, index, field: field.path }, name, features)]];
        }),
      );
    });
  }
}

const ANY_TEXT = { _zod: { def: {} } } as unknown as Leaf['schema'];
const elementOf = ({ schema }: Leaf) => ({ schema: (schema as unknown as { element: Leaf['schema'] }).element });
