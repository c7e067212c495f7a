import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { diagrams } from '../../infra/diagram/diagrams.ts';
import { graphOf } from '../../infra/diagram/graph.ts';
import { preempt } from '../../infra/stacks/preempt/index.ts';
import { synthesize } from '../../infra/synth/synthesize.ts';

const drawn = join(import.meta.dirname, '../../docs/diagrams');

test.each([...diagrams()])('docs/diagrams/%s is what the stack declares (npm run diagram)', (file, svg) => {
  expect(readFileSync(join(drawn, file), 'utf8')).toBe(svg);
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
