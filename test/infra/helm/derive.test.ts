import { ApiObject } from 'cdk8s';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ConfigFiles } from '../../../infra/constructs/config-files.ts';
import { StackNamespace } from '../../../infra/constructs/namespace.ts';
import type { Stack } from '../../../infra/constructs/stack.ts';
import { serverProps } from '../../../infra/constructs/team-image.ts';
import { WebService } from '../../../infra/constructs/web-service.ts';
import { chartsOf } from '../../../infra/helm/chart.ts';
import { derive } from '../../../infra/helm/derive.ts';
import type { Program } from '../../../infra/helm/program.ts';
import * as f from '../../../infra/settings/fragments.ts';
import { server } from '../../../infra/settings/workloads.ts';
import { defineStack, type StackDefinition } from '../../../infra/stacks/definition.ts';
import { chartProgram } from './charts.ts';
import { helms, objectsIn, renderAll, template, withChart } from './render.ts';

const requests = { cpu: '100m', memory: '128Mi' };
const limits = { cpu: '500m', memory: '256Mi' };

/** A web service, and settings whose use each test says itself. */
function stackWith<Shape extends z.ZodRawShape>(
  extra: Shape,
  use: (stack: Stack, settings: z.output<z.ZodObject<Shape>>) => void,
): StackDefinition {
  const definition = defineStack({
    name: 'small',
    what: 'One service.',
    settings: z.strictObject({
      ...f.common('small'),
      web: server('The page.', { image: { repository: 'web' }, requests, limits, port: 8080 }),
      extra: z
        .strictObject(extra)
        .prefault({} as never)
        .describe('What the test is about.'),
    }),
    environments: { dev: {} },
    variables: {},
    createdAtDeploy: () => [],
    build(stack, settings) {
      new StackNamespace(stack, 'namespace');
      new WebService(stack, 'web', { ...serverProps(settings.web), title: 'Page', component: 'web' });
      use(stack, settings.extra as z.output<z.ZodObject<Shape>>);
    },
  });
  return definition;
}

const file = (stack: Stack, content: string) =>
  new ConfigFiles(stack, 'file', { name: 'file', files: { file: content } });
const chartOf = (definition: StackDefinition) => chartsOf(chartProgram(definition))[0];

describe('a new setting is in the chart without a line about Helm', () => {
  const definition = stackWith(
    {
      greeting: z
        .string()
        .regex(/^[a-z]+$/)
        .default('hello')
        .describe('What it says.'),
      loud: z.boolean().default(false).describe('Say it twice.'),
      places: z
        .array(z.string().regex(/^[a-z]+$/))
        .default([])
        .describe('Where it says it.'),
    },
    (stack, { greeting, loud, places }) =>
      file(
        stack,
        [greeting, ...(loud ? [`${greeting}!`] : []), ...places.map((place) => `in ${place}`), 'end'].join('\n'),
      ),
  );
  const chart = chartOf(definition);

  test('as a value with its default, its doc line and what is allowed', () => {
    expect(chart?.files.get('values.yaml')).toContain(
      'extra:\n  # What it says.\n  greeting: hello\n  # Say it twice.\n  loud: false\n',
    );
    expect(chart?.files.get('values.schema.json')).toContain('"pattern": "^[a-z]+$"');
  });

  test('and in the template', () => {
    const text = chart?.files.get('templates/configmap-file.yaml') ?? '';
    expect(text).toContain('{{ .Values.extra.greeting }}');
    expect(text).toContain('{{- if .Values.extra.loud }}\n    {{ .Values.extra.greeting }}!\n    {{- end }}');
    expect(text).toContain('{{- range .Values.extra.places }}\n    in {{ . }}\n    {{- end }}');
  });

  test.skipIf(helms.length === 0)('which helm renders', () => {
    if (!chart) throw new Error('no chart');
    const text = withChart(chart, (folder) =>
      template(helms[0]?.helm ?? '', 'small', folder, '--set', 'extra.loud=true,extra.greeting=hi,extra.places={a,b}'),
    );
    const config = objectsIn(text).find(({ kind }) => kind === 'ConfigMap');
    expect(config?.data).toEqual({ file: 'hi\nhi!\nin a\nin b\nend' });
  });
});

