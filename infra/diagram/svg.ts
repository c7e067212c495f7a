import { Graph as Layout, layout } from '@dagrejs/dagre';
import type { Graph, Node } from './graph.ts';

const LINE = 15;
const PADDING = 12;
/** Of the fonts below, at 13 and 11 px: no browser measures for us, so the widest that they come to. */
const TITLE_CHARACTER = 8.3;
const LINE_CHARACTER = 6.4;

const COLOURS: Record<Node['kind'], { fill: string; stroke: string; means: string }> = {
  entry: { fill: '#fefce8', stroke: '#ca8a04', means: 'reached from outside' },
  service: { fill: '#eff6ff', stroke: '#3b82f6', means: 'service or worker' },
  job: { fill: '#f5f3ff', stroke: '#8b5cf6', means: 'job' },
  state: { fill: '#f0fdf4', stroke: '#16a34a', means: 'keeps state' },
  outside: { fill: '#ffffff', stroke: '#94a3b8', means: 'not in this namespace' },
};

/** The same graph is always the same picture: nothing in it depends on a browser, a clock or chance. */
export function svgOf(graph: Graph, title: string): string {
  const placed = place(graph);
  const { height = 0, width = 0 } = placed.graph();
  const parts = [
    ...placed.edges().map((edge: { v: string; w: string }) => arrow(placed.edge(edge).points)),
    ...graph.nodes.map((node) => box(node, placed.node(node.id))),
    legend(graph, height),
  ];
  const total = { width: Math.ceil(Math.max(width, 760)), height: Math.ceil(height + 40) };
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${total.width} ${total.height}" width="${total.width}" height="${total.height}" role="img" aria-label="${xml(title)}">
<style>text{font:11px system-ui,-apple-system,"Segoe UI",sans-serif;fill:#475569}.t{font-size:13px;font-weight:600;fill:#0f172a}</style>
<defs><marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6" orient="auto"><path d="M0 0 8 4 0 8z" fill="#64748b"/></marker></defs>
<rect width="100%" height="100%" fill="#fff"/>
${parts.join('\n')}
</svg>
`;
}

function place(graph: Graph) {
  const drawing = new Layout();
  drawing.setGraph({ rankdir: 'LR', nodesep: 14, ranksep: 90, marginx: 16, marginy: 16, ranker: 'tight-tree' });
  drawing.setDefaultEdgeLabel(() => ({}));
  for (const node of graph.nodes) drawing.setNode(node.id, size(node));
  for (const { from, to } of graph.edges) drawing.setEdge(from, to);
  layout(drawing);
  return drawing;
}

function size({ lines, title }: Node): { width: number; height: number } {
  const widths = [title.length * TITLE_CHARACTER, ...lines.map((line) => line.length * LINE_CHARACTER)];
  return { width: Math.max(...widths) + 2 * PADDING, height: (lines.length + 1) * LINE + 2 * PADDING - 6 };
}

interface Point {
  x: number;
  y: number;
}

function box(node: Node, { height, width, x, y }: Point & { width: number; height: number }): string {
  const { fill, stroke } = COLOURS[node.kind];
  const left = x - width / 2;
  const top = y - height / 2;
  const dashed = node.kind === 'outside' ? ' stroke-dasharray="4 3"' : '';
  const texts = node.lines.map(
    (line, index) => `<text x="${n(left + PADDING)}" y="${n(top + 22 + (index + 1) * LINE)}">${xml(line)}</text>`,
  );
  return `<g><rect x="${n(left)}" y="${n(top)}" width="${n(width)}" height="${n(height)}" rx="7" fill="${fill}" stroke="${stroke}"${dashed}/><text class="t" x="${n(left + PADDING)}" y="${n(top + 22)}">${xml(node.title)}</text>${texts.join('')}</g>`;
}

function arrow(points: Point[]): string {
  const [first, ...rest] = points;
  if (!first) return '';
  // Through the middles between the points of the layout, so that the line bends without a corner.
  const bends = rest.slice(0, -1).map((point, index) => {
    const next = rest[index + 1] ?? point;
    return `Q${n(point.x)} ${n(point.y)} ${n((point.x + next.x) / 2)} ${n((point.y + next.y) / 2)}`;
  });
  const last = rest.at(-1) ?? first;
  return `<path d="M${n(first.x)} ${n(first.y)}${bends.join('')}L${n(last.x)} ${n(last.y)}" fill="none" stroke="#94a3b8" stroke-width="1.2" marker-end="url(#a)"/>`;
}

function legend(graph: Graph, top: number): string {
  let x = 20;
  return Object.entries(COLOURS)
    .filter(([kind]) => graph.nodes.some((node) => node.kind === kind))
    .map(([, { fill, means, stroke }]) => {
      const at = x;
      x += means.length * LINE_CHARACTER + 40;
      return `<rect x="${n(at)}" y="${n(top + 10)}" width="14" height="14" rx="3" fill="${fill}" stroke="${stroke}"/><text x="${n(at + 20)}" y="${n(top + 21)}">${means}</text>`;
    })
    .join('');
}

const n = (value: number): string => String(Math.round(value * 10) / 10);

const xml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
