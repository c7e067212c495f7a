import type { GoTemplate } from './go-template.ts';
import { entryOf, type Node, withEntry } from './nodes.ts';

type Text = Extract<Node, { kind: 'scalar' }>['expression'] & { what: 'text' };

/** What a Job says in the annotation of its runs; undefined where it is no such Job. */
export function runOf(node: Node, annotation: string | undefined): Text | undefined {
  if (annotation === undefined) return undefined;
  const run = entryOf(entryOf(entryOf(node, 'metadata'), 'annotations'), annotation);
  return run?.kind === 'scalar' && run.expression.what === 'text' ? run.expression : undefined;
}

/** The Job with its run at the end of its name. */
export function withRun(node: Node, run: Text): Node {
  const metadata = entryOf(node, 'metadata');
  const name = entryOf(metadata, 'name');
  if (name?.kind !== 'scalar' || name.expression.what !== 'text') throw new Error('a name that is no text');
  const parts = [...name.expression.parts, '-', ...run.parts];
  return withEntry(
    node,
    'metadata',
    withEntry(metadata, 'name', { kind: 'scalar', expression: { ...name.expression, parts } }),
  );
}

/** What makes its spec: its own one, where it is there, else what is asked for. */
export function specOfRun(go: GoTemplate, node: Node, run: Text, asked: string): string {
  const metadata = entryOf(node, 'metadata');
  const name = entryOf(metadata, 'name');
  if (name?.kind !== 'scalar' || name.expression.what !== 'text') throw new Error('a name that is no text');
  const parts = name.expression.parts.slice(0, -run.parts.length);
  const before: Node = { ...name, expression: { ...name.expression, parts } };
  const given = {
    namespace: go.operand(entryOf(metadata, 'namespace')),
    name: go.operand(name),
    before: go.operand(before),
    run: go.operand({ kind: 'scalar', expression: run }),
    spec: `(${asked})`,
  };
  const all = Object.entries(given).map(([key, value]) => `"${key}" ${value}`);
  return `include "${go.chart}.${RUN_HELPER.name}" (dict ${all.join(' ')})`;
}

/**
 * A Job can never be changed, and one that has run is to stay as it is. Where there is no cluster to be asked (helm
 * template), it is what the values say. Before Jobs had numbers, their names ended with a checksum: what was done then is
 * not done again as number 1: that Job has nothing to complete.
 */
export const RUN_HELPER = {
  name: 'run',
  what: 'The spec of a Job that runs once: of one that is there already, its own, for it is not run again.',
  body: [
    '{{- $there := lookup "batch/v1" "Job" .namespace .name -}}',
    '{{- if $there }}{{ toYaml $there.spec }}{{ else }}{{ .spec }}',
    '{{- $before := printf "^%s[0-9a-f]{16}$" .before -}}',
    '{{- if eq (toString .run) "1" }}',
    '{{- range (lookup "batch/v1" "Job" .namespace "").items }}',
    '{{- if and (regexMatch $before .metadata.name) (.status).succeeded }}',
    'completions: 0',
    '{{- break }}',
    '{{- end }}',
    '{{- end }}',
    '{{- end }}',
    '{{- end }}',
  ],
} as const;
