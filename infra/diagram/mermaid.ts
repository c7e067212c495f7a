import type { Graph, Node } from './graph.ts';

type Kind = Node['kind'];

/** One shape and colour each, and what they mean. */
const KINDS: Record<Kind, { shape: readonly [string, string]; style: string; means: string }> = {
  entry: { shape: ['([', '])'], style: 'fill:#fefce8,stroke:#ca8a04', means: 'rounded: reached from outside' },
  service: { shape: ['[', ']'], style: 'fill:#eff6ff,stroke:#3b82f6', means: 'box: service or worker' },
  job: { shape: ['[[', ']]'], style: 'fill:#f5f3ff,stroke:#8b5cf6', means: 'box with bars: job' },
  state: { shape: ['[(', ')]'], style: 'fill:#f0fdf4,stroke:#16a34a', means: 'cylinder: keeps state' },
  outside: {
    shape: ['[', ']'],
    style: 'fill:#ffffff,stroke:#94a3b8,stroke-dasharray:4 3',
    means: 'dashed: not in this namespace',
  },
};

/** A flowchart in Mermaid, which GitHub and most editors draw. */
export function mermaidOf({ edges, nodes }: Graph): string {
  // Any text may be in a node's own id: in Mermaid it goes by its place.
  const idOf = new Map(nodes.map(({ id }, index) => [id, `n${index}`]));
  const used = kindsIn(nodes);
  return [
    'flowchart LR',
    ...used.map((kind) => `  classDef ${kind} ${KINDS[kind].style},color:#0f172a`),
    ...nodes.map((node) => `  ${idOf.get(node.id)}${boxOf(node)}:::${node.kind}`),
    ...edges.map(({ from, to }) => `  ${idOf.get(from)} --> ${idOf.get(to)}`),
    '',
  ].join('\n');
}

/** What the shapes in a picture mean, in a line. */
export const legendOf = ({ nodes }: Graph): string =>
  kindsIn(nodes)
    .map((kind) => KINDS[kind].means)
    .join('; ');

const kindsIn = (nodes: readonly Node[]): Kind[] =>
  (Object.keys(KINDS) as Kind[]).filter((kind) => nodes.some((node) => node.kind === kind));

function boxOf({ kind, lines, title }: Node): string {
  const [open, close] = KINDS[kind].shape;
  const label = [`<b>${text(title)}</b>`, ...lines.map(text)].join('<br/>');
  return `${open}"${label}"${close}`;
}

/** As entities, what would end the text or be taken for HTML or Markdown (the asterisks of a schedule). */
const text = (value: string): string => value.replace(/["#&*<>_`]/g, (character) => `#${character.codePointAt(0)};`);
