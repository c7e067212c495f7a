import { contentOf, GoTemplate } from './go-template.ts';
import type { DerivedObject } from './learn.ts';
import type { Leaf } from './leaves.ts';
import type { Decision, Entry, Node } from './nodes.ts';
import { Printer } from './print.ts';
import { isNamedByContent } from './release.ts';

/** The template file of one object. */
export function templateOf(
  object: DerivedObject,
  { chart, leaves }: { chart: string; leaves: readonly Leaf[] },
): string {
  const { kind, name, node, when } = object;
  const go = new GoTemplate(chart, leaves);
  const printer = new Printer(go);
  const written = (entry: Entry): string[] => printer.block({ kind: 'map', entries: [entry] }, 0, {});
  const entries = node.kind === 'map' ? node.entries : [];
  const content = entries.find((entry) => 'key' in entry && entry.key === CONTENT[kind]);
  if (!content || !('key' in content)) return guarded(printer.block(node, 0, {}), when, go);
  // By itself, for a checksum of it is computed elsewhere.
  const named = contentOf(kind)(name);
  const define = [`{{- define "${chart}.${named}" -}}`, ...printer.block(content.node, 0, {}), '{{ end }}'];
  const suffix = isNamedByContent(object) ? `-{{ ${go.checksumOf([named], {})} }}` : '';
  const own = entries.flatMap((entry) =>
    entry === content
      ? [`${content.key}:`, `  {{- include "${chart}.${named}" . | nindent 2 }}`]
      : written(suffix ? withSuffix(entry, suffix) : entry),
  );
  return `${define.join('\n')}\n${guarded(own, when, go)}`;
}

/** Of whose contents checksums are computed, by kind: where it is. */
const CONTENT: Readonly<Record<string, string>> = { ConfigMap: 'data', Job: 'spec' };

/** The metadata, with something added to the name. */
function withSuffix(entry: Entry, suffix: string): Entry {
  if (!('key' in entry) || entry.key !== 'metadata' || entry.node.kind !== 'map') return entry;
  const entries = entry.node.entries.map((inner): Entry => {
    if (!('key' in inner) || inner.key !== 'name') return inner;
    return { ...inner, node: withEnd(inner.node, suffix) };
  });
  return { ...entry, node: { ...entry.node, entries } };
}

function withEnd(node: Node, end: string): Node {
  if (node.kind !== 'scalar' || node.expression.what !== 'text') throw new Error('a name that is no text');
  return { kind: 'scalar', expression: { what: 'text', parts: node.expression.parts, end } };
}

function guarded(lines: readonly string[], when: Decision, go: GoTemplate): string {
  const text = typeof when === 'boolean' ? lines : [`{{- if ${go.condition(when, {})} }}`, ...lines, '{{- end }}'];
  return `${text.join('\n')}\n`;
}
