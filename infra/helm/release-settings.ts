import { z } from 'zod';
import type { CommonSettings } from '../settings/fragments.ts';
import { imageTag, optionalDnsLabel, registryHost } from '../settings/scalars.ts';
import { unwrap } from './leaves.ts';

/** Settings that a release answers itself where its values leave them empty: path -> name of the helper that does. */
export const HELPERS: ReadonlyMap<string, string> = new Map([
  ['namePrefix', 'prefix'],
  ['namespace.name', 'namespace'],
  ['images.registry', 'image-registry'],
  ['images.tag', 'image-tag'],
]);

/** The settings as values of a chart: where they go and what they are called is said when a release is installed. */
export function releaseSettings(settings: z.ZodType<CommonSettings>): z.ZodType {
  const { inner } = unwrap(settings);
  if (!(inner instanceof z.ZodObject)) throw new Error('settings are no object');
  const namespace = unwrap(inner.shape.namespace).inner;
  if (!(namespace instanceof z.ZodObject)) throw new Error('settings without a namespace');
  const prefix = inner.shape.namePrefix as z.ZodType;
  const images = unwrap(inner.shape.images).inner;
  if (!(images instanceof z.ZodObject)) throw new Error('settings without images');
  return z.strictObject({
    ...inner.shape,
    global: z
      .strictObject({
        imageRegistry: registryHost()
          .default('')
          .describe('Registry in the place of that of every image, such as a mirror; empty: each has its own.'),
      })
      .prefault({})
      .describe('What Helm hands to all charts of a release.'),
    images: z
      .strictObject({
        ...images.shape,
        tag: imageTag().default('').describe("Version of our own images; empty: the chart's appVersion."),
      })
      .prefault({})
      .describe((inner.shape.images as z.ZodType).description ?? ''),
    namePrefix: prefix.describe(
      "What all names of objects begin with; empty: the release's name, unless it is the chart's.",
    ),
    namespace: z
      .strictObject({
        ...namespace.shape,
        name: optionalDnsLabel().default('').describe("Name of the namespace; empty: the release's."),
        create: z
          .boolean()
          .default(false)
          .describe(
            'Write the Namespace itself; off, for helm install --create-namespace makes the one of the release.',
          ),
      })
      .prefault({})
      .describe((inner.shape.namespace as z.ZodType).description ?? ''),
  });
}

/** _helpers.tpl: those of the helpers that the templates use. */
export function helpersFile(chart: string, stack: string, shared: readonly string[], templates: string): string {
  const own = [...new Set([chart, stack])].map((name) => JSON.stringify(name)).join(' ');
  const all: [string, string, string][] = [
    [
      'prefix',
      'What the names of all objects begin with: nothing for a release that is called like its chart, else its name.',
      `{{- if .Values.namePrefix }}{{ .Values.namePrefix }}
{{- else if not (has .Release.Name (list ${own})) }}
{{- if gt (len .Release.Name) ${LONGEST_RELEASE} }}{{ fail "the release's name is longer than ${LONGEST_RELEASE}, and names of objects begin with it: set namePrefix" }}{{ end -}}
{{ .Release.Name }}-
{{- end -}}`,
    ],
    [
      'namespace',
      'The namespace: that of the release, unless the values name another one.',
      '{{- .Values.namespace.name | default .Release.Namespace -}}',
    ],
    [
      'image',
      'The reference of an image; what it leaves empty comes from the settings of all images.',
      `{{- $root := index . 0 -}}
{{- $image := index . 1 -}}
{{- with ($root.Values.global).imageRegistry | default $image.registry | default $root.Values.images.registry }}{{ . }}/{{ end -}}
{{ $image.repository }}:{{ $image.tag | default (include "${chart}.image-tag" $root) }}
{{- with $image.digest }}@{{ . }}{{ end -}}`,
    ],
    [
      'image-registry',
      'The registry of our own images.',
      '{{- (.Values.global).imageRegistry | default .Values.images.registry -}}',
    ],
    [
      'image-tag',
      "The version of our own images: the chart's, unless the values name another one.",
      '{{- .Values.images.tag | default .Chart.AppVersion -}}',
    ],
    [
      'chart',
      'Name and version of the chart, as a label may have them.',
      `{{- printf "${chart}-%s" .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" -}}`,
    ],
    [
      'checksum',
      'A mark of these contents: pods that read a ConfigMap are rolled when it changes, and a Job becomes another one.',
      `{{- $root := index . 0 -}}
{{- $data := dict -}}
{{- range rest . }}{{ $data = merge $data (include (print "${chart}." .) $root | fromYaml) }}{{ end -}}
{{- $data | toRawJson | sha256sum | trunc 16 -}}`,
    ],
  ];
  const text = [templates, ...shared, ...all.filter(([name]) => name === 'image').map(([, , body]) => body)].join('\n');
  const kept = all
    .filter(([name]) => text.includes(`include "${chart}.${name}"`))
    .map(([name, what, body]) => `{{/* ${what} */}}\n{{- define "${chart}.${name}" -}}\n${body}\n{{- end }}\n`);
  return [...kept, ...shared].join('\n');
}

/** With it, and a dash, a prefix is as long as the settings allow. */
const LONGEST_RELEASE = 24;
