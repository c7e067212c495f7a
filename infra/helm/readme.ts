import type { StackDefinition } from '../stacks/definition.ts';
import type { Leaf } from './leaves.ts';

/** README.md of a chart: how to install it, and the table of its values. */
export function readme(chart: string, { what }: StackDefinition, leaves: readonly Leaf[], version: string): string {
  const rows = leaves.map((leaf) => `| \`${leaf.path}\` | ${cell(docOf(leaf))} | ${code(leaf.fallback)} |`);
  return `# ${chart}

${what}

This chart is written by \`npm run charts\` from the same typed program as the plain manifests; it is never edited by hand.

\`\`\`sh
helm install ${chart} . --values my-values.yaml
helm package . && helm push ${chart}-${version}.tgz oci://registry.example.com/charts
\`\`\`

## Values

| Value | What it is | Default |
| --- | --- | --- |
${rows.join('\n')}
`;
}

const docOf = (leaf: Leaf): string => leaf.doc + (leaf.options.length > 0 ? ` One of ${leaf.options.join(', ')}.` : '');
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function code(value: unknown): string {
  const json = JSON.stringify(value);
  return json === undefined ? '' : `\`${cell(json.length > 80 ? `${json.slice(0, 80)}…` : json)}\``;
}
