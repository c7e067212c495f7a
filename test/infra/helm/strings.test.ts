import { describe, expect, test } from 'vitest';
import { type Leaf, leavesOf, unwrap } from '../../../infra/helm/leaves.ts';
import { release } from '../../../infra/helm/release.ts';
import { settingsOf } from '../subjects.ts';
import { charts } from './charts.ts';
import { byTitle, helms, renderAll, withoutRecord } from './render.ts';

/** What YAML, Go's templates, shells or Helm's own --set would take for something else. */
const NASTY: Readonly<Record<string, string>> = {
  'double quotes': 'say "yes"',
  'a single quote': "it's",
  backslashes: 'C:\\new\\table',
  'a colon': 'a: b',
  'a colon at the end': 'key:',
  'line ends': 'first\nsecond\n\nlast\n',
  'an indented line': 'a\n  b: 1\n- c',
  'an action': '{{ .Values.images.tag }} and {{- end }}',
  'half an action': '{{',
  'a verb of printf': '%s %d 100%',
  'leading zeros': '007',
  yes: 'yes',
  off: 'off',
  null: 'null',
  tilde: '~',
  'an exponent': '1e3',
  hexadecimal: '0x1F',
  'a truth value': 'true',
  'a number': '1234567890123456789',
  'a date': '2026-11-21',
  'a sexagesimal': '1:30:00',
  'a comment': '# none',
  'an anchor': '&a *b !!c',
  'a document': '---',
  braces: '{"a": [1, 2]}',
  'commas and equals': 'a=1,b=2,c[0].d=3',
  'spaces around': '  text  ',
  'a tab': 'a\tb',
  'a variable': '$(HOME) $HOME `id`',
  markup: '<a href="x">&amp;</a>',
  unicode: 'Zürich 日本語 🚀 \u2028 \u00a0',
  'no ASCII control': 'bell\u0007',
  'very long': `${'0123456789abcdef '.repeat(58)}end`,
};

/** Whether a text schema takes any text. */
const isFree = (schema: Leaf['schema'] | undefined): boolean => {
  if (schema === undefined) return false;
  const { def } = unwrap(schema).inner._zod;
  const checks = (def as { checks?: { _zod: { def: { format?: string } } }[] }).checks ?? [];
  return def.type === 'string' && checks.every(({ _zod }) => _zod.def.format !== 'regex');
};

type Containers = { element?: Leaf['schema']; valueType?: Leaf['schema'] };

/** A text in each place where the settings of a chart take any text; some places are there with an Ingress only. */
function everywhere(leaves: readonly Leaf[], text: () => string): Record<string, unknown> {
  const settings: Record<string, unknown> = leaves.some(({ path }) => path === 'exposure.ingress.annotations')
    ? { exposure: { type: 'ingress' } }
    : {};
  for (const { kind, path, schema } of leaves) {
    const { element, valueType } = schema as Containers;
    if (kind === 'text' && isFree(schema)) put(settings, path, text());
    if (kind === 'list' && isFree(element)) put(settings, path, ['first', text()]);
    // Over what all pods have lies what is a workload's own.
    if (kind === 'whole' && path.endsWith('.pod') && !path.startsWith('defaults.'))
      put(settings, path, { annotations: { NASTY: text() }, extraEnv: { NASTY: text() } });
    // The names are such that a variable, a label or an annotation may have them.
    if (kind === 'record' && isFree(valueType)) put(settings, path, { NASTY: text() });
  }
  return settings;
}

function put(target: Record<string, unknown>, path: string, value: unknown): void {
  const [key = '', ...deeper] = path.split('.');
  if (deeper.length === 0) target[key] = value;
  else {
    target[key] ??= {};
    put(target[key] as Record<string, unknown>, deeper.join('.'), value);
  }
}

const subjects = charts.filter(({ folder }) => folder === '');
const texts = Object.entries(NASTY).map(([what, text]) => ({ what, text }));
/** In the one stack each text in each place; in the others each place has some of them, to be done in time. */
const THOROUGH = 'ml-platform';
const LEAST_ROUNDS = 6;

describe.skipIf(helms.length === 0).each(subjects)('any text arrives unharmed by $name', (chart) => {
  const { definition, folder, name, program } = chart;
  const leaves = leavesOf(definition.settings);
  const all = name === THOROUGH ? texts.map(({ text }) => everywhere(leaves, () => text)) : rounds(leaves);
  const versions = name === THOROUGH ? helms : helms.slice(subjects.indexOf(chart) % helms.length).slice(0, 1);

  test.each(versions)('from a file of values, by helm $version', ({ helm }) => {
    const rendered = renderAll(helm, chart, all);
    for (const [index, settings] of all.entries()) {
      const expected = release(program, settingsOf(definition, settings)).get(folder) ?? [];
      expect(byTitle((rendered[index] ?? []).map(withoutRecord))).toEqual(byTitle(expected));
    }
    // Not merely the same as ours: each text itself is there.
    const arrived = new Set(textsIn(rendered));
    expect(texts.filter(({ text }) => !arrived.has(text)).map(({ what }) => what)).toEqual([]);
  });
});

describe.skipIf(helms.length === 0).each(helms)('by --set-string, helm $version', ({ helm }) => {
  const [chart] = subjects.filter(({ name }) => name === THOROUGH);

  test('any text arrives unharmed', () => {
    if (!chart) throw new Error(`no chart ${THOROUGH}`);
    const options = texts.flatMap(({ text }, index) => ['--set-string', `r${index}.${VARIABLE}=${escaped(text)}`]);
    const rendered = renderAll(
      helm,
      chart,
      texts.map(() => ({})),
      options,
    );
    const harmed = texts.filter(({ text }, index) => !textsIn(rendered[index]).includes(text));
    expect(harmed.map(({ what }) => what)).toEqual([]);
  });
});

const VARIABLE = 'backend.pod.extraEnv.NASTY';

/** Settings in which each place has another text, and another one the next time, until each text was somewhere. */
function rounds(leaves: readonly Leaf[]): unknown[] {
  let places = 0;
  everywhere(leaves, () => `place ${places++}`);
  const count = Math.max(LEAST_ROUNDS, Math.ceil(texts.length / places));
  return Array.from({ length: count }, (_, round) => {
    let place = 0;
    return everywhere(leaves, () => texts[(round + count * place++) % texts.length]?.text ?? '');
  });
}

/** As Helm's documentation says that --set-string wants it. */
const escaped = (text: string): string => text.replaceAll(/[\\,]/g, '\\$&').replace(/^\{/, '\\{');

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).flatMap(textsIn);
}
