import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { z } from 'zod';
import { allowed } from '../../../infra/data/allowed.ts';
import { withTexts } from '../../../infra/data/numbers-as-text.ts';
import { at, put } from '../../../infra/data/paths.ts';
import { type Leaf, leavesOf } from '../../../infra/helm/leaves.ts';
import { loadSettings } from '../../../infra/settings/load.ts';
import type { StackDefinition } from '../../../infra/stacks/definition.ts';
import { arbitrarySettings } from '../arbitrary.ts';
import { charts } from './charts.ts';
import { helms, renderAll, schemaOf, valuesFor } from './render.ts';

/** Checked in this process, by the program and by the chart's schema. */
const RUNS = 120;
/** And by helm itself, in one run of it. */
const BY_HELM = 12;
/** To make whole valid settings is what takes the time: these are of a stack, for all its charts and tests. */
const BASES = 10;
const bases = new Map<StackDefinition, fc.Arbitrary<unknown>>();

function valid(definition: StackDefinition): fc.Arbitrary<unknown> {
  const known = bases.get(definition) ?? fc.constantFrom(...fc.sample(arbitrarySettings(definition), BASES));
  bases.set(definition, known);
  return known;
}

/** Valid settings in which one thing was made wrong. */
interface Mistake {
  readonly path: string;
  readonly what: string;
  readonly settings: Record<string, unknown>;
}

const isAccepted = ({ settings }: StackDefinition, values: unknown): boolean =>
  loadSettings(settings, [{ source: 'test', values }]).ok;

/** What no schema of a setting of this kind can mean. */
const WRONG: Readonly<Record<Leaf['kind'], readonly unknown[]>> = {
  boolean: ['true', 1, [], {}],
  enum: ['no-such-choice', 1, true, ['none']],
  text: [1, true, [], {}, '\u0000', 'a value\nof two lines that no pattern takes', 'x'.repeat(5000)],
  number: ['1', true, 1.5, -1, 10_000_000, [], {}],
  list: ['text', 1, {}, [[]], [{ 'no-such-field': 1 }], Array.from({ length: 500 }, () => 'a')],
  record: ['text', 1, [1], { ' no key ': 1 }],
  whole: ['text', 1, { 'no-such-field': 1 }, [[]], { labels: { ' no key ': 'x' } }],
};

/** One setting of a wrong type, out of range or against its pattern, or a key that does not exist. */
function mistakes(definition: StackDefinition, leaves: readonly Leaf[]): fc.Arbitrary<Mistake> {
  const wrongValue = fc
    .constantFrom(...leaves)
    .chain((leaf) => fc.constantFrom(...WRONG[leaf.kind]).map((value) => ({ leaf, value })))
    .filter(({ leaf, value }) => !leafTakes(leaf, value))
    .map(({ leaf, value }) => ({ path: leaf.path, value }));
  const unknownKey = fc
    .constantFrom(...new Set(leaves.map(({ path }) => path.split('.').slice(0, -1).join('.'))))
    .map((section) => ({ path: section ? `${section}.noSuchSetting` : 'noSuchSetting', value: 1 }));
  return fc
    .tuple(valid(definition), fc.oneof({ weight: 4, arbitrary: wrongValue }, unknownKey))
    .map(([settings, { path, value }]) => ({
      path,
      what: `${path}: ${JSON.stringify(value).slice(0, 80)}`,
      settings: withValue(settings as Record<string, unknown>, path, value),
    }));
}

const leafTakes = ({ schema }: Pick<Leaf, 'schema'>, value: unknown): boolean =>
  (schema as z.ZodType).safeParse(withTexts(schema, value)).success;

function withValue(settings: Record<string, unknown>, path: string, value: unknown): Record<string, unknown> {
  const copy = structuredClone(settings);
  put(copy, path, value);
  return copy;
}

