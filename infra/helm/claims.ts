import { GoTemplate } from './go-template.ts';
import type { DerivedObject } from './learn.ts';
import type { Leaf } from './leaves.ts';
import { type Entry, entryOf, type Node } from './nodes.ts';
import { Printer } from './print.ts';
import { templateOf } from './template.ts';

/** What may change of a claim that exists: its size, upwards. */
const CHANGEABLE = 'resources';
/**
 * A claim bears the rest of its spec as it was asked for at first. Its spec in the cluster is no use for that: it has the
 * default class and the volume filled in, and a rollback to the revision that did not name them would try to remove them.
 */
export const CLAIMED = 'mlplatform.io/claimed';
const FIXED = 'the-fixed-part';
const SPEC = 'the-spec';

/**
 * The template of a volume claim. All of it but the size was fixed when it was made: an upgrade with another storage class
 * or access mode, and a rollback, ask for what was asked for then, rather than fail. Where there is no cluster to be asked
 * (helm template) and where there is no claim yet, it is what the values say. A claim that was not made by the chart
 * keeps the spec it has.
 */
export function claimTemplate(object: DerivedObject, context: { chart: string; leaves: readonly Leaf[] }): string {
  const spec = entryOf(object.node, 'spec');
  const metadata = entryOf(object.node, 'metadata');
  if (spec?.kind !== 'map' || metadata === undefined) return templateOf(object, context);
  const go = new GoTemplate(context.chart, context.leaves);
  const printed = (entries: readonly Entry[]): string[] => new Printer(go).block({ kind: 'map', entries }, 2, {});
  const fixed = spec.entries.filter((entry) => !('key' in entry) || entry.key !== CHANGEABLE);
  const changeable = spec.entries.filter((entry) => !fixed.includes(entry));
  const where = (key: string): string => nameIn(entryOf(metadata, key), go);
  const asked = [
    '{{- $fixed := tpl `',
    ...printed(fixed),
    '` . | fromYaml }}',
    `{{- with lookup "v1" "PersistentVolumeClaim" ${where('namespace')} ${where('name')} }}`,
    `  {{- $fixed = dig "annotations" "${CLAIMED}" (omit .spec "${CHANGEABLE}" | toJson) .metadata | fromJson }}`,
    '{{- end }}',
    'metadata:',
  ];
  const kept = ['spec:', '  {{- toYaml $fixed | nindent 2 }}', ...printed(changeable)];
  const annotations = withEntry(entryOf(metadata, 'annotations'), CLAIMED, scalar(FIXED));
  const node = withEntry(object.node, 'metadata', withEntry(metadata, 'annotations', annotations));
  return templateOf({ ...object, node: withEntry(node, 'spec', scalar(SPEC)) }, context)
    .replace(/^metadata:$/m, () => asked.join('\n'))
    .replace(FIXED, () => '{{ toJson $fixed | quote }}')
    .replace(`spec: ${SPEC}`, () => kept.join('\n'));
}

const scalar = (value: string): Node => ({ kind: 'scalar', expression: { what: 'literal', value } });

/** A map with one entry more, or another one in its place. */
function withEntry(map: Node | undefined, key: string, node: Node): Node {
  const entries = map?.kind === 'map' ? map.entries : [];
  const isOld = (entry: Entry): boolean => 'key' in entry && entry.key === key;
  if (!entries.some(isOld)) return { kind: 'map', entries: [...entries, { key, when: true, node }] };
  return { kind: 'map', entries: entries.map((entry) => (isOld(entry) ? { ...entry, node } : entry)) };
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
