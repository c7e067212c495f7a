import { Yaml } from 'cdk8s';
import { at, put } from '../data/paths.ts';
import type { ChartOf } from './chart-of.ts';
import type { Leaf } from './leaves.ts';

/** Values of each example, as far as this chart has them. */
export function ciFiles({ leaves, program: { examples = {} } }: ChartOf): [string, string][] {
  return Object.entries(examples).map(([name, settings]) => [
    `${name}-values.yaml`,
    Yaml.stringify(selected(settings, leaves)),
  ]);
}

/** The part of some settings that a chart has values for. */
export function selected(settings: unknown, leaves: readonly Pick<Leaf, 'path'>[]): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const { path } of leaves) {
    const value = at(settings, path);
    if (value !== undefined) put(result, path, value);
  }
  return result;
}
