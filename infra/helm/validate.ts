import { type FieldRule, ownRulesOf, pathsOf, UNITS } from '../settings/field-rules.ts';
import { commonRulesFor } from '../settings/rules.ts';
import type { StackDefinition } from '../stacks/definition.ts';
import { HELPERS } from './release-settings.ts';

/** The template that refuses what the program refuses: a schema sees each value by itself. None where there are no rules. */
export function validateTemplate(
  chart: string,
  { settings }: StackDefinition,
  has: (path: string) => boolean,
): string | undefined {
  const rules = [...commonRulesFor(settings.parse({})), ...ownRulesOf(settings)].filter((rule) =>
    pathsOf(rule).every(has),
  );
  if (rules.length === 0) return undefined;
  const amounts = rules.filter(({ refuses }) => 'belowAmount' in refuses);
  const lists = rules.filter(({ refuses }) => 'twice' in refuses);
  const others = rules.filter((rule) => !amounts.includes(rule) && !lists.includes(rule));
  return [
    '{{/* Rules between values; all that are broken are told at once. */}}',
    '{{- $wrong := list }}',
    ...amountsNotBelow(chart, amounts),
    ...nothingTwice(lists),
    ...others.flatMap((rule) => condition(chart, rule)),
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
function amountsNotBelow(chart: string, rules: readonly FieldRule[]): string[] {
  const allowed = wordsOfAll(rules);
  if (allowed === undefined) return [];
  const amount = (place: number) => `(float64 (include "${chart}.amount" (index . ${place})))`;
  return [
    '{{- range list',
    ...rules.map((rule) => `  (list ${text(rule.path)} ${pathsOf(rule).map(value).join(' ')})`),
    '}}',
    `{{- if lt ${amount(1)} ${amount(2)} }}`,
    wrong('(index . 0)', '(index . 1)', allowed, '(index . 2)'),
    '{{- end }}',
    '{{- end }}',
  ];
}

function nothingTwice(rules: readonly FieldRule[]): string[] {
  const allowed = wordsOfAll(rules);
  if (allowed === undefined) return [];
  const field = ({ refuses }: FieldRule) => ('twice' in refuses ? refuses.twice : '');
  return [
    '{{- range list',
    ...rules.map((rule) => `  (list ${text(rule.path)} ${text(field(rule))} ${value(rule.path)})`),
    '}}',
    '{{- $path := index . 0 }}',
    '{{- $field := index . 1 }}',
    '{{- $seen := list }}',
    '{{- range $place, $entry := index . 2 }}',
    '{{- if has (get $entry $field) $seen }}',
    wrong('(printf "%s.%d.%s" $path $place $field)', '(get $entry $field)', allowed, ''),
    '{{- end }}',
    '{{- $seen = append $seen (get $entry $field) }}',
    '{{- end }}',
    '{{- end }}',
  ];
}

function condition(chart: string, rule: FieldRule): string[] {
  const { allowed, path, refuses, when } = rule;
  const guarded = (broken: string, shown: string, other = ''): string[] => [
    `{{- if ${when ? `and ${equals(chart, when.path, when.is)} ` : ''}${broken} }}`,
    wrong(text(path), shown, allowed, other),
    '{{- end }}',
  ];
  if ('value' in refuses) return guarded(equals(chart, path, refuses.value), value(path));
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

function equals(chart: string, path: string, is: string | boolean): string {
  // What a release says itself where the values leave it empty.
  const helper = HELPERS.get(path);
  const own = helper === undefined ? value(path) : `(include "${chart}.${helper}" .)`;
  if (typeof is === 'string') return `(eq ${own} ${text(is)})`;
  return is ? own : `(not ${own})`;
}

function amountHelper(chart: string): string[] {
  const units = Object.entries(UNITS).map(([unit, thousandths]) => `${text(unit)} ${thousandths}`);
  return [
    '{{/* A quantity as a number of thousandths. */}}',
    `{{- define "${chart}.amount" -}}`,
    '{{- $number := regexFind "^[0-9]+" . -}}',
    `{{- mulf (float64 $number) (get (dict ${units.join(' ')}) (trimPrefix $number .)) -}}`,
    '{{- end }}',
  ];
}