describe('keys that come from two sides', () => {
  const labels = () =>
    z
      .record(z.string().regex(/^[a-z]+$/), z.string())
      .default({})
      .describe('Labels.');
  const definition = stackWith(
    { usual: z.boolean().default(false).describe('Writes a label.'), strong: labels(), weak: labels() },
    (stack, { strong, usual, weak }) =>
      new ApiObject(stack, 'labelled', {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'labelled', labels: { ...weak, ...strong, ...(usual && { own: 'program' }) } },
      }),
  );
  const chart = chartOf(definition);

  test.skipIf(helms.length === 0).each([
    ['the winner of the program wins', { strong: { a: '' }, weak: { a: 'x', b: 'y' } }, { a: '', b: 'y' }],
    [
      'the program wins where it writes one',
      { usual: true, strong: { own: 's' }, weak: { own: 'w' } },
      { own: 'program' },
    ],
    ['and only there', { usual: false, weak: { own: 'w' } }, { own: 'w' }],
  ])('%s', (_, extra, expected) => {
    if (!chart) throw new Error('no chart');
    const [objects = []] = renderAll(helms[0]?.helm ?? '', chart, [{ extra }]);
    const { labels = {} } = objects.find(({ metadata }) => metadata.name === 'labelled')?.metadata ?? {};
    expect(labels).toMatchObject(expected);
    expect(
      Object.keys(labels)
        .filter((key) => /^[a-z]+$/.test(key))
        .sort(),
    ).toEqual(Object.keys(expected));
  });
});

describe('what comes of nine switches together, which few random settings have', () => {
  const names = Array.from({ length: 9 }, (_, index) => `switch${index}`);
  const on = Object.fromEntries(names.map((name) => [name, true]));
  const program: Program = {
    name: 'rare',
    what: 'A rare case.',
    settings: z.strictObject(
      Object.fromEntries(names.map((name) => [name, z.boolean().default(false).describe('One of nine.')])),
    ),
    build(settings) {
      const data = {
        usual: 'yes',
        ...(Object.values(settings as Record<string, boolean>).every((each) => each) && { rare: 'yes' }),
      };
      return { objects: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'rare' }, data }] };
    },
    chart: { version: '1.0.0', writtenBy: 'a test', registry: 'oci://registry.example.com/charts' },
    mayHaveNoEffect: names,
  };
  const conditionIn = (each: Program): string | undefined =>
    /\{\{- if ([^\n]*) \}\}\n {2}rare:/.exec(chartsOf(each)[0]?.files.get('templates/configmap-rare.yaml') ?? '')?.[1];
  const all = `and ${names.map((name) => `.Values.${name}`).join(' ')}`;

  test('is learnt of an example that has them', () => {
    expect(conditionIn(program)).toBeUndefined();
    expect(conditionIn({ ...program, examples: { rare: on } })).toBe(all);
  });

  test('or is found by trying on many, and of what told it is learnt at once the next time', () => {
    const { told } = derive(program, 10_000);
    expect(told[0]).toEqual(Object.fromEntries(names.map((name) => [name, 'true'])));
    expect(conditionIn({ ...program, cases: told })).toBe(all);
  });
});

const word = () =>
  z
    .string()
    .regex(/^[a-z]+$/)
    .default('hello')
    .describe('A word.');
const count = () => z.int().min(1).max(100).default(3).describe('A number.');

describe('what cannot be derived stops the build, with the path of the setting', () => {
  test.each([
    ['has no effect', stackWith({ word: word() }, () => {})],
    ['is spelt in another way', stackWith({ word: word() }, (stack, { word }) => file(stack, word.toUpperCase()))],
    [
      'is made another text of',
      stackWith({ word: word() }, (stack, { word }) => file(stack, Buffer.from(word).toString('base64'))),
    ],
    ['is looked into', stackWith({ word: word() }, (stack, { word }) => file(stack, word.includes('x') ? 'a' : 'b'))],
    ['is cut', stackWith({ word: word() }, (stack, { word }) => file(stack, word.slice(1)))],
    ['is calculated with', stackWith({ word: count() }, (stack, { word }) => file(stack, String(word * 2)))],
    ['is rounded', stackWith({ word: count() }, (stack, { word }) => file(stack, String(Math.floor(word / 2))))],
    [
      'is a key',
      stackWith(
        { word: word() },
        (stack, { word }) => new ConfigFiles(stack, 'file', { name: 'file', files: { [word]: 'x' } }),
      ),
    ],
  ])('when it %s', (_, definition) => {
    expect(() => chartsOf(chartProgram(definition))).toThrow(/extra\.word/);
  });
});
