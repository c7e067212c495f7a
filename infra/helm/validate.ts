import { type FieldRule, pathsOf, UNITS } from '../data/field-rules.ts';
import type { GoTemplate } from './go-template.ts';

/** The template that refuses what the program refuses: a schema sees each value by itself. None where there are no rules. */
export function validateTemplate(
  go: GoTemplate,
  all: readonly FieldRule[],
  has: (path: string) => boolean,
): string | undefined {
  const { chart } = go;
  const rules = all.filter((rule) => pathsOf(rule).every(has));
  if (rules.length === 0) return undefined;
  const amounts = rules.filter(({ refuses }) => 'belowAmount' in refuses);
  const tables = sameRefusals(rules);
  const others = rules.filter((rule) => ![amounts, ...tables].some((table) => table.includes(rule)));
  return [
    '{{/* Rules between values; all that are broken are told at once. */}}',
    '{{- $wrong := list }}',
    ...amountsNotBelow(go, amounts),
    ...tables.flatMap((table) => noneIs(go, table)),
    ...others.flatMap((rule) => condition(go, rule)),
    '{{- if $wrong }}{{ fail (printf "\\n%s" (join "\\n" $wrong)) }}{{ end }}',
    ...(amounts.length > 0 ? ['', ...amountHelper(chart)] : []),
    '',
  ].join('\n');
}

const value = (path: string): string => `.Values.${path}`;
const text = (words: string): string => JSON.stringify(words);

/** One more line of what is wrong, as the program tells it. */
function wrong(path: string, shown: string, allowed: string, other: string): string {
  const format = text(`%s: %s is not allowed; allowed: ${allowed.replace('{}', '%v')}`);
  const compared = allowed.includes('{}') ? ` ${other}` : '';
  return `  {{- $wrong = append $wrong (printf ${format} ${path} (toRawJson ${shown})${compared}) }}`;
}

/** Rules that are written as one table, so all must have the same words and no condition. */
function wordsOfAll(rules: readonly FieldRule[]): string | undefined {
  const [first] = rules;
  const other = rules.find(({ allowed, when }) => when || allowed !== first?.allowed);
  if (other) throw new Error(`${other.path}: a rule of its kind has the words of the others, and no condition`);
  return first?.allowed;
}

/** Most rules are of this kind: what they are about, as a table. */
function amountsNotBelow(go: GoTemplate, rules: readonly FieldRule[]): string[] {
  const allowed = wordsOfAll(rules);
  if (allowed === undefined) return [];
  const amount = (of: string) => `(float64 (include "${go.chart}.amount" ${of}))`;
  return [
    '{{- range list',
    ...rules.map((rule) => `  (list ${text(rule.path)} ${pathsOf(rule).map(value).join(' ')})`),
    '}}',
    `{{- $limit := ${go.call('text', '(index . 1)')} }}`,
    `{{- $request := ${go.call('text', '(index . 2)')} }}`,
    `{{- if lt ${amount('$limit')} ${amount('$request')} }}`,
    wrong('(index . 0)', '$limit', allowed, '$request'),
    '{{- end }}',
    '{{- end }}',
  ];
}

/** Of so many settings that may not have one value, for the same reason, there is a table. */
const TABLE = 3;

function sameRefusals(rules: readonly FieldRule[]): FieldRule[][] {
  const tables = new Map<string, FieldRule[]>();
  for (const rule of rules.filter(({ refuses }) => 'value' in refuses)) {
    const same = JSON.stringify([rule.refuses, rule.when, rule.allowed]);
    tables.set(same, [...(tables.get(same) ?? []), rule]);
  }
  return [...tables.values()].filter(({ length }) => length >= TABLE);
}

function noneIs(go: GoTemplate, rules: readonly FieldRule[]): string[] {
  const [first] = rules;
  if (!first || !('value' in first.refuses)) return [];
  const { allowed, refuses, when } = first;
  const lines = [
    '{{- range list',
    ...rules.map(({ path }) => `  (list ${text(path)} ${value(path)})`),
    '}}',
    `{{- if eq (index . 1) ${JSON.stringify(refuses.value)} }}`,
    wrong('(index . 0)', '(index . 1)', allowed, ''),
    '{{- end }}',
    '{{- end }}',
  ];
  if (!when) return lines;
  return [`{{- if ${unwrapped(equals(go, when.path, when.is))} }}`, ...lines, '{{- end }}'];
}

function condition(go: GoTemplate, rule: FieldRule): string[] {
  const { allowed, path, refuses, when } = rule;
  const guarded = (broken: string, shown: string, other = ''): string[] => [
    `{{- if ${when ? `and ${equals(go, when.path, when.is)} ` : ''}${broken} }}`,
    wrong(text(path), shown, allowed, other),
    '{{- end }}',
  ];
  if ('value' in refuses) return guarded(equals(go, path, refuses.value), value(path));
  if ('notNamedIn' in refuses) {
    return [
      '{{- $names := list }}',
      `{{- range ${value(refuses.notNamedIn)} }}{{ $names = append $names .name }}{{ end }}`,
      ...guarded(`(not (has ${value(path)} $names))`, value(path), '(join ", " $names)'),
    ];
  }
  const [compare = '', other = ''] =
    'belowNumber' in refuses ? ['lt', refuses.belowNumber] : 'sameNumber' in refuses ? ['eq', refuses.sameNumber] : [];
  if (!compare) throw new Error(`${path}: there is no template yet for a rule that ${Object.keys(refuses)}`);
  const number = (each: string) => `(int ${value(each)})`;
  return guarded(`(${compare} ${number(path)} ${number(other)})`, number(path), number(other));
}

function equals(go: GoTemplate, path: string, is: string | boolean): string {
  const setting = go.setting(path, {});
  const own = setting.includes(' ') ? `(${setting})` : setting;
  if (typeof is === 'string') return `(eq ${own} ${text(is)})`;
  return is ? own : `(not ${own})`;
}

/** Alone behind `if`, parentheses say nothing. */
const unwrapped = (test: string): string => (/^\([^()]*\)$/.test(test) ? test.slice(1, -1) : test);

function amountHelper(chart: string): string[] {
  const units = Object.entries(UNITS).map(([unit, thousandths]) => `${text(unit)} ${thousandths}`);
  return [
    '{{/* A quantity as a number of thousandths. */}}',
    `{{- define "${chart}.amount" -}}`,
    '{{- $number := regexFind "^[0-9.]+" . -}}',
    `{{- mulf (float64 $number) (get (dict ${units.join(' ')}) (trimPrefix $number .)) -}}`,
    '{{- end }}',
  ];
}
