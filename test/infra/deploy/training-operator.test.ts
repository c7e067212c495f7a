import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, type World } from './command.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const stack = ['--stack', 'training-operator'];
const DEFINITION = ['apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'trainingjobs.ml.example.com'] as const;

test('one command brings the kind and its operator up, and a second one changes nothing', async () => {
  const first = await world.run('deploy', stack);
  expect(first).toMatchObject({ code: 0, err: '' });
  expect(first.out).toContain('Rollout: 1 of 1 workloads up');
  expect(world.find(world.management, ...DEFINITION)).toBeDefined();
  const written = world.management.registry.store.version();
  expect((await world.run('deploy', stack)).code).toBe(0);
  const changed = world.management.registry.store.version() - written;
  expect(changed).toBeLessThanOrEqual(2);
});

test('what it takes away again leaves the kind, and with it all TrainingJobs', async () => {
  expect((await world.run('destroy', [...stack, '--yes'])).code).toBe(0);
  expect(world.find(world.management, ...DEFINITION)).toBeDefined();
  expect((await world.run('destroy', [...stack, '--yes', '--delete-data'])).code).toBe(0);
  expect(world.find(world.management, ...DEFINITION)).toBeUndefined();
});