describe.each(charts)('$name', (chart) => {
  const { definition, files } = chart;
  const fits = new Ajv({ strict: false, validateFormats: false }).compile(schemaOf(chart));
  const own: unknown = parse(files.get('values.yaml') ?? '');
  const leaves = leavesOf(definition.settings).filter(
    ({ path }) => at(valuesFor(chart, settingsOf(path)), path) === HERE,
  );
  /** As a user would write the values of this chart, mistakes and all: keys of other charts are left out. */
  const valuesOf = (settings: unknown, path?: string) => {
    const values = valuesFor(chart, settings);
    return path === undefined ? values : withValue(values, path, at(settings, path));
  };

  test('values that the program takes fit the schema', () => {
    fc.assert(
      fc.property(valid(definition), (settings) => {
        fits(over(own, valuesOf(settings)));
        expect(fits.errors ?? []).toEqual([]);
      }),
      { numRuns: 2 * BASES },
    );
  });

  test('what is wrong with one setting is refused by the program and by the schema', () => {
    fc.assert(
      fc.property(mistakes(definition, leaves), ({ path, settings, what }) => {
        expect(isAccepted(definition, settings), `${what}: the program takes it`).toBe(false);
        expect(fits(over(own, valuesOf(settings, path))), `${what}: the schema takes it`).toBe(false);
      }),
      { numRuns: RUNS },
    );
  });

  test.each(helms)('and by helm $version', ({ helm }) => {
    const some = fc.sample(mistakes(definition, leaves), BY_HELM);
    const refused = refusedBy(
      () =>
        renderAll(
          helm,
          chart,
          some.map(({ path, settings }) => valuesOf(settings, path)),
        ),
      some.length,
    );
    expect(some.filter((_, index) => !refused.has(index)).map(({ what }) => what)).toEqual([]);
  });

  test.each(helms)(
    'helm $version says what is allowed in the words of the program, and shows no pattern',
    ({ helm }) => {
      const texts = leaves.filter(({ kind, schema }) => kind === 'text' && !leafTakes({ schema }, NO_TEXT));
      const told = messageOf(() =>
        renderAll(helm, chart, [texts.reduce((all, { path }) => withValue(all, path, NO_TEXT), {})]),
      );
      const missing = texts.filter(({ schema }) => !told.includes(allowed(schema as z.ZodType)));
      expect(missing.map(({ path }) => path)).toEqual([]);
      expect(told).not.toMatch(/\^\(\?:|pattern/);
      expect(told.split('\n').length).toBeGreaterThan(texts.length);
    },
  );

  test.each(helms)(
    'null, which Helm takes for "no value", is refused by helm $version where one is needed',
    ({ helm }) => {
      const [first] = leaves.filter(({ kind }) => kind === 'text');
      const values = withValue({}, first?.path ?? '', null);
      expect(() => renderAll(helm, chart, [values])).toThrow(/schema/);
    },
  );
});

/** Of no pattern, and too long for none. */
const NO_TEXT = '\n';
const HERE = 'here';
/** Settings with nothing but this one, to see whether a chart has it. */
const settingsOf = (path: string): Record<string, unknown> => withValue({}, path, HERE);

/** One over the other, as Helm lays values over the chart's own: maps are merged, all else is replaced. */
function over(below: unknown, above: unknown): unknown {
  if (!isMap(below) || !isMap(above)) return above;
  const keys = new Set([...Object.keys(below), ...Object.keys(above)]);
  return Object.fromEntries([...keys].map((key) => [key, key in above ? over(below[key], above[key]) : below[key]]));
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** Which of the values, by their number, a run of helm complains of. */
function refusedBy(run: () => unknown, count: number): Set<number> {
  const told = messageOf(run);
  return new Set(Array.from({ length: count }, (_, index) => index).filter((index) => told.includes(`\nr${index}:\n`)));
}

/** What helm says when it refuses; nothing where it does not. */
function messageOf(run: () => unknown): string {
  try {
    run();
    return '';
  } catch (error) {
    return String((error as { stderr?: Buffer | string }).stderr ?? error);
  }
}
