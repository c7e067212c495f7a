import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readProject } from '../../../infra/charts/project.ts';
import { at } from '../../../infra/data/paths.ts';
import { valuesOf } from '../../../infra/helm/answered.ts';
import { type Leaf, leavesOf } from '../../../infra/helm/leaves.ts';
import { cell } from '../../../infra/helm/readme.ts';
import { charts, ciFiles } from './charts.ts';
import { helms, withChart } from './render.ts';

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: unknown;
  readonly [key: string]: unknown;
}

/** Leaves of a chart's schema: the settings that are its values. */
function pathsIn({ properties = {} }: Schema, path = ''): string[] {
  return Object.entries(properties).flatMap(([key, field]) => {
    const own = path ? `${path}.${key}` : key;
    return field.properties ? pathsIn(field, own) : [own];
  });
}

/** What Helm adds to the values of a chart that is part of another. */
const OF_HELM = 'global';

describe.each(charts)('$name', (chart) => {
  const { definition, files, name, program } = chart;
  const text = (path: string): string => files.get(path) ?? '';
  const schema = JSON.parse(text('values.schema.json')) as Schema;
  const paths = pathsIn(schema).filter((path) => path !== OF_HELM);
  const leaves = leavesOf(valuesOf(program)).filter(({ path }) => paths.includes(path));

  // Both render every file in ci, too (equivalence.test.ts); to be linted with, each is given to one of them in turn.
  test.each(helms)('helm $version lint --strict finds nothing, with the defaults and files in ci', ({ helm }) => {
    const turn = helms.findIndex((each) => each.helm === helm);
    const files = ciFiles(chart).filter((_, index) => index % helms.length === turn);
    withChart(chart, (folder) => {
      for (const values of [[], ...files.map((file) => ['--values', join(folder, file)])]) {
        execFileSync(helm, ['lint', '--strict', folder, ...values], { stdio: 'pipe' });
      }
    });
  });

  test('no mark of the derivation is left in any file', () => {
    const marked = [...files].filter(([, content]) => /z[qj]\d{5}|zqprefix/.test(content)).map(([path]) => path);
    expect(marked).toEqual([]);
  });

  test('Chart.yaml says what it is, of which version, for which Kubernetes, whose', () => {
    const { author, homepage, license, version } = readProject();
    expect(parse(text('Chart.yaml'))).toMatchObject({
      apiVersion: 'v2',
      name,
      type: 'application',
      description: expect.stringContaining(definition.what),
      version,
      appVersion: version,
      kubeVersion: '>=1.28.0-0',
      home: homepage,
      icon: expect.stringMatching(/^data:image\/svg\+xml;base64,/),
      maintainers: [{ name: author }],
      annotations: { 'artifacthub.io/license': license },
    });
  });

  test('values.yaml has the default of every setting, and what it is', () => {
    const values = text('values.yaml');
    const parsed = parse(values);
    const defaults = valuesOf(program).parse({});
    const commented = leaves.filter(
      ({ kind, fallback }) => kind === 'record' && Object.keys(fallback as object).length > 0,
    );
    for (const { doc, path } of leaves) {
      expect(values, path).toContain(`# ${doc}`);
      if (!commented.some((each) => each.path === path)) {
        expect(at(parsed, path), path).toEqual(at(defaults, path));
      }
    }
  });

  test('the schema is closed, and each object in it', () => {
    const open = (inner: Schema, path: string): string[] => [
      ...(inner.properties && inner.additionalProperties !== false ? [path] : []),
      ...Object.entries(inner.properties ?? {}).flatMap(([key, field]) => open(field, `${path}.${key}`)),
    ];
    expect(open(schema, '').filter((path) => path !== `.${OF_HELM}`)).toEqual([]);
  });

  test('the table of the README has every value, its doc line and its default', () => {
    const rows = [...text('README.md').matchAll(/^\| `([^`]+)` \| (.*) \| `?(.*?)`? \|$/gm)].map(([row]) => row);
    expect(rows.map((row) => /^\| `([^`]+)`/.exec(row)?.[1])).toEqual(paths);
    for (const [index, leaf] of leaves.entries()) {
      expect(rows[index]).toContain(`| ${cell(leaf.doc)} |`);
      expect(rows[index]?.endsWith(`| ${shown(leaf)} |`), rows[index]).toBe(true);
    }
  });

  test('every setting that it has is used in a template', () => {
    const templates = [...files].filter(([path]) => path.startsWith('templates/')).map(([, content]) => content);
    const used = new Set([...templates.join('\n').matchAll(/\.Values\.([a-zA-Z0-9.]+)/g)].map(([, path = '']) => path));
    const unused = paths.filter(
      (path) => ![...used].some((each) => path === each || path.startsWith(`${each}.`)) && !OF_HELPERS.includes(path),
    );
    expect(unused).toEqual([]);
  });
});

/** Read by the helper that makes an image's reference, as a field of what it is given. */
const OF_HELPERS = ['images.registry', 'images.tag'];

function shown({ fallback }: Leaf): string {
  const json = JSON.stringify(fallback);
  return `\`${cell(json.length > 80 ? `${json.slice(0, 80)}…` : json)}\``;
}
