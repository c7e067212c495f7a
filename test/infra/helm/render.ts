import { deepStrictEqual } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadAll, YAML11_SCHEMA } from 'js-yaml';
import { CLAIM_ANNOTATION } from '../../../infra/charts/program.ts';
import type { HelmChart } from '../../../infra/helm/chart.ts';
import type { StackDefinition } from '../../../infra/stacks/definition.ts';
import type { KubeObject } from '../../../infra/synth/synthesize.ts';
import { kubernetesTool } from '../../tools/kubernetes-tools.ts';

/** A chart as it is on disk: its name and its files, by path below its folder; of which other API server it is, if any. */
export type ChartFiles = Pick<HelmChart, 'files' | 'name'> & { readonly folder?: string };

/** Both versions of helm, as far as this machine has them. */
export const helms = (['helm3', 'helm4'] as const).flatMap((tool) => {
  const helm = kubernetesTool(tool);
  return helm === undefined ? [] : [{ version: tool.slice(4), helm }];
});

const COMMITTED = 'charts-out/helm';

/** The charts of a stack as they are committed, with the folder of the manifests that each is made of. */
export function committedCharts({ name }: Pick<StackDefinition, 'name'>): (ChartFiles & { folder: string })[] {
  return readdirSync(COMMITTED)
    .filter((chart) => chart === name || chart.startsWith(`${name}-`))
    .map((chart) => ({ name: chart, folder: chart.slice(name.length + 1), files: filesBelow(join(COMMITTED, chart)) }));
}

function filesBelow(folder: string): Map<string, string> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    paths.map(({ name, parentPath }) => {
      const path = join(parentPath, name);
      return [path.slice(folder.length + 1), readFileSync(path, 'utf8')];
    }),
  );
}

/** Gives a chart on disk to `use`, and takes it away afterwards. */
export function withChart<Result>({ files, name }: ChartFiles, use: (folder: string) => Result): Result {
  const parent = mkdtempSync(join(tmpdir(), 'chart-'));
  try {
    write(join(parent, name), files);
    return use(join(parent, name));
  } finally {
    rmSync(parent, { recursive: true, force: true });
  }
}

