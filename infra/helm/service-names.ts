import type { GoTemplate } from './go-template.ts';
import type { DerivedObject } from './learn.ts';
import { entryOf, withEntry } from './nodes.ts';

/**
 * A StatefulSet can never be given another governing Service: one that exists keeps its own. Where there is no cluster to
 * be asked (helm template), it is what the program says.
 */
export function withServiceNameKept(object: DerivedObject, go: GoTemplate): DerivedObject {
  const metadata = entryOf(object.node, 'metadata');
  const spec = entryOf(object.node, 'spec');
  const asked = entryOf(spec, 'serviceName');
  if (object.kind !== 'StatefulSet' || asked === undefined || spec === undefined) return object;
  const place = ['namespace', 'name'].map((key) => `"${key}" ${go.operand(entryOf(metadata, key))}`).join(' ');
  const given = `(dict ${place} "asked" ${go.operand(asked)})`;
  const code = `include "${go.chart}.${SERVICE_NAME_HELPER.name}" ${given} | quote`;
  const kept = withEntry(spec, 'serviceName', { kind: 'scalar', expression: { what: 'go', code } });
  return { ...object, node: withEntry(object.node, 'spec', kept) };
}

export const isServiceNameKept = ({ kind, node }: DerivedObject): boolean =>
  kind === 'StatefulSet' && entryOf(entryOf(node, 'spec'), 'serviceName') !== undefined;

export const SERVICE_NAME_HELPER = {
  name: 'service-name',
  what: 'The Service that names the pods of a StatefulSet: of one that is there already, its own.',
  body: ['{{- dig "spec" "serviceName" .asked (lookup "apps/v1" "StatefulSet" .namespace .name) -}}'],
} as const;
