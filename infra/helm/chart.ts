import { put } from '../data/paths.ts';
import { GLOBAL_REGISTRY, valuesOf } from './answered.ts';
import { chartFile } from './chart-file.ts';
import type { ChartOf } from './chart-of.ts';
import { ciFiles } from './ci-values.ts';
import { type Derived, derive } from './derive.ts';
import { extraObjectsTemplate } from './extras.ts';
import { GoTemplate } from './go-template.ts';
import { helpersFile } from './helpers.ts';
import { pathsIn } from './holes.ts';
import type { DerivedObject } from './learn.ts';
import { type Leaf, leavesOf } from './leaves.ts';
import { notesElsewhere, notesFile } from './notes-file.ts';
import { type Answered, chartName, type Program } from './program.ts';
import { readme } from './readme.ts';
import { NOTES, release } from './release.ts';
import { isTest, templatePath, templatesOf } from './template.ts';
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

/** The charts of a program: one for the cluster of a release, and one for each other API server. */
export const chartsOf = (program: Program): HelmChart[] => chartsFrom(program, derive(program));

/** Those of what was derived. */
export function chartsFrom(program: Program, derived: Derived): HelmChart[] {
  const folders = [...derived.folders.keys()].filter((folder) => folder !== NOTES);
  const charts = folders.map((folder) => chartOf(program, derived, folder));
  const used = new Set(charts.flatMap(({ paths }) => [...paths]));
  const { mayHaveNoEffect = [] } = program;
  const without = derived.leaves.find(
    ({ path }) => !used.has(path) && !mayHaveNoEffect.includes(path.split('.')[0] ?? ''),
  );
  if (without) throw new Error(`${without.path}: has no effect in any chart of ${program.name}`);
  return charts;
}

function chartOf(program: Program, { canonical, folders, leaves, sections }: Derived, folder: string): HelmChart {
  const { answered = {}, extras, rules = [] } = program;
  const name = chartName(program, folder);
  const objects = folders.get(folder) ?? [];
  const go = new GoTemplate(name, leaves, answered);
  const { helpers, paths, texts } = templatesOf(go, objects, canonical, {
    ...program,
    sections: folder ? new Map() : sections,
  });
  const templates = filesOf(objects, texts);
  if (extras && folder === '') {
    templates.set('templates/extra-objects.yaml', extraObjectsTemplate(go.call('namespace', '$'), extras));
    paths.add(extras.objects);
  }
  const [notes] = folder ? [] : (folders.get(NOTES) ?? []);
  if (notes) for (const path of pathsIn(notes.node)) paths.add(path);
  const hasTests = objects.some(({ node }) => isTest(node));
  const text = folder ? notesElsewhere(folder, program.name) : notesFile(go, canonical, notes, hasTests);
  if (text) templates.set('templates/NOTES.txt', text);
  const values = valuesOf(program);
  const all = leavesOf(values);
  const used = usedPaths(paths, all, answered);
  // What a rule hangs on need be in no object.
  for (const { path, when } of rules) if (when && used.has(path)) used.add(when.path);
  const validate = validateTemplate(go, rules, (path) => used.has(path));
  if (validate) templates.set('templates/validate.yaml', validate);
  const helpersText = helpersFile(name, program.name, answered, go.included, helpers);
  if (helpersText) templates.set('templates/_helpers.tpl', helpersText);
  const chart = { program, values, name, folder, leaves: all.filter(({ path }) => used.has(path)) };
  return { name, paths: used, files: new Map([...filesAround(chart), ...templates]) };
}

function filesOf(objects: readonly DerivedObject[], texts: readonly string[]): Map<string, string> {
  const files = new Map<string, string>();
  objects.forEach((object, at) => {
    const path = templatePath(object);
    files.set(path, (files.get(path) ?? '') + texts[at]);
  });
  return files;
}

function filesAround(chart: ChartOf): Map<string, string> {
  const { folder, leaves, program, values } = chart;
  const defaults = program.settings.parse({});
  const kept = (path: string) => leaves.some((leaf) => leaf.path === path);
  return new Map([
    ['Chart.yaml', chartFile(chart, release(program, ofRelease(program)).get(folder) ?? [])],
    ['values.yaml', valuesFile(values, values.parse({}), kept)],
    ['values.schema.json', `${JSON.stringify(valuesSchema(values, kept, program.patternNames), null, 2)}\n`],
    ['README.md', readme(chart, defaults)],
    // For `helm lint` and for readers; a package needs them not.
    ['.helmignore', 'ci/\n'],
    ...ciFiles(chart).map(([file, text]) => [`ci/${file}`, text] as const),
  ]);
}

/** The defaults, with our own images of the version that a release has. */
function ofRelease({ answered, chart, settings }: Program): unknown {
  const given: Record<string, unknown> = {};
  if (answered?.images) put(given, answered.images.tag, chart.version);
  return settings.parse(given);
}

/** The settings among those paths, and below them: an image is read as a whole, and with what all images have in common. */
function usedPaths(read: ReadonlySet<string>, leaves: readonly Leaf[], { images }: Answered): Set<string> {
  const image = [...read].some((path) => leaves.some((leaf) => leaf.path === `${path}.repository`));
  const ofAllImages = images ? [GLOBAL_REGISTRY, images.registry, images.tag] : [];
  return new Set(
    leaves
      .map(({ path }) => path)
      .filter((path) => {
        if (image && ofAllImages.includes(path)) return true;
        return [...read].some((each) => path === each || path.startsWith(`${each}.`));
      }),
  );
}
