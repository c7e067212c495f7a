import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { StepFailure } from '../step.ts';

const CHARTS = resolve(import.meta.dirname, '../../../charts-out/helm');

/** A chart that `npm run charts` wrote. */
export interface Chart {
  /** Also the name of its release: with this one a chart's objects have the names that the manifests give them. */
  readonly name: string;
  readonly folder: string;
}

export function chartFor(name: string): Chart {
  const folder = join(CHARTS, name);
  if (!existsSync(join(folder, 'Chart.yaml'))) {
    throw new StepFailure(`there is no chart ${folder}: write it with npm run charts, or leave --helm out`);
  }
  return { name, folder };
}

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
}
type Values = Readonly<Record<string, unknown>>;

/**
 * The settings in use as a chart's values: those that its closed schema knows. The namespace is there before its
 * release, which helm keeps in it, and is therefore never a part of the release.
 */
export function valuesFor({ folder }: Chart, settings: object): Values {
  const schema = JSON.parse(readFileSync(join(folder, 'values.schema.json'), 'utf8')) as Schema;
  const values = known(schema, settings as Values);
  if (schema.properties?.namespace?.properties?.create === undefined) return values;
  return { ...values, namespace: { ...(values.namespace as Values), create: false } };
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
