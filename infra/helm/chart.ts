import type { CommonSettings } from '../settings/fragments.ts';
import type { StackDefinition } from '../stacks/definition.ts';
import { chartFile } from './chart-file.ts';
import { ciFiles } from './ci-values.ts';
import { type DerivedObject, derive } from './derive.ts';
import type { Leaf } from './leaves.ts';
import type { Node } from './nodes.ts';
import { notesFile } from './notes-file.ts';
import type { Project } from './project.ts';
import { readme } from './readme.ts';
import { HOOK, NOTES, release } from './release.ts';
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

/** One chart of a stack, as far as its files need to know it. */
export interface ChartOf {
  readonly definition: StackDefinition;
  readonly name: string;
  /** "" for the stack's own cluster, or the name of another API server. */
  readonly folder: string;
  /** The settings that are values of this chart. */
  readonly leaves: readonly Leaf[];
  readonly project: Project;
}

/** The charts of a stack: one for its own cluster, and one for each other API server. */
export function chartsOf(definition: StackDefinition, project: Project): HelmChart[] {
  const { folders, leaves } = derive(definition);
  const [notes] = folders.get(NOTES) ?? [];
  return [...folders].flatMap(([folder, objects]) => {
    if (folder === NOTES) return [];
    const name = folder ? `${definition.name}-${folder}` : definition.name;
    const templates = templatesOf(name, objects, leaves);
    templates.set('templates/NOTES.txt', notesFile({ name, folder, leaves, stack: definition.name }, notes));
    const paths = usedPaths([...templates.values()].join('\n'), leaves);
    const chart = { definition, name, folder, project, leaves: leaves.filter(({ path }) => paths.has(path)) };
    return [{ name, paths, files: new Map([...filesAround(chart), ...templates]) }];
  });
}

function templatesOf(chart: string, objects: readonly DerivedObject[], leaves: readonly Leaf[]): Map<string, string> {
  const files = new Map([['templates/_helpers.tpl', helpers(chart)]]);
  for (const object of objects) {
    const path = templatePath(object);
    files.set(path, (files.get(path) ?? '') + templateOf(object, { chart, leaves }));
  }
  return files;
}

/** An object whose name is a setting has none here; the names of roles may hold colons. */
function templatePath({ kind, name, node }: DerivedObject): string {
  const own = name.includes('zq') ? '' : `-${name}`;
  const folder = isTest(node) ? 'templates/tests' : 'templates';
  return `${folder}/${kind.toLowerCase()}${own}.yaml`.replaceAll(':', '-');
}

function isTest(node: Node): boolean {
  const hook = ['metadata', 'annotations', HOOK].reduce<Node | undefined>((outer, key) => entryOf(outer, key), node);
  return hook?.kind === 'scalar' && hook.expression.what === 'literal' && hook.expression.value === 'test';
}

function entryOf(node: Node | undefined, key: string): Node | undefined {
  const entries = node?.kind === 'map' ? node.entries : [];
  return entries.flatMap((entry) => ('key' in entry && entry.key === key ? [entry.node] : []))[0];
}

function filesAround(chart: ChartOf): Map<string, string> {
  const { definition, folder, leaves } = chart;
  const defaults: CommonSettings = definition.settings.parse({});
  const kept = (path: string) => leaves.some((leaf) => leaf.path === path);
  return new Map([
    ['Chart.yaml', chartFile(chart, release(definition, defaults).get(folder) ?? [])],
    ['values.yaml', valuesFile(definition.settings, defaults, kept)],
    ['values.schema.json', `${JSON.stringify(valuesSchema(definition.settings, kept), null, 2)}\n`],
    ['README.md', readme(chart, defaults)],
    // For `helm lint` and for readers; a package needs them not.
    ['.helmignore', 'ci/\n'],
    ...ciFiles(chart).map(([file, text]) => [`ci/${file}`, text] as const),
  ]);
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
