import { Yaml } from 'cdk8s';
import type { StackDefinition } from '../stacks/definition.ts';
import { type Derived, derive } from './derive.ts';
import { at } from './expressions.ts';
import type { Leaf } from './leaves.ts';
import { readme } from './readme.ts';
import { NOTES } from './release.ts';
import { templateOf } from './template.ts';
import { valuesFile } from './values.ts';
import { valuesSchema } from './values-schema.ts';

/** A chart's files, by path below its folder. */
export interface HelmChart {
  readonly name: string;
  readonly files: ReadonlyMap<string, string>;
  /** The settings that are values of this chart. */
  readonly paths: ReadonlySet<string>;
}

/** The charts of a stack: one for its own cluster, and one for each other API server. */
export function chartsOf(definition: StackDefinition, version: string): HelmChart[] {
  const derived = derive(definition);
  return [...derived.folders.keys()]
    .filter((folder) => folder !== NOTES)
    .map((folder) => chartOf(definition, derived, folder, version));
}

function chartOf(definition: StackDefinition, derived: Derived, folder: string, version: string): HelmChart {
  const name = folder ? `${definition.name}-${folder}` : definition.name;
  const files = new Map<string, string>();
  for (const object of derived.folders.get(folder) ?? []) {
    const base = object.name.includes('zq') ? '' : `-${object.name}`;
    const path = `templates/${object.kind.toLowerCase()}${base}.yaml`.replaceAll(':', '-');
    files.set(path, (files.get(path) ?? '') + templateOf(object, { chart: name, leaves: derived.leaves }));
  }
  const paths = usedPaths([...files.values()].join('\n'), derived.leaves);
  const kept = (path: string) => paths.has(path);
  const defaults = definition.settings.parse({});
  files.set('templates/_helpers.tpl', helpers(name));
  files.set('Chart.yaml', chartFile(name, folder, definition, version));
  files.set('values.yaml', valuesFile(definition.settings, defaults, kept));
  files.set('values.schema.json', `${JSON.stringify(valuesSchema(definition.settings, kept), null, 2)}\n`);
  files.set(
    'README.md',
    readme(
      name,
      definition,
      derived.leaves.filter(({ path }) => kept(path)),
      version,
    ),
  );
  files.set('.helmignore', 'ci/\n');
  for (const [environment, values] of Object.entries(definition.environments)) {
    files.set(`ci/${environment}-values.yaml`, Yaml.stringify(selected(values, derived.leaves, kept)));
  }
  return { name, files, paths };
}

/** The part of some settings that this chart has values for. */
export function selected(
  values: unknown,
  leaves: readonly Leaf[],
  kept: (path: string) => boolean,
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const { path } of leaves.filter((leaf) => kept(leaf.path))) {
    const value = at(values, path);
    if (value === undefined) continue;
    const keys = path.split('.');
    const last = keys.pop() ?? '';
    let target = result;
    for (const key of keys) {
      target[key] ??= {};
      target = target[key] as Record<string, unknown>;
    }
    target[last] = value;
  }
  return result;
}

/** The settings that templates read; an image, as a whole. */
function usedPaths(templates: string, leaves: readonly Leaf[]): Set<string> {
  const read = new Set([...templates.matchAll(/\.Values\.([a-zA-Z0-9.]+)/g)].map(([, path]) => path ?? ''));
  const image = templates.includes('.image" (list');
  return new Set(
    leaves
      .map(({ path }) => path)
      .filter((path) => {
        if (image && (path === 'images.registry' || path === 'images.tag')) return true;
        return [...read].some((each) => path === each || (each !== '' && path.startsWith(`${each}.`)));
      }),
  );
}

const helpers = (
  chart: string,
): string => `{{/* The reference of an image; what it leaves empty comes from the settings of all images. */}}
{{- define "${chart}.image" -}}
{{- $root := index . 0 -}}
{{- $image := index . 1 -}}
{{- with $image.registry | default $root.Values.images.registry }}{{ . }}/{{ end -}}
{{ $image.repository }}:{{ $image.tag | default $root.Values.images.tag }}
{{- with $image.digest }}@{{ . }}{{ end -}}
{{- end }}
`;

function chartFile(name: string, folder: string, { what }: StackDefinition, version: string): string {
  return Yaml.stringify({
    apiVersion: 'v2',
    name,
    description: folder ? `For the API server of ${folder}: ${what}` : what,
    type: 'application',
    version,
    appVersion: version,
    kubeVersion: '>=1.30.0-0',
    icon: 'https://raw.githubusercontent.com/cncf/artwork/main/projects/kubernetes/icon/color/kubernetes-icon-color.svg',
    annotations: { 'artifacthub.io/license': 'Apache-2.0' },
  });
}
