import type { Answered } from './program.ts';

/** A template that a chart has if something includes it. */
interface Helper {
  readonly name: string;
  readonly what: string;
  readonly body: string;
  /** Those that it includes itself. */
  readonly needs?: readonly string[];
}

/** With it, and a dash, a name still has room behind the prefix. */
const LONGEST_RELEASE = 24;

/** _helpers.tpl: those that are included somewhere, and what the chart's objects share. */
export function helpersFile(
  chart: string,
  program: string,
  answered: Answered,
  included: ReadonlySet<string>,
  shared: readonly string[],
): string {
  const all = helpers(chart, program, answered);
  const needed = new Set([...included, ...all.flatMap(({ name, needs = [] }) => (included.has(name) ? needs : []))]);
  const kept = all
    .filter(({ name }) => needed.has(name))
    .map(({ body, name, what }) => `{{/* ${what} */}}\n{{- define "${chart}.${name}" -}}\n${body}\n{{- end }}\n`);
  return [...kept, ...shared].join('\n');
}

function helpers(chart: string, program: string, { images, namePrefix, namespace }: Answered): Helper[] {
  const own = [...new Set([chart, program])].map((name) => JSON.stringify(name)).join(' ');
  return [
    {
      name: 'prefix',
      what: 'What the names of all objects begin with: nothing for a release that is called like its chart, else its name.',
      body: `{{- if .Values.${namePrefix} }}{{ .Values.${namePrefix} }}
{{- else if not (has .Release.Name (list ${own})) }}
{{- if gt (len .Release.Name) ${LONGEST_RELEASE} }}{{ fail "the release's name is longer than ${LONGEST_RELEASE}, and names of objects begin with it: set ${namePrefix}" }}{{ end -}}
{{ .Release.Name }}-
{{- end -}}`,
    },
    {
      name: 'namespace',
      what: 'The namespace: that of the release, unless the values name another one.',
      body: `{{- .Values.${namespace} | default .Release.Namespace -}}`,
    },
    {
      name: 'image',
      what: 'The reference of an image; what it leaves empty comes from the settings of all images.',
      body: `{{- $root := index . 0 -}}
{{- $image := index . 1 -}}
{{- with ($root.Values.global).imageRegistry | default $image.registry | default $root.Values.${images?.registry} }}{{ . }}/{{ end -}}
{{ $image.repository }}:{{ $image.tag | default (include "${chart}.image-tag" $root) }}
{{- with $image.digest }}@{{ . }}{{ end -}}`,
      needs: ['image-tag'],
    },
    {
      name: 'image-registry',
      what: 'The registry of our own images.',
      body: `{{- (.Values.global).imageRegistry | default .Values.${images?.registry} -}}`,
    },
    {
      name: 'image-tag',
      what: "The version of our own images: the chart's, unless the values name another one.",
      body: `{{- .Values.${images?.tag} | default .Chart.AppVersion -}}`,
    },
    {
      name: 'text',
      what: 'A text, or the number that was given in its place, whole.',
      body: `{{- toJson . | trimAll "\\"" -}}`,
    },
    {
      name: 'chart',
      what: 'Name and version of the chart, as a label may have them.',
      body: `{{- printf "${chart}-%s" .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" -}}`,
    },
    {
      name: 'checksum',
      what: 'A mark of these contents: pods that read a ConfigMap are rolled when it changes, and a Job becomes another one.',
      body: `{{- $root := index . 0 -}}
{{- $data := dict -}}
{{- range rest . }}{{ $data = merge $data (include (print "${chart}." .) $root | fromYaml) }}{{ end -}}
{{- $data | toRawJson | sha256sum | trunc 16 -}}`,
    },
  ];
}
