import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chartsOf } from '../../../../infra/helm/chart.ts';
import { release } from '../../../../infra/helm/release.ts';
import { arbitrary } from '../../arbitrary.ts';
import { byTitle, helms, objectsIn, renderAll, template, withChart } from '../render.ts';
import { program } from './guestbook.ts';

// The deriver is a library: here for a program of somebody else.

const RUNS = 60;

const charts = chartsOf(program);
const [chart] = charts;
if (!chart) throw new Error('no chart');

const objects = (values: unknown) => byTitle(release(program, program.settings.parse(values)).get('') ?? []);

describe('the chart of a foreign program', () => {
  test('is one, with the files that a chart has and no word of anybody else', () => {
    expect(charts.map(({ name }) => name)).toEqual(['guestbook']);
    expect([...chart.files.keys()].sort()).toEqual([
      '.helmignore',
      'Chart.yaml',
      'README.md',
      'ci/public-values.yaml',
      'templates/_helpers.tpl',
      'templates/configmap-guestbook.yaml',
      'templates/deployment-guestbook.yaml',
      'templates/ingress-guestbook.yaml',
      'templates/service-guestbook.yaml',
      'values.schema.json',
      'values.yaml',
    ]);
    expect([...chart.files.values()].join('\n')).not.toMatch(/undefined|ml-?platform|karmada/i);
  });

  test('has an object for each element of a list once, repeated, beside the one that is called the same', () => {
    const documents = chart.files.get('templates/configmap-guestbook.yaml') ?? '';
    expect(documents.match(/^kind: ConfigMap$/gm)).toHaveLength(2);
    expect(documents).toContain('\n{{- range uniq .Values.readers }}\n---\napiVersion: v1\nkind: ConfigMap\n');
    expect(documents).toContain('  name: guestbook\n  namespace: {{ . | quote }}\n');
    expect(documents).toContain('  GREETING: {{ $.Values.greeting | quote }}\n');
    expect(documents).toContain('  {{- if not $.Values.secretive }}\n  REPLICAS: ');
    // No elements, no object: not asked for twice.
    expect(documents).not.toContain('if .Values.readers');
  });

  test('is what the script of the README writes', () => {
    const folder = mkdtempSync(join(tmpdir(), 'foreign-'));
    try {
      execFileSync(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'charts.ts'), folder]);
      for (const [path, text] of chart.files) expect(readFileSync(join(folder, 'guestbook', path), 'utf8')).toBe(text);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test.skipIf(helms.length === 0).each(helms)('is linted by helm $version without a word', ({ helm }) => {
    withChart(chart, (folder) => {
      for (const values of [[], ['--values', join(folder, 'ci/public-values.yaml')]])
        execFileSync(helm, ['lint', '--strict', folder, ...values], { stdio: 'pipe' });
    });
  });

  test.skipIf(helms.length === 0).each(helms)(
    'renders what the program makes of random settings (helm $version)',
    ({ helm }) => {
      const all = fc.sample(arbitrary(program.settings), { seed: 20_261_128, numRuns: RUNS });
      const rendered = renderAll(helm, chart, all);
      all.forEach((values, at) => {
        expect(byTitle(rendered[at] ?? []), JSON.stringify(values)).toEqual(objects(values));
      });
      // All that it can be was among them.
      const kinds = new Set(rendered.flatMap((each) => each.map(({ kind }) => kind)));
      expect([...kinds].sort()).toEqual(['ConfigMap', 'Deployment', 'Ingress', 'Service']);
      expect(Math.max(...rendered.map((each) => each.filter(({ kind }) => kind === 'ConfigMap').length))).toBe(3);
    },
  );

  test.skipIf(helms.length === 0)('takes values of --set, and refuses what the program refuses', () => {
    const render = (...options: string[]) =>
      withChart(chart, (folder) => objectsIn(template(helms[0]?.helm ?? '', 'guestbook', folder, ...options)));
    expect(byTitle(render('--set', 'debug=true,languages={de,fr}'))).toEqual(
      objects({ debug: true, languages: ['de', 'fr'] }),
    );
    expect(() => render('--set', 'replicas=21')).toThrow();
    expect(() => render('--set', 'exposure=magic')).toThrow();
  });
});
