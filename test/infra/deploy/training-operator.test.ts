import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startWorld, type World } from './command.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const stack = ['--stack', 'training-operator'];
const DEFINITION = ['apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'trainingjobs.ml.example.com'] as const;

describe('in one cluster', () => {
  const options = { variables: { KARMADA_KUBECONFIG: '' } };

  test('one command brings the kind and its operator up, and a second one changes nothing', async () => {
    const first = await world.run('deploy', stack, options);
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(first.out).toContain('Rollout: 1 of 1 workloads up');
    expect(first.out).toContain('Objects in Karmada: left out');
    expect(world.find(world.management, ...DEFINITION)).toBeDefined();
    const written = world.management.registry.store.version();
    expect((await world.run('deploy', stack, options)).code).toBe(0);
    const changed = world.management.registry.store.version() - written;
    expect(changed).toBeLessThanOrEqual(2);
  });

  test('what it takes away again leaves the kind, and with it all TrainingJobs', async () => {
    expect((await world.run('destroy', [...stack, '--yes'], options)).code).toBe(0);
    expect(world.find(world.management, ...DEFINITION)).toBeDefined();
    expect((await world.run('destroy', [...stack, '--yes', '--delete-data'], options)).code).toBe(0);
    expect(world.find(world.management, ...DEFINITION)).toBeUndefined();
  });
});

describe('through a Karmada that is named', () => {
  const THERE = [
    DEFINITION,
    ['rbac.authorization.k8s.io/v1', 'ClusterRole', 'training-operator'],
    ['policy.karmada.io/v1alpha1', 'ClusterPropagationPolicy', 'training-operator'],
    ['policy.karmada.io/v1alpha1', 'ClusterPropagationPolicy', 'trainingjob-definition'],
    ['config.karmada.io/v1alpha1', 'ResourceInterpreterCustomization', 'trainingjob'],
  ] as const;
  const inKarmada = () =>
    THERE.filter(([apiVersion, kind, name]) => world.find(world.karmada, apiVersion, kind, name)).map(
      ([, kind, name]) => `${kind} ${name}`,
    );
  const all = THERE.map(([, kind, name]) => `${kind} ${name}`);

  test('a dry run says what would come there, and writes nothing', async () => {
    const before = world.karmada.registry.store.version();
    const { code, out } = await world.run('deploy', [...stack, '--only', 'karmada', '--dry-run']);
    expect(code, out).toBe(0);
    for (const title of [...all, 'Deployment controller-manager']) expect(out).toContain(`create: ${title}\n`);
    expect(world.karmada.registry.store.version()).toBe(before);
  });

  test('the whole stack, its policies and how Karmada reads a TrainingJob come there; a second run changes nothing', async () => {
    const first = await world.run('deploy', [...stack, '--only', 'karmada']);
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(first.out).toContain('Identity in Karmada: left out, training-operator needs none');
    expect(inKarmada()).toEqual(all);
    // Nothing but the record of what was applied.
    expect(world.find(world.management, ...DEFINITION)).toBeUndefined();
    const written = world.karmada.registry.store.version();
    expect((await world.run('deploy', [...stack, '--only', 'karmada'])).code).toBe(0);
    expect(world.karmada.registry.store.version()).toBe(written);
  });

  test('without --only the cluster gets it as well', async () => {
    const { code, out } = await world.run('deploy', stack);
    expect(code, out).toBe(0);
    expect(out).toContain('Rollout: 1 of 1 workloads up');
    expect(world.find(world.management, ...DEFINITION)).toBeDefined();
  });

  test('destroyed, the definition stays there too, unless data is to go', async () => {
    expect((await world.run('destroy', [...stack, '--yes'])).code).toBe(0);
    expect(inKarmada()).toEqual(['CustomResourceDefinition trainingjobs.ml.example.com']);
    expect((await world.run('destroy', [...stack, '--yes', '--delete-data'])).code).toBe(0);
    expect(inKarmada()).toEqual([]);
  });
});