export function write(folder: string, files: ReadonlyMap<string, string>): void {
  for (const [path, content] of files) {
    const file = join(folder, path);
    if (!existsSync(dirname(file))) mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

/**
 * Renders one chart with many values in one run of helm, which is what makes hundreds of them affordable: a chart that
 * has it as a part once for each of the values, under aliases.
 */
export function renderAll(
  helm: string,
  chart: ChartFiles,
  all: readonly unknown[],
  options: readonly string[] = [],
): KubeObject[][] {
  const dependencies = all.map((_, index) => ({ name: chart.name, version: '*', alias: alias(index) }));
  const folder = parentOf(chart);
  const own = new Map([
    ['Chart.yaml', JSON.stringify({ apiVersion: 'v2', name: 'all', version: '0.0.0', dependencies })],
    ['values.yaml', asYaml(Object.fromEntries(all.map((values, index) => [alias(index), placed(chart, values)])))],
  ]);
  write(folder, own);
  const output = template(helm, chart.name, folder, ...options);
  const found = all.map((): string[] => []);
  for (const part of output.split(/^---$/m)) {
    const source = /^# Source: all\/charts\/r(\d+)\//m.exec(part)?.[1];
    if (source !== undefined) found[Number(source)]?.push(part);
  }
  return found.map((texts) => texts.flatMap((text) => parsed(text.replace(/^# Source: .*$/m, ''))));
}

/** The chart that has it as a part. It stays, with the run's other files, for a worker writes it a dozen times. */
function parentOf({ files, name }: ChartFiles): string {
  const known = parents.get(files);
  if (known) return known;
  const folder = mkdtempSync(join(tmpdir(), 'charts-'));
  write(join(folder, 'charts', name), files);
  parents.set(files, folder);
  return folder;
}

const parents = new WeakMap<ChartFiles['files'], string>();

/** Read once, for most documents are the same for many values, and of both helms. Whoever asks only looks at them. */
function parsed(text: string): readonly KubeObject[] {
  const known = documents.get(text) ?? objectsIn(text);
  if (documents.size >= MAX_DOCUMENTS) documents.clear();
  documents.set(text, known);
  return known;
}

const documents = new Map<string, readonly KubeObject[]>();
const MAX_DOCUMENTS = 20_000;

/** JSON is YAML, but for what YAML 1.1 takes for line ends and refuses. */
const asYaml = (values: unknown): string =>
  JSON.stringify(values).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** In the namespace and of the version that the program takes when nothing is said, which a release otherwise says itself. */
function placed({ files, folder = '', name }: ChartFiles, values: unknown): unknown {
  if (values === null || typeof values !== 'object') return values;
  const stack = folder === '' ? name : name.slice(0, -folder.length - 1);
  const usual = valuesFor({ name, files }, { namespace: { name: stack, create: true }, images: { tag: 'latest' } });
  const given = values as Record<string, object | undefined>;
  const laid = Object.entries(usual).map(([section, below]) => [section, { ...(below as object), ...given[section] }]);
  return { ...given, ...Object.fromEntries(laid) };
}

const alias = (index: number): string => `r${index}`;

export function template(helm: string, release: string, folder: string, ...options: string[]): string {
  return execFileSync(helm, ['template', release, folder, ...options], {
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Strict: a key that is there twice is a mistake. YAML 1.1, as helm and kubectl read it. */
export const objectsIn = (text: string): KubeObject[] =>
  (loadAll(text, { schema: YAML11_SCHEMA }) as (KubeObject | null | undefined)[]).filter(
    (object): object is KubeObject => object !== null && object !== undefined,
  );

/** Two of one name may be in different namespaces. */
export const titleOf = ({ kind, metadata: { name, namespace = '' } }: KubeObject): string =>
  `${kind}/${name}${namespace && ` in ${namespace}`}`;

/** Objects by kind, name and namespace, to compare. */
export function byTitle(objects: readonly KubeObject[]): Record<string, KubeObject> {
  return Object.fromEntries(objects.map((object) => [titleOf(object), object]));
}

/** A claim of a chart bears what was asked for, which its manifest does not: it must be right, and is left out here to compare the two. */
export function withoutRecord(object: KubeObject): KubeObject {
  if (object.kind !== 'PersistentVolumeClaim') return object;
  const { [CLAIM_ANNOTATION]: claimed = '', ...annotations } = object.metadata.annotations ?? {};
  const { resources, ...fixed } = object.spec as { resources: unknown };
  deepStrictEqual(JSON.parse(claimed), fixed);
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** The part of some settings that a chart has values for. */
export const valuesFor = (chart: ChartFiles, settings: unknown): Record<string, unknown> =>
  selected(settings, schemaOf(chart)) as Record<string, unknown>;

export interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** Of a chart's values: read once, for it is asked hundreds of times, and has up to a third of a megabyte. */
export function schemaOf({ files }: ChartFiles): Schema {
  const schema = schemas.get(files) ?? (JSON.parse(files.get('values.schema.json') ?? '{}') as Schema);
  schemas.set(files, schema);
  return schema;
}

const schemas = new WeakMap<ChartFiles['files'], Schema>();

function selected(settings: unknown, { properties }: Schema): unknown {
  if (!properties || settings === null || typeof settings !== 'object' || Array.isArray(settings)) return settings;
  return Object.fromEntries(
    Object.entries(settings).flatMap(([key, value]) => {
      const below = properties[key];
      if (!below) return [];
      const inner = selected(value, below);
      const emptied = below.properties && Object.keys(inner as object).length === 0;
      return emptied ? [] : [[key, inner]];
    }),
  );
}
