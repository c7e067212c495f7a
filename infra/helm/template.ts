import type { DerivedObject } from './derive.ts';
import { GoTemplate } from './go-template.ts';
import type { Leaf } from './leaves.ts';
import type { Decision } from './nodes.ts';
import { Printer } from './print.ts';

/** The template file of one object. */
export function templateOf(
  { kind, name, node, when }: DerivedObject,
  { chart, leaves }: { chart: string; leaves: readonly Leaf[] },
): string {
  const go = new GoTemplate(chart, leaves);
  const printer = new Printer(go);
  const data =
    kind === 'ConfigMap' && node.kind === 'map'
      ? node.entries.find((entry) => 'key' in entry && entry.key === 'data')
      : undefined;
  if (node.kind !== 'map' || !data || !('node' in data)) return guarded(printer.block(node, 0, {}), when, go);
  const content = [`{{- define "${go.data(name)}" -}}`, ...printer.block(data.node, 0, {}), '{{ end }}'];
  const rest = { ...node, entries: node.entries.filter((entry) => entry !== data) };
  const own = [...printer.block(rest, 0, {}), 'data:', `  {{- include "${go.data(name)}" . | nindent 2 }}`];
  return `${content.join('\n')}\n${guarded(own, when, go)}`;
}

function guarded(lines: readonly string[], when: Decision, go: GoTemplate): string {
  const text = typeof when === 'boolean' ? lines : [`{{- if ${go.condition(when, {})} }}`, ...lines, '{{- end }}'];
  return `${text.join('\n')}\n`;
}
