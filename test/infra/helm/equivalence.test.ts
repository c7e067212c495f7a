import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chartsOf, type HelmChart } from '../../../infra/helm/chart.ts';
import { charted } from '../../../infra/helm/charted.ts';
import { selected } from '../../../infra/helm/ci-values.ts';
import { leavesOf } from '../../../infra/helm/leaves.ts';
import { readProject } from '../../../infra/helm/project.ts';
import { release } from '../../../infra/helm/release.ts';
import type { StackDefinition } from '../../../infra/stacks/definition.ts';
import type { KubeObject } from '../../../infra/synth/synthesize.ts';
import { kubernetesTool } from '../../tools/kubernetes-tools.ts';
import { arbitrarySettings } from '../arbitrary.ts';
import { settingsOf } from '../subjects.ts';
import { byTitle, renderAll, withChart } from './render.ts';

const tools = [
  { version: 3, helm: kubernetesTool('helm3') ?? '' },
  { version: 4, helm: kubernetesTool('helm4') ?? '' },
].filter(({ helm }) => helm);

/** One run of helm renders this many. */
const BATCH = 3;
/** Of each stack, with each helm. */
const BATCHES = 1;
/** On a busy machine; a difference takes longer, for it is made as small as can be. */
const LIMIT = 180_000;

for (const definition of charted) {
  const charts = chartsOf(definition, readProject());
  const cases = tools.flatMap((tool) => charts.map((chart) => ({ ...tool, name: chart.name, chart })));

  describe.skipIf(tools.length === 0).each(cases)('$name by helm $version', ({ chart, helm }) => {
    test(
      'every environment: the objects of our own synthesis',
      () => {
        expectSame(helm, chart, definition, [{}, ...Object.values(definition.environments)]);
      },
      LIMIT,
    );

    test(
      'random settings: the objects of our own synthesis',
      () => {
        fc.assert(
          fc.property(fc.array(arbitrarySettings(definition), { minLength: BATCH, maxLength: BATCH }), (all) => {
            expectSame(helm, chart, definition, all);
          }),
          { numRuns: BATCHES },
        );
      },
      LIMIT,
    );

    test('helm lint finds nothing, and no mark is left', () => {
      withChart(chart, (folder) => execFileSync(helm, ['lint', '--strict', folder], { stdio: 'pipe' }));
      for (const [path, text] of chart.files) expect(text, path).not.toMatch(/zq\d{5}|zj\d{5}/);
    });

    test('an unknown key, a wrong choice and a value of null are refused', () => {
      for (const values of [{ unknown: 1 }, { commonLabels: 'text' }, { commonLabels: null }]) {
        expect(() => renderAll(helm, chart, [values]), JSON.stringify(values)).toThrow(/schema/);
      }
    });
  });
}

function expectSame(helm: string, chart: HelmChart, definition: StackDefinition, all: readonly unknown[]): void {
  const used = leavesOf(definition.settings).filter(({ path }) => chart.paths.has(path));
  const rendered = renderAll(
    helm,
    chart,
    all.map((values) => selected(values, used)),
  );
  all.forEach((values, index) => {
    expect(byTitle(rendered[index] ?? [])).toEqual(byTitle(synthesized(definition, values, chart)));
  });
}

function synthesized(definition: StackDefinition, values: unknown, chart: HelmChart): KubeObject[] {
  const folders = release(definition, settingsOf(definition, values));
  return folders.get(chart.name === definition.name ? '' : chart.name.slice(definition.name.length + 1)) ?? [];
}
