import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { HelmChart } from '../../../infra/helm/chart.ts';
import type { KubeObject } from '../../../infra/synth/synthesize.ts';

/** Gives a chart on disk to `use`, and takes it away afterwards. */
export function withChart<Result>(
  { files, name }: Pick<HelmChart, 'files' | 'name'>,
  use: (folder: string) => Result,
): Result {
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
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

/**
 * Renders one chart with many values in one run of helm, which is what makes hundreds of them affordable: a chart that
 * has it as a part once for each of the values, under aliases.
 */
export function renderAll(helm: string, chart: HelmChart, all: readonly unknown[]): KubeObject[][] {
  const dependencies = all.map((_, index) => ({ name: chart.name, version: '*', alias: alias(index) }));
  const parts = [...chart.files].map(([path, content]) => [`charts/${chart.name}/${path}`, content] as const);
  const files = new Map([
    ...parts,
    ['Chart.yaml', JSON.stringify({ apiVersion: 'v2', name: 'all', version: '0.0.0', dependencies })],
    ['values.yaml', JSON.stringify(Object.fromEntries(all.map((values, index) => [alias(index), values])))],
  ]);
  const output = withChart({ name: 'all', files }, (folder) =>
    execFileSync(helm, ['template', 'release', folder], {
      encoding: 'utf8',
      maxBuffer: 2 ** 30,
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
  const found = all.map((): KubeObject[] => []);
  for (const part of output.split(/^---$/m)) {
    const source = /^# Source: all\/charts\/r(\d+)\//m.exec(part)?.[1];
    if (source === undefined) continue;
    found[Number(source)]?.push(...objectsIn(part));
  }
  return found;
}

const alias = (index: number): string => `r${index}`;

/** Strict: a key that is there twice is a mistake. YAML 1.1, as helm and kubectl read it. */
export function objectsIn(text: string): KubeObject[] {
  return parseAllDocuments(text, { version: '1.1', uniqueKeys: true }).flatMap((document) => {
    if (document.errors.length > 0) throw new Error(`${document.errors[0]?.message}\n${text}`);
    const object = document.toJS() as KubeObject | null;
    return object ? [object] : [];
  });
}

/** Objects by kind and name, to compare. */
export function byTitle(objects: readonly KubeObject[]): Record<string, KubeObject> {
  return Object.fromEntries(objects.map((object) => [`${object.kind}/${object.metadata.name}`, object]));
}
