import type { z } from 'zod';
import { allowed } from '../data/allowed.ts';
import { at } from '../data/paths.ts';
import type { ChartOf } from './chart-of.ts';
import type { Leaf } from './leaves.ts';

/** README.md of a chart: how to install it, and the table of its values. */
export function readme({ folder, leaves, name, program }: ChartOf, defaults: unknown): string {
  const { answered, chart, what } = program;
  const namespace = answered?.namespace === undefined ? name : String(at(defaults, answered.namespace));
  const install = `helm install ${name} ${chart.registry}/${name} --version ${chart.version} --namespace ${namespace} --values my-values.yaml`;
  return `# ${name}

${folder ? `For the API server of ${folder}. ` : ''}${what}

This chart is written by \`${chart.writtenBy}\` from the same typed program as the plain manifests; it is never edited by hand.
${folder ? '' : (chart.before ?? '')}
## Installing

\`\`\`sh
${install}
${folder ? '' : `helm test ${name} --namespace ${namespace} --logs\n`}\`\`\`

What you do not set has the defaults below. Values are checked before anything is rendered: an unknown key, a wrong type or a value out of range is refused.
\`ci/\` has values that are tested: ${Object.keys(program.examples ?? {}).join(', ')}.

## Values

| Value | What it is | Allowed | Default |
| --- | --- | --- | --- |
${leaves.map(row).join('\n')}
`;
}

const row = (leaf: Leaf): string =>
  `| \`${leaf.path}\` | ${cell(leaf.doc)} | ${cell(allowed(leaf.schema as z.ZodType))} | ${code(leaf.fallback)} |`;

export const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function code(value: unknown): string {
  const json = JSON.stringify(value);
  return json === undefined ? '' : `\`${cell(json.length > 80 ? `${json.slice(0, 80)}…` : json)}\``;
}
