import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { stringify } from 'yaml';
import { StepFailure } from './failure.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** A chart as `npm run charts` writes it; as a release of the stack's own name its objects are named as the manifests name them. */
export const chartFolder = (stack: string): string => join('charts-out/helm', stack);

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
}
type Values = Readonly<Record<string, unknown>>;

/**
 * The settings in use as a chart's values: those that its closed schema knows. The namespace is there before its
 * release, which Helm keeps in it, and is therefore never a part of the release.
 */
export function writeValues(stack: string, settings: object, file: string): void {
  const schema = JSON.parse(schemaText(stack)) as Schema;
  const values = known(schema, settings as Values);
  const hasNamespace = schema.properties?.namespace?.properties?.create !== undefined;
  const namespace = { ...(values.namespace as Values), create: false };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, stringify(hasNamespace ? { ...values, namespace } : values));
}

function schemaText(stack: string): string {
  const file = join(ROOT, chartFolder(stack), 'values.schema.json');
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new StepFailure(`there is no ${relative('.', file)}: write the charts with npm run charts`);
  }
}

function known({ properties = {} }: Schema, settings: Values): Values {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([key, value]) => {
      const schema = properties[key];
      if (schema === undefined || value === undefined) return [];
      const isSection = schema.properties !== undefined && typeof value === 'object' && value !== null;
      return [[key, isSection ? known(schema, value as Values) : value]];
    }),
  );
}
