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
export function specOfRun(go: GoTemplate, node: Node, asked: string): string {
  const metadata = entryOf(node, 'metadata');
  const place = ['namespace', 'name'].map((key) => `"${key}" ${go.operand(entryOf(metadata, key))}`);
  return `include "${go.chart}.${RUN_HELPER.name}" (dict ${place.join(' ')} "spec" (${asked}))`;
}

/**
 * A Job can never be changed, and one that has run is to stay as it is. Where there is no cluster to be asked (helm
 * template), it is what the values say.
 */
export const RUN_HELPER = {
  name: 'run',
  what: 'The spec of a Job that runs once: of one that is there already, its own, for it is not run again.',
  body: [
    '{{- $there := lookup "batch/v1" "Job" .namespace .name -}}',
    '{{- if $there }}{{ toYaml $there.spec }}{{ else }}{{ .spec }}{{ end }}',
  ],
} as const;
