import type { Addition, Extensible } from '../data/extras.ts';
import { LEAST_RIGHTS, VOLUME_PREFIX } from '../data/extras.ts';
import type { GoTemplate } from './go-template.ts';
import type { DerivedObject } from './learn.ts';
import type { Node } from './nodes.ts';
import type { ExtraSettings } from './program.ts';

/** The name of the helper that adds to objects of a kind. */
const helperOf = ({ name }: Extensible): string => `extended-${name}`;

/** An action that writes a part of an object, which is given as text, with what the settings of its section add to it. */
export const extendedBy = (go: GoTemplate, extensible: Extensible, section: string, text: string): string =>
  `include "${go.chart}.${helperOf(extensible)}" (list . .Values.${section} (${text}))`;

/** The node as text that was defined by a name. */
export const writes = (code: string): Node => ({ kind: 'map', entries: [{ go: code, when: true }] });

/** What can be added to an object, and from which section of the settings; undefined where nothing can. */
export function extensibleBy(
  { kind, name, each }: DerivedObject,
  sections: ReadonlyMap<string, string>,
  extras: ExtraSettings | undefined,
): { extensible: Extensible; section: string } | undefined {
  const extensible = extras?.kinds[kind];
  const section = sections.get(`${kind} ${name}`);
  return extensible && section !== undefined && !each ? { extensible, section } : undefined;
}

/** The settings below a section that are read for these. */
export const partsOf = ({ additions }: Extensible): string[] => [
  ...new Set(additions.map(({ setting }) => setting.split('.')[0] ?? '')),
];

/** It holds for all workloads or for none. */
export const isSwitch = ({ additions }: Extensible, part: string): boolean =>
  additions.some(({ how, setting }) => setting === part && typeof how !== 'string');

interface HelperText {
  readonly name: string;
  readonly what: string;
  readonly body: readonly string[];
}

/** What writes them: one for each table that was used, and one that all of these share. */
export function extrasHelpers(go: GoTemplate, used: readonly Extensible[], { defaults }: ExtraSettings): HelperText[] {
  const tables = new Map(used.map((each) => [each.name, each]));
  if (tables.size === 0) return [];
  return [
    ...[...tables.values()].map((each) => tableHelper(go.chart, each, defaults)),
    addHelper(go.call('text', '$each')),
  ];
}

function tableHelper(chart: string, extensible: Extensible, defaults: string): HelperText {
  const parts = partsOf(extensible).flatMap((part) =>
    isSwitch(extensible, part) ? [`$all.${part}`] : [`$all.${part}`, `$own.${part}`],
  );
  return {
    name: helperOf(extensible),
    what: `What is written (last in the list), with what its section of the values and .Values.${defaults} add to it.`,
    body: [
      `{{- $all := (index . 0).Values.${defaults} }}`,
      '{{- $own := index . 1 }}',
      `{{- if not (or ${parts.join(' ')}) }}{{ index . 2 }}`,
      '{{- else }}',
      '{{- $object := fromYaml (index . 2) }}',
      ...extensible.additions.map((addition) => call(chart, addition)),
      // As JSON, which is YAML: its readers differ in which plain words are numbers.
      '{{- toPrettyJson $object }}',
      '{{- end }}',
    ],
  };
}

const call = (chart: string, { how, setting, to }: Addition): string =>
  typeof how !== 'string'
    ? `{{- if $all.${setting} }}${how.without.map((field) => `{{ $_ := unset $object.${to} "${field}" }}`).join('')}{{ end }}`
    : `{{- include "${chart}.add" (list $object "${to}" "${how}" ${at('$all', setting)} ${at('$own', setting)}) }}`;

/** What is at a path, wherever on the way there nothing is. */
const at = (from: string, path: string): string =>
  path.split('.').reduce((inner, key, place) => (place === 0 ? `${inner}.${key}` : `(${inner}).${key}`), from);

const RIGHTS = `(dict "securityContext" (fromJson ${JSON.stringify(JSON.stringify(LEAST_RIGHTS))}))`;

