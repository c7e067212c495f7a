import type { z } from 'zod';
import type { CreatedAtDeploy } from '../constructs/created-at-deploy.ts';
import type { CommonSettings } from '../settings/fragments.ts';
import { allowed } from '../settings/mistakes.ts';
import type { ChartOf } from './chart-of.ts';
import type { Leaf } from './leaves.ts';

/** README.md of a chart: how to install it, and the table of its values. */
export function readme(chart: ChartOf, defaults: CommonSettings): string {
  const { definition, folder, leaves, name, project } = chart;
  const namespace = defaults.namespace.name;
  const install = `helm install ${name} oci://registry.example.com/charts/${name} --version ${project.version} --namespace ${namespace} --values my-values.yaml`;
  return `# ${name}

${folder ? `For the API server of ${folder}. ` : ''}${definition.what}

This chart is written by \`npm run charts\` from the same typed program as the plain manifests; it is never edited by hand.
${folder ? '' : before(definition.createdAtDeploy(defaults), namespace)}
## Installing

\`\`\`sh
${install}
${folder ? '' : `helm test ${name} --namespace ${namespace} --logs\n`}\`\`\`

What you do not set has the defaults below. Values are checked before anything is rendered: an unknown key, a wrong type or a value out of range is refused.
\`ci/\` has values that are tested: ${ciNames(chart)}.

## Values

| Value | What it is | Allowed | Default |
| --- | --- | --- | --- |
${leaves.map(row).join('\n')}
`;
}

/** With the default values; the notes after an installation say it for the values given. */
function before(needed: readonly CreatedAtDeploy[], namespace: string): string {
  const lines = needed
    .filter(({ kind }) => kind !== 'PersistentVolumeClaim')
    .map((each) =>
      [`# ${each.what}${each.madeBy === undefined ? '' : ` (${each.madeBy})`}`, command(each, namespace)].join('\n'),
    );
  if (lines.length === 0) return '';
  return `
## Before

Secrets are in no chart. The pods wait for these, which \`npm run deploy\` makes by itself; each file holds the value of one key:

\`\`\`sh
kubectl create namespace ${namespace}
${lines.join('\n')}
\`\`\`
`;
}

function command({ keys, kind, name }: CreatedAtDeploy, namespace: string): string {
  const what = kind === 'Secret' ? 'secret generic' : 'configmap';
  return `kubectl --namespace ${namespace} create ${what} ${name} ${keys.map((key) => `--from-file=${key}`).join(' ')}`;
}

const ciNames = ({ definition: { environments, examples = {} } }: ChartOf): string =>
  Object.keys({ ...environments, ...examples }).join(', ');

const row = (leaf: Leaf): string =>
  `| \`${leaf.path}\` | ${cell(leaf.doc)} | ${cell(allowed(leaf.schema as z.ZodType))} | ${code(leaf.fallback)} |`;

export const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function code(value: unknown): string {
  const json = JSON.stringify(value);
  return json === undefined ? '' : `\`${cell(json.length > 80 ? `${json.slice(0, 80)}…` : json)}\``;
}
