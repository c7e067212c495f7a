import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { release } from '../../../infra/helm/release.ts';
import type { StackDefinition } from '../../../infra/stacks/definition.ts';
import { stacks } from '../../../infra/stacks/index.ts';
import type { KubeObject } from '../../../infra/synth/synthesize.ts';
import { arbitrarySettings } from '../arbitrary.ts';
import { exampleEnvironments } from '../example-environments.ts';
import { settingsOf } from '../subjects.ts';
import { chartProgram } from './charts.ts';
import {
  byTitle,
  type ChartFiles,
  committedCharts,
  helms,
  objectsIn,
  renderAll,
  valuesFor,
  withoutRecord,
} from './render.ts';

/** Of each stack, shared out among the helms: three batches, each of which takes helm one to two seconds. */
const RUNS = Number(process.env.HELM_RUNS ?? 51);
/** One run of helm renders this many. */
const BATCH = 17;
const SHRINKING_MS = 60_000;

/**
 * The same settings each time, so that a change that breaks something fails at once; and others each day. Where those of
 * a day fail, the title says their seed: HELM_SEED repeats it, and it is kept in FAILED.
 */
const FIXED = 20_260_101;
/** Seeds that have failed once. */
const FAILED: readonly number[] = [];
const today = Number(process.env.HELM_SEED ?? new Date().toISOString().slice(0, 10).replaceAll('-', ''));
const seeds = [
  // They say the same each time that nothing has changed; those of the day find what is new.
  { what: 'always the same', seed: FIXED, runs: Math.ceil(RUNS / 3) },
  { what: 'those of the day', seed: today, runs: Math.floor((RUNS * 2) / 3) },
  ...FAILED.map((seed) => ({ what: 'failed once', seed, runs: RUNS })),
];

type Chart = ChartFiles & { readonly folder: string };

let compared = 0;
afterAll(() => {
  if (helms.length > 0) expect(compared).toBeGreaterThanOrEqual(3 * RUNS);
});

describe.skipIf(helms.length === 0).each(stacks.map((definition) => ({ name: definition.name, definition })))(
  '$name: helm renders the objects of our own synthesis',
  ({ definition }) => {
    const charts = committedCharts(definition);

    const examples = exampleEnvironments.filter((each) => each.definition === definition);
    const environments = [{}, ...Object.values(definition.environments), ...examples.map(({ settings }) => settings)];
    test.each(helms)('of every environment, by helm $version', ({ helm }) => {
      for (const chart of charts) expectSame(helm, chart, definition, environments);
    });

    const ofCi = charts.map((chart) => {
      const files = [...chart.files].filter(([path]) => path.startsWith('ci/'));
      return { chart, files: files.map(([, text]) => objectsIn(text)[0] ?? {}) };
    });
    test.each(helms)('of every file in ci/, by helm $version', ({ helm }) => {
      for (const { chart, files } of ofCi) {
        expect(files).not.toEqual([]);
        expectSame(helm, chart, definition, files);
      }
    });

    test.each(seeds)('of random settings, $what ($seed)', ({ runs, seed }) => {
      const arbitrary = arbitrarySettings(definition);
      const all = fc.sample(arbitrary, { seed, numRuns: runs });
      for (let first = 0; first < runs; first += BATCH) {
        const { helm } = helms[(first / BATCH) % helms.length] ?? { helm: '' };
        const batch = all.slice(first, first + BATCH);
        const releases = batch.map((values) => released(definition, values));
        for (const chart of charts) {
          const [different] = differences(helm, chart, batch, releases);
          if (different !== undefined)
            smallest(arbitrary, { seed, path: String(first + different) }, helm, chart, definition);
        }
        compared += batch.length;
      }
    });
  },
);

/** Makes the difference as small as can be, and fails with it. */
function smallest(
  arbitrary: fc.Arbitrary<unknown>,
  from: { seed: number; path: string },
  helm: string,
  chart: Chart,
  definition: StackDefinition,
): void {
  const property = fc.property(arbitrary, (values) => expectSame(helm, chart, definition, [values]));
  fc.assert(property, { ...from, interruptAfterTimeLimit: SHRINKING_MS, markInterruptAsFailure: true });
  throw new Error(
    `${chart.name}: a batch with value ${from.path} of seed ${from.seed} differed, the value alone does not`,
  );
}

function expectSame(helm: string, chart: Chart, definition: StackDefinition, all: readonly unknown[]): void {
  const rendered = render(helm, chart, all);
  all.forEach((values, index) => {
    expect(byTitle(rendered[index] ?? [])).toEqual(byTitle(released(definition, values).get(chart.folder) ?? []));
  });
}

/** Which of the values helm makes other objects of than are in their release. */
function differences(helm: string, chart: Chart, all: readonly unknown[], releases: readonly Release[]): number[] {
  const rendered = render(helm, chart, all);
  return releases.flatMap((expected, index) => {
    const same = isDeepStrictEqual(byTitle(rendered[index] ?? []), byTitle(expected.get(chart.folder) ?? []));
    return same ? [] : [index];
  });
}

const render = (helm: string, chart: Chart, all: readonly unknown[]) =>
  renderAll(
    helm,
    chart,
    all.map((values) => valuesFor(chart, values)),
  ).map((objects) => objects.map(withoutRecord));

/** By folder: a chart is made of each. */
type Release = ReadonlyMap<string, readonly KubeObject[]>;

const releases = new WeakMap<object, Release>();

/** Made once of what both helms, and all charts of a stack, are given. */
function released(definition: StackDefinition, values: unknown): Release {
  const key = values as object;
  const known = releases.get(key) ?? release(chartProgram(definition), settingsOf(definition, values));
  releases.set(key, known);
  return known;
}
