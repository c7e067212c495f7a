import { describe, expect, test } from 'vitest';
import { readProject } from '../../../infra/charts/project.ts';
import { at, put } from '../../../infra/data/paths.ts';
import { leavesOf } from '../../../infra/helm/leaves.ts';
import { release } from '../../../infra/helm/release.ts';
import { type KubeObject, synthesize } from '../../../infra/synth/synthesize.ts';
import { settingsOf } from '../subjects.ts';
import { charts, given } from './charts.ts';
import { byTitle, helms, objectsIn, renderAll, template, titleOf, withChart, withoutRecord } from './render.ts';

// What whoever reviews a chart looks for first, and what charts that are parts of others rely on.

const { version } = readProject();
const rendered = (helm: string, chart: (typeof charts)[number], ...options: string[]): KubeObject[] =>
  withChart(chart, (folder) => objectsIn(template(helm, chart.name, folder, ...options)));

function textsAt(key: string, value: unknown): string[] {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([own, inner]) =>
    own === key && typeof inner === 'string' ? [inner] : textsAt(key, inner),
  );
}

/** What selects pods, wherever it stands. */
function selectorsIn(value: unknown): unknown[] {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'selector' || key === 'matchLabels' || key === 'podSelector' ? [inner] : selectorsIn(inner),
  );
}

test.each(charts)('$name: helpers are called by what they hold, not by a number', ({ files }) => {
  const names = [...(files.get('templates/_helpers.tpl') ?? '').matchAll(/define "([^"]+)"/g)].map(([, name]) => name);
  expect(names.filter((name) => /-\d+$/.test(name ?? ''))).toEqual([]);
});

describe.skipIf(helms.length === 0).each(charts)('$name', (chart) => {
  const { definition, files, folder, name, program } = chart;
  const { helm } = helms[charts.indexOf(chart) % helms.length] ?? { helm: '' };

  test('every object says of which chart and version it is, and that Helm manages it', () => {
    const wrong = rendered(helm, chart).filter(({ metadata: { labels = {} } }) => {
      return (
        labels['helm.sh/chart'] !== `${name}-${version}` ||
        labels['app.kubernetes.io/version'] !== version ||
        labels['app.kubernetes.io/managed-by'] !== 'Helm'
      );
    });
    expect(wrong.map(({ kind, metadata }) => `${kind}/${metadata.name}`)).toEqual([]);
  });

  test('selectors are those of the manifests: they can never be changed', () => {
    for (const [, settings] of given(chart)) {
      const loaded = settingsOf(definition, settings);
      const plain = synthesize(definition, loaded, { environment: 'test' }).folders.get(folder) ?? [];
      const released = byTitle(release(program, loaded).get(folder) ?? []);
      for (const object of plain.filter(({ kind }) => kind !== 'Job')) {
        expect(selectorsIn(released[titleOf(object)])).toEqual(selectorsIn(object));
      }
    }
  });

  const paths = leavesOf(definition.settings).map((leaf) => leaf.path);
  const images = paths.filter((path) => path.endsWith('.repository')).map((path) => path.replace(/\.repository$/, ''));
  const hasImages = (files.get('values.yaml') ?? '').includes('imageRegistry');

  const own = images.filter((image) => at(definition.settings.parse({}), `${image}.tag`) === '');
  test.runIf(hasImages && own.length > 0)('an image of ours without a version is of that of the chart', () => {
    const repositories = own.map((image) => at(definition.settings.parse({}), `${image}.repository`));
    const found = textsAt('image', rendered(helm, chart)).filter((image) =>
      repositories.some((repository) => image.startsWith(`${repository}:`)),
    );
    expect(found.length).toBeGreaterThan(0);
    expect(found.filter((image) => !image.endsWith(`:${version}`))).toEqual([]);
  });

  test.runIf(hasImages)('global.imageRegistry takes the place of every registry', () => {
    const mirror = 'mirror.example.com:5000/all';
    const settings: Record<string, unknown> = {};
    for (const image of ['images', ...images]) put(settings, `${image}.registry`, mirror);
    const expected = release(program, settingsOf(definition, settings)).get(folder) ?? [];
    const [objects = []] = renderAll(helm, chart, [{ global: { imageRegistry: mirror, other: 1 } }]);
    expect(byTitle(objects.map(withoutRecord))).toEqual(byTitle(expected));
    expect(() => renderAll(helm, chart, [{ global: { imageRegistry: 'no registry' } }])).toThrow(/imageRegistry/);
  });

  test('nothing stands under two conditions of which one is the other turned round', () => {
    const turned = [...files].flatMap(([path, text]) =>
      [
        ...text.matchAll(
          /\{\{- if eq (\S+ "\w+") \}\}\n(?:(?!.*\{\{- (?:if|end)).*\n)*.*\{\{- end \}\}\n.*\{\{- if ne \1 \}\}/g,
        ),
      ].map(([, condition]) => `${path}: ${condition}`),
    );
    expect(turned).toEqual([]);
  });

  test('no long text stands in it three times', () => {
    const seen = new Map<string, number>();
    for (const [path, text] of files) {
      // Contents of files, such as dashboards, are others' texts.
      if (!path.startsWith('templates/') || path.startsWith('templates/configmap-')) continue;
      const lines = text.split('\n').map((line) => line.trim());
      for (let at = 0; at + LONG <= lines.length; at++) {
        const block = lines.slice(at, at + LONG).join('\n');
        seen.set(block, (seen.get(block) ?? 0) + 1);
      }
    }
    expect([...seen].filter(([, count]) => count > 2).map(([block]) => block)).toEqual([]);
  });
});

/** Lines in a row. */
const LONG = 12;
