import { type CommonSettings, common } from '../settings/fragments.ts';
import type { StackDefinition } from '../stacks/definition.ts';
import type { Canonical } from './canonical.ts';
import { chartFile } from './chart-file.ts';
import type { ChartOf } from './chart-of.ts';
import { ciFiles } from './ci-values.ts';
import { derive } from './derive.ts';
import { pathsIn } from './holes.ts';
import type { DerivedObject } from './learn.ts';
import { type Leaf, leavesOf } from './leaves.ts';
import { entryOf, type Node } from './nodes.ts';
import { notesFile } from './notes-file.ts';
import type { Project } from './project.ts';
import { readme } from './readme.ts';
import { HOOK, NOTES, release } from './release.ts';
import { helpersFile, releaseSettings } from './release-settings.ts';
import { templatesOf } from './template.ts';
import { validateTemplate } from './validate.ts';
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
export function chartsOf(definition: StackDefinition, project: Project): HelmChart[] {
  const { canonical, folders, leaves } = derive(definition);
  const charts = chartsFrom(definition, folders, leaves, canonical, project);
  const used = new Set(charts.flatMap(({ paths }) => [...paths]));
  const without = leaves.find(({ path }) => !used.has(path) && !isCommon(path));
  if (without) throw new Error(`${without.path}: has no effect in any chart of ${definition.name}`);
  return charts;
}

/** What every stack has: not every one has what it is about. */
const COMMON = new Set(Object.keys(common('')));
const isCommon = (path: string): boolean => COMMON.has(path.split('.')[0] ?? '');

function chartsFrom(
  definition: StackDefinition,
  folders: ReadonlyMap<string, readonly DerivedObject[]>,
  leaves: readonly Leaf[],
  canonical: Canonical,
  project: Project,
): HelmChart[] {
  const [notes] = folders.get(NOTES) ?? [];
  return [...folders].flatMap(([folder, objects]) => {
    if (folder === NOTES) return [];
    const name = folder ? `${definition.name}-${folder}` : definition.name;
    const { helpers, paths, texts } = templatesOf(name, objects, leaves, canonical);
    const templates = filesOf(objects, texts);
    const notesText = notesFile({ name, folder, leaves, canonical, stack: definition.name }, notes);
    if (!folder && notes) for (const path of pathsIn(notes.node)) paths.add(path);
    templates.set('templates/NOTES.txt', notesText);
    const settings = releaseSettings(definition.settings);
    const used = usedPaths(paths, leavesOf(settings));
    const validate = validateTemplate(name, definition, (path) => used.has(path));
    if (validate) templates.set('templates/validate.yaml', validate);
    templates.set(
      'templates/_helpers.tpl',
      helpersFile(name, definition.name, helpers, [...templates.values()].join('\n')),
    );
    const own = leavesOf(settings).filter(({ path }) => used.has(path));
    const chart = { definition, settings, name, folder, project, leaves: own };
    return [{ name, paths: used, files: new Map([...filesAround(chart), ...templates]) }];
  });
}

function filesOf(objects: readonly DerivedObject[], texts: readonly string[]): Map<string, string> {
  const files = new Map<string, string>();
  objects.forEach((object, at) => {
    const path = templatePath(object);
    files.set(path, (files.get(path) ?? '') + texts[at]);
  });
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

function filesAround(chart: ChartOf): Map<string, string> {
  const { definition, folder, leaves, settings } = chart;
  const defaults: CommonSettings = definition.settings.parse({});
  const kept = (path: string) => leaves.some((leaf) => leaf.path === path);
  return new Map([
    ['Chart.yaml', chartFile(chart, release(definition, defaults).get(folder) ?? [])],
    ['values.yaml', valuesFile(settings, settings.parse({}), kept)],
    ['values.schema.json', `${JSON.stringify(valuesSchema(settings, kept), null, 2)}\n`],
    ['README.md', readme(chart, defaults)],
    // For `helm lint` and for readers; a package needs them not.
    ['.helmignore', 'ci/\n'],
    ...ciFiles(chart).map(([file, text]) => [`ci/${file}`, text] as const),
  ]);
}

const OF_ALL_IMAGES = ['global.imageRegistry', 'images.registry', 'images.tag'];

/** The settings among those paths, and below them: an image is read as a whole, and with what all images have in common. */
function usedPaths(read: ReadonlySet<string>, leaves: readonly Leaf[]): Set<string> {
  const image = [...read].some((path) => leaves.some((leaf) => leaf.path === `${path}.repository`));
  return new Set(
    leaves
      .map(({ path }) => path)
      .filter((path) => {
        if (image && OF_ALL_IMAGES.includes(path)) return true;
        return [...read].some((each) => path === each || path.startsWith(`${each}.`));
      }),
  );
}
