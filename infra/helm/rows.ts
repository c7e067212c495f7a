import { add, addAll, all, type Bits, none } from './bits.ts';
import type { Place } from './expressions.ts';
import type { Test } from './nodes.ts';
import { ELEMENTS, type Sample, SPELLING } from './samples.ts';

/** A test, and for which rows it holds. */
export interface KnownTest {
  readonly test: Test;
  readonly holds: Bits;
}

/** What variants were seen in: the samples, one a row; or the elements of one list of the settings in all samples. */
export class Rows {
  readonly size: number;
  readonly whole: Bits;
  private readonly samples: readonly Sample[];
  /** Of the elements of a list: its path, and the samples' own rows. */
  private readonly list: string | undefined;
  private readonly root: Rows | undefined;
  private known: KnownTest[] | undefined;
  private readonly held = new Map<string, Bits>();

  constructor(samples: readonly Sample[], list?: string, root?: Rows) {
    this.samples = samples;
    this.list = list;
    this.root = root;
    this.size = samples.length * (list === undefined ? 1 : ELEMENTS);
    this.whole = all(this.size);
  }

  sampleOf(row: number): Sample {
    const sample = this.samples[this.list === undefined ? row : Math.floor(row / ELEMENTS)];
    if (!sample) throw new Error(`there is no row ${row}`);
    return sample;
  }

  place(row: number): Place {
    const sample = this.sampleOf(row);
    return this.list === undefined ? { sample } : { sample, element: { path: this.list, index: row % ELEMENTS } };
  }

  /** Row of a sample's element. */
  static elementRow = (sampleRow: number, index: number): number => sampleRow * ELEMENTS + index;

  value(feature: string, row: number): string | number | undefined {
    return choiceAt(feature, this.place(row));
  }

  /** The rows for which a test holds. */
  holds(test: Test): Bits {
    const key = `${test.feature}\0${'below' in test ? test.below : test.options}`;
    const known = this.held.get(key) ?? bitsOf(test, this.column(test.feature));
    this.held.set(key, known);
    return known;
  }

  /** Every test that tells rows apart. */
  tests(): readonly KnownTest[] {
    this.known ??= [
      ...this.ownFeatures().flatMap((feature) => testsOf(feature, this.column(feature))),
      ...(this.root?.tests().map(({ test, holds }) => ({ test, holds: this.lifted(holds) })) ?? []),
    ];
    return this.known;
  }

  private column(feature: string): (string | number | undefined)[] {
    if (!this.root) return this.samples.map(({ features }) => features[feature]);
    return Array.from({ length: this.size }, (_, row) => this.value(feature, row));
  }

  private ownFeatures(): string[] {
    if (!this.root) return Object.keys(this.samples[0]?.features ?? {});
    const names = new Set<string>();
    for (const { elements } of this.samples) {
      for (const features of elements.get(this.list ?? '') ?? [])
        for (const name of Object.keys(features)) names.add(name);
    }
    return [...names];
  }

  /** What holds for a sample holds for each of its elements. */
  private lifted(holds: Bits): Bits {
    const bits = none(this.size);
    for (let at = 0; at < bits.length; at++) {
      const rows = (holds[Math.floor(at / ELEMENTS)] ?? 0) >>> ((at % ELEMENTS) * ROWS_IN_WORD);
      bits[at] = LIFTED[rows % LIFTED.length] ?? 0;
    }
    return bits;
  }
}

/** A word of bits for elements has those of so many samples; and for each pattern of these, the word. */
const ROWS_IN_WORD = 32 / ELEMENTS;
const LIFTED = Uint32Array.from({ length: 2 ** ROWS_IN_WORD }, (_, rows) => {
  const bits = none(32);
  for (let row = 0; row < ROWS_IN_WORD; row++) {
    if (((rows >>> row) & 1) === 0) continue;
    for (let index = 0; index < ELEMENTS; index++) add(bits, Rows.elementRow(row, index));
  }
  return bits[0] ?? 0;
});

type Column = readonly (string | number | undefined)[];

function bitsOf(test: Test, column: Column): Bits {
  const bits = none(column.length);
  column.forEach((value, row) => {
    if (passes(test, value)) add(bits, row);
  });
  return bits;
}

/** Of a choice: each option against the others. Of a number: bounds between sizes that were seen. */
function testsOf(feature: string, column: Column): KnownTest[] {
  const seen = rowsByValue(column);
  if (seen.size < 2) return [];
  const values = [...seen.keys()];
  if (values.every((value) => typeof value === 'number')) {
    const below = none(column.length);
    const sorted = values.sort((a, b) => a - b);
    return sorted.slice(1).map((bound, at) => {
      addAll(below, seen.get(sorted[at] ?? 0) as Bits);
      return { test: { feature, below: bound }, holds: below.slice() };
    });
  }
  const known = (option: string): KnownTest => ({
    test: { feature, options: [option] },
    holds: seen.get(option) as Bits,
  });
  const options = values.map(String).sort();
  if (options.length > 2) return options.map(known);
  return [known(options.find((option) => option === 'given' || option === 'true') ?? options[0] ?? '')];
}

function rowsByValue(column: Column): Map<string | number, Bits> {
  const seen = new Map<string | number, Bits>();
  column.forEach((value, row) => {
    if (value === undefined) return;
    const known = seen.get(value);
    const rows = known ?? none(column.length);
    if (!known) seen.set(value, rows);
    add(rows, row);
  });
  return seen;
}

/** What is chosen there of a feature: of the element, where it is one of its list's. */
export function choiceAt(feature: string, { element, sample }: Place): string | number | undefined {
  if (element && feature.startsWith(`${element.path}[].`))
    return sample.elements.get(element.path)?.[element.index]?.[feature];
  return sample.features[feature];
}

export const passes = (test: Test, value: string | number | undefined): boolean =>
  'below' in test ? Number(value) < test.below : test.options.includes(String(value));

export const isSpelling = (feature: string): boolean => feature.startsWith(SPELLING);

/** Features that a sample can be made with. */
export const isPinnable = (feature: string): boolean => !feature.includes('[].');
