import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { diagrams } from '../../infra/diagram/diagrams.ts';
import { graphOf } from '../../infra/diagram/graph.ts';
import { mermaidOf } from '../../infra/diagram/mermaid.ts';
import { preempt } from '../../infra/stacks/preempt/index.ts';
import { synthesize } from '../../infra/synth/synthesize.ts';

const drawn = join(import.meta.dirname, '../../docs/diagrams');

test.each([...diagrams()])('docs/diagrams/%s is what the stack declares (npm run diagram)', (file, page) => {
  expect(readFileSync(join(drawn, file), 'utf8')).toBe(page);
});

test('a picture shows services, what they talk to, volumes and what is exposed', () => {
  const settings = preempt.settings.parse({ exposure: { type: 'nodePort' } });
  const { edges, nodes } = graphOf(synthesize(preempt, settings, { environment: 'test' }));
  expect(nodes).toContainEqual({
    id: 'mysql',
    title: 'MySQL',
    lines: ['mysql :3306', '⛁ mysql-pvc 10Gi'],
    kind: 'state',
  });
  expect(nodes).toContainEqual({
    id: 'collector',
    title: 'Collector',
    lines: ['collector', '*/5 * * * *'],
    kind: 'job',
  });
  expect(nodes).toContainEqual(expect.objectContaining({ title: 'Weather service', kind: 'outside' }));
  expect(edges).toContainEqual({ from: 'NodePort 30000', to: 'frontend' });
  expect(edges).toContainEqual({ from: 'api', to: 'redis' });
});

test('no text of a stack is taken for Mermaid, HTML or Markdown', () => {
  const lines = ['*/5 * * * *', '"][ --> x', '<script>', 'a_b `c` #1'];
  const drawn = mermaidOf({
    nodes: [{ id: 'a b', title: 'A', lines, kind: 'job' }],
    edges: [{ from: 'a b', to: 'a b' }],
  });
  expect(drawn).toContain('n0[["<b>A</b><br/>#42;/5 #42; #42; #42; #42;<br/>#34;][ --#62; x<br/>#60;script#62;<br/>');
  expect(drawn).toContain('a#95;b #96;c#96; #35;1"]]:::job\n  n0 --> n0\n');
});
