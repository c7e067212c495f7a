import { GoTemplate } from './go-template.ts';
import type { DerivedObject } from './learn.ts';
import type { Leaf } from './leaves.ts';
import type { Entry, Node } from './nodes.ts';
import { Printer } from './print.ts';
import { templateOf } from './template.ts';

/** What may change of a claim that exists: its size, upwards. */
const CHANGEABLE = 'resources';
const PLACEHOLDER = 'spec: the-spec';

/**
 * The template of a volume claim. All of it but the size was fixed when it was made: an upgrade with another storage class
 * or access mode keeps what the cluster has, rather than fail. Where there is no cluster to be asked (helm template) and
 * where there is no claim yet, it is what the values say.
 */
export function claimTemplate(object: DerivedObject, context: { chart: string; leaves: readonly Leaf[] }): string {
  const spec = entryOf(object.node, 'spec');
  if (spec?.kind !== 'map' || object.node.kind !== 'map') return templateOf(object, context);
  const go = new GoTemplate(context.chart, context.leaves);
  const printed = (entries: readonly Entry[]): string[] => new Printer(go).block({ kind: 'map', entries }, 2, {});
  const fixed = spec.entries.filter((entry) => !('key' in entry) || entry.key !== CHANGEABLE);
  const changeable = spec.entries.filter((entry) => !fixed.includes(entry));
  const where = (key: string): string => nameIn(entryOf(entryOf(object.node, 'metadata'), key), go);
  const lines = [
    `{{- $there := lookup "v1" "PersistentVolumeClaim" ${where('namespace')} ${where('name')} }}`,
    'spec:',
    '  {{- if $there }}',
    `  {{- omit $there.spec "${CHANGEABLE}" | toYaml | nindent 2 }}`,
    '  {{- else }}',
    ...printed(fixed),
    '  {{- end }}',
    ...printed(changeable),
  ];
  return templateOf({ ...object, node: withSpec(object.node, placeholder) }, context).replace(PLACEHOLDER, () =>
    lines.join('\n'),
  );
}

const placeholder: Node = { kind: 'scalar', expression: { what: 'literal', value: 'the-spec' } };

const withSpec = (node: Extract<Node, { kind: 'map' }>, spec: Node): Node => ({
  kind: 'map',
  entries: node.entries.map((entry) => ('key' in entry && entry.key === 'spec' ? { ...entry, node: spec } : entry)),
});

function entryOf(node: Node | undefined, key: string): Node | undefined {
  const entries = node?.kind === 'map' ? node.entries : [];
  return entries.flatMap((entry) => ('key' in entry && entry.key === key ? [entry.node] : []))[0];
}

/** A text of the metadata as an operand of a function. */
function nameIn(node: Node | undefined, go: GoTemplate): string {
  if (node?.kind !== 'scalar') throw new Error('a claim whose name is no text');
  const { expression } = node;
  if (expression.what === 'literal') return JSON.stringify(expression.value);
  if (expression.what !== 'text') throw new Error('a claim whose name is no text');
  const parts = expression.parts.map((part) =>
    typeof part === 'string' ? JSON.stringify(part) : `(${go.ref(part, {})})`,
  );
  return parts.length === 1 ? String(parts[0]) : `(print ${parts.join(' ')})`;
}