/** `text` writes a number whole. */
function addHelper(text: string): HelperText {
  return {
    name: 'add',
    what: 'Puts a value where a path leads in an object, with what is there: of all workloads, and over it of this one.',
    body: [
      '{{- $into := index . 0 }}',
      '{{- $path := splitList "." (index . 1) }}',
      '{{- $how := index . 2 }}',
      '{{- $all := index . 3 }}',
      '{{- $value := index . 4 }}',
      '{{- if kindIs "invalid" $value }}{{ $value = $all }}',
      '{{- else if and (kindIs "slice" $all) (kindIs "slice" $value) }}',
      '{{- $names := list }}{{ range $value }}{{ if kindIs "map" . }}{{ $names = append $names .name }}{{ end }}{{ end }}',
      '{{- $both := list }}',
      '{{- range $all }}',
      '{{- $isTaken := false }}{{ if kindIs "map" . }}{{ $isTaken = and .name (has .name $names) }}{{ end }}',
      '{{- if not $isTaken }}{{ $both = append $both . }}{{ end }}',
      '{{- end }}',
      '{{- $value = concat $both $value }}',
      '{{- else if and (kindIs "map" $all) (kindIs "map" $value) }}',
      '{{- $both := deepCopy $all }}',
      '{{- range $key, $each := $value }}{{ $_ := set $both $key $each }}{{ end }}',
      '{{- $value = $both }}',
      '{{- end }}',
      '{{- if or $value (kindIs "bool" $value) }}',
      '{{- range initial $path }}',
      '{{- if kindIs "slice" $into }}{{ $into = index $into (int .) }}',
      '{{- else }}',
      '{{- if not (hasKey $into .) }}{{ $_ := set $into . dict }}{{ end }}',
      '{{- $into = get $into . }}',
      '{{- end }}',
      '{{- end }}',
      '{{- $key := last $path }}',
      // The path may end at an item of a list, which is a map itself.
      '{{- $there := dict }}',
      '{{- if kindIs "slice" $into }}{{ $there = index $into (int $key) }}',
      '{{- else if hasKey $into $key }}{{ $there = get $into $key }}',
      '{{- else if not (has $how (list "over" "beneath" "amounts")) }}{{ $there = list }}',
      '{{- end }}',
      '{{- if eq $how "set" }}{{ $_ := set $into $key $value }}',
      '{{- else if has $how (list "over" "beneath" "amounts") }}',
      '{{- range $name, $each := $value }}',
      '{{- if and (eq $how "amounts") (or (kindIs "invalid" $each) (eq (toString $each) "")) }}{{ $_ := unset $there $name }}',
      `{{- else if eq $how "amounts" }}{{ $_ := set $there $name (${text}) }}`,
      '{{- else if not (and (eq $how "beneath") (hasKey $there $name)) }}{{ $_ := set $there $name $each }}',
      '{{- end }}',
      '{{- end }}',
      '{{- if kindIs "map" $into }}{{ $_ := set $into $key $there }}{{ end }}',
      '{{- else }}',
      '{{- $items := $there }}',
      '{{- if eq $how "append" }}{{ $items = concat $there $value }}',
      '{{- else if eq $how "containers" }}',
      `{{- range $value }}{{ $items = append $items (ternary . (merge (deepCopy .) ${RIGHTS}) (hasKey . "securityContext")) }}{{ end }}`,
      '{{- else if eq $how "variables" }}',
      '{{- $names := list }}{{ range $there }}{{ $names = append $names .name }}{{ end }}',
      '{{- range $name, $each := $value }}',
      '{{- if not (has $name $names) }}',
      '{{- $items = append $items (kindIs "map" $each | ternary (merge (dict "name" $name) (kindIs "map" $each | ternary $each dict)) (dict "name" $name "value" $each)) }}',
      '{{- end }}',
      '{{- end }}',
      '{{- else if eq $how "volumes" }}',
      '{{- range $value }}',
      `{{- $volume := merge (dict "name" (print "${VOLUME_PREFIX}" .name)) (default dict .volume) }}`,
      '{{- if eq (default "" .kind) "configMap" }}{{ $_ := set $volume "configMap" (dict "name" .source) }}{{ end }}',
      '{{- if eq (default "" .kind) "secret" }}{{ $_ := set $volume "secret" (dict "secretName" .source "defaultMode" 256) }}{{ end }}',
      '{{- $items = append $items $volume }}',
      '{{- end }}',
      '{{- else if eq $how "mounts" }}',
      '{{- range $value }}',
      '{{- if .mountPath }}',
      `{{- $mount := dict "name" (print "${VOLUME_PREFIX}" .name) "mountPath" .mountPath }}`,
      '{{- if .subPath }}{{ $_ := set $mount "subPath" .subPath }}{{ end }}',
      '{{- if ternary .readOnly (hasKey . "kind") (hasKey . "readOnly") }}{{ $_ := set $mount "readOnly" true }}{{ end }}',
      '{{- $items = append $items $mount }}',
      '{{- end }}',
      '{{- end }}',
      '{{- end }}',
      '{{- $_ := set $into $key $items }}',
      '{{- end }}',
      '{{- end }}',
    ],
  };
}

/** Objects of a team's own, whole. */
export function extraObjectsTemplate(namespace: string, { objects, withoutNamespace }: ExtraSettings): string {
  const kinds = withoutNamespace.map((kind) => JSON.stringify(kind)).join(' ');
  return [
    `{{- range .Values.${objects} }}`,
    '---',
    '{{- $object := deepCopy . }}',
    `{{- $isAnywhere := or (has .kind (list ${kinds})) (and (hasPrefix "Cluster" .kind) (ne .kind "Cluster")) }}`,
    '{{- if not (or $isAnywhere .metadata.namespace) }}',
    `{{- $_ := set $object.metadata "namespace" (${namespace}) }}`,
    '{{- end }}',
    '{{ toPrettyJson $object }}',
    '{{- end }}',
    '',
  ].join('\n');
}
