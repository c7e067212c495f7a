import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SECRET } from '../../../service/local/kube/kinds.ts';
import { kubernetesTool } from '../../tools/kubernetes-tools.ts';
import { NAMESPACE, startWorld, type World } from './command.ts';

const root = resolve(import.meta.dirname, '../../..');
const BACKEND = ['apps/v1', 'Deployment', 'ml-platform-backend'] as const;

// One life of a release for each Helm, each test going on where the one before left off.
describe.each(['helm3', 'helm4'] as const)('prepared for a real %s', (name) => {
  const helm = kubernetesTool(name);
  let world: World;
  let upgrade: string[];
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.close());

  const runHelm = (args: readonly string[]) =>
    promisify(execFile)(helm ?? '', args, { cwd: root, env: { HOME: world.folder, PATH: process.env.PATH ?? '' } });
  const image = (): unknown => {
    const spec = world.find(world.management, ...BACKEND)?.spec as {
      template: { spec: { containers: { image: string }[] } };
    };
    return spec.template.spec.containers[0]?.image;
  };
  const prepare = (variables: Record<string, string> = {}) =>
    world.run('deploy', ['--only', 'prepare', '--values-file', join(world.folder, 'values.yaml')], { variables });

  test.skipIf(!helm)('identity, secrets and values are made, and no object of the platform', async () => {
    const { code, err, out } = await prepare({ VERSION: '2.0.0' });
    expect(code, err).toBe(0);
    expect(out).toContain('Secrets: made postgres-credentials');
    expect(out).toContain('kubectl apply -f charts-out/ml-platform/dev/argocd');
    expect(world.find(world.management, 'v1', 'Secret', 'backend-kubeconfig')).toBeDefined();
    expect(
      world.find(world.karmada, 'rbac.authorization.k8s.io/v1', 'ClusterRole', 'ml-platform-backend'),
    ).toBeDefined();
    expect(world.find(world.management, ...BACKEND)).toBeUndefined();
    const [, command = ''] = /^ *(helm upgrade .*)$/m.exec(out) ?? [];
    // The simulation makes no ReplicaSets, by which helm judges a Deployment.
    upgrade = command.split(' ').filter((word) => word !== 'helm' && word !== '--wait');
  });

  test.skipIf(!helm)('the helm upgrade that it prints installs what the settings say', async () => {
    await runHelm(upgrade);
    expect(image()).toBe('ml-platform-backend:2.0.0');
    expect(world.find(world.management, ...BACKEND)?.metadata.annotations).toMatchObject({
      'meta.helm.sh/release-name': 'ml-platform',
    });
  });

  test.skipIf(!helm)('prepared again, secrets are kept, and the same helm upgrade takes the new settings', async () => {
    const { code, err, out } = await prepare({ VERSION: '3.0.0' });
    expect(code, err).toBe(0);
    expect(out).toContain('Secrets: kept postgres-credentials');
    await runHelm(upgrade);
    expect(image()).toBe('ml-platform-backend:3.0.0');
  });

  test.skipIf(!helm)('this command does not apply beside Helm, nor remove what Helm keeps', async () => {
    const deployed = await world.deploy();
    expect(deployed.code).toBe(1);
    expect(deployed.err).toMatch(
      /Helm keeps it here \(Secret sh\.helm\.release\.v1\.ml-platform\.v\d\): .*--only prepare/,
    );
    const destroyed = await world.run('destroy', ['--yes']);
    expect(destroyed.code).toBe(1);
    expect(destroyed.err).toContain('helm uninstall ml-platform --namespace ml-platform');
    expect(world.find(world.management, ...BACKEND)).toBeDefined();
  });

  test.skipIf(!helm)(
    'from Helm to this command, as docs/gitops.md says: pods go on, Helm has forgotten it',
    async () => {
      const uid = world.find(world.management, ...BACKEND)?.metadata.uid;
      const releases = world.management.registry.store
        .list(SECRET, NAMESPACE)
        .filter(({ metadata }) => metadata.labels?.owner === 'helm');
      for (const { metadata } of releases) world.management.registry.delete(SECRET, NAMESPACE, metadata.name);
      const { code, err } = await world.deploy('--force-conflicts');
      expect(code, err).toBe(0);
      expect(world.find(world.management, ...BACKEND)?.metadata.uid).toBe(uid);
      expect(image()).toBe('ml-platform-backend:latest');
      expect((await world.deploy('--force-conflicts')).out).toContain('0 created, 0 changed');
    },
  );

  test.skipIf(!helm)('and back to Helm, which takes the ownership', async () => {
    const uid = world.find(world.management, ...BACKEND)?.metadata.uid;
    await runHelm([...upgrade, '--take-ownership', ...(name === 'helm4' ? ['--force-conflicts'] : [])]);
    expect(world.find(world.management, ...BACKEND)?.metadata.uid).toBe(uid);
    expect(image()).toBe('ml-platform-backend:3.0.0');
  });
});
