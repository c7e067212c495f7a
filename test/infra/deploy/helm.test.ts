import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SECRET } from '../../../service/local/kube/kinds.ts';
import { kubernetesTool } from '../../tools/kubernetes-tools.ts';
import { NAMESPACE, type Said, startWorld, type World } from './command.ts';

const BACKEND = ['apps/v1', 'Deployment', 'ml-platform-backend'] as const;

// One life of a release for each Helm, each test going on where the one before left off.
describe.each(['helm3', 'helm4'] as const)('with a real %s', (name) => {
  const helm = kubernetesTool(name);
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.close());

  const deploy = (args: string[], variables: Record<string, string> = {}): Promise<Said> =>
    world.run('deploy', args, { variables: { HELM: helm ?? '', ...variables } });
  const image = (): unknown => {
    const spec = world.find(world.management, ...BACKEND)?.spec as {
      template: { spec: { containers: { image: string }[] } };
    };
    return spec.template.spec.containers[0]?.image;
  };
  const releases = () =>
    world.management.registry.store
      .list(SECRET, NAMESPACE)
      .filter(({ metadata }) => metadata.labels?.owner === 'helm')
      .map(({ metadata }) => metadata);

  test.skipIf(!helm)(
    'the platform and its rights are two releases, with the same secrets, rollout and verification',
    async () => {
      const { code, err, out } = await deploy(['--helm']);
      expect(code, err).toBe(0);
      expect(out).toMatch(/Rights in Karmada: release ml-platform-karmada, revision 1, by helm v[34]/);
      expect(out).toContain('Secrets: made postgres-credentials');
      expect(out).toContain('Rollout: 3 of 3 workloads up');
      expect(out).toContain('/ready answers 200');
      expect(world.find(world.management, ...BACKEND)?.metadata.annotations).toMatchObject({
        'meta.helm.sh/release-name': 'ml-platform',
      });
      expect(
        world.find(world.karmada, 'rbac.authorization.k8s.io/v1', 'ClusterRole', 'ml-platform-backend'),
      ).toBeDefined();
      // What helm is told comes through a pipe: nothing of it is on disk.
      expect(readdirSync(world.folder).filter((file) => !file.startsWith('.'))).toEqual(['karmada', 'mgmt']);
    },
  );

  test.skipIf(!helm)('a dry run shows the line that another version changes, and changes nothing', async () => {
    const before = releases().length;
    const { code, err, out } = await deploy(['--helm', '--dry-run'], { VERSION: '2.0.0' });
    expect(code, err).toBe(0);
    expect(out).toContain('- spec.template.spec.containers[0].image: "ml-platform-backend:latest"');
    expect(out).toContain('+ spec.template.spec.containers[0].image: "ml-platform-backend:2.0.0"');
    expect(out).toContain('unchanged: StatefulSet postgres');
    expect([image(), releases().length]).toEqual(['ml-platform-backend:latest', before]);
  });

  test.skipIf(!helm)('another version is an upgrade; a helm that was killed in it is cleared away', async () => {
    expect((await deploy(['--helm'], { VERSION: '2.0.0' })).code).toBe(0);
    expect(image()).toBe('ml-platform-backend:2.0.0');
    const [newest] = releases().sort((a, b) => Number(b.labels?.version) - Number(a.labels?.version));
    const secret = world.find(world.management, 'v1', 'Secret', newest?.name ?? '');
    if (!secret) expect.fail('no release');
    const pending = (modifiedAt: number) => ({
      ...secret.metadata.labels,
      status: 'pending-upgrade',
      modifiedAt: String(modifiedAt),
    });
    const leave = (modifiedAt: number) =>
      world.management.registry.apply(
        SECRET,
        {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: secret.metadata.name, namespace: NAMESPACE, labels: pending(modifiedAt) },
        },
        { manager: 'test' },
        true,
      );
    leave(Date.now() / 1_000);
    const busy = await deploy(['--helm'], { VERSION: '2.0.0' });
    expect(busy.err).toMatch(/another helm works at the release ml-platform since \d+ s \(pending-upgrade\)/);
    leave(Date.now() / 1_000 - 3_600);
    const { code, err, out } = await deploy(['--helm'], { VERSION: '2.0.0' });
    expect(code, err).toBe(0);
    expect(out).toContain('revision 2 was left pending-upgrade and is begun anew');
  });

  test.skipIf(!helm)('a rollback is one of the release', async () => {
    const { code, err, out } = await deploy(['--helm', '--rollback']);
    expect(code, err).toBe(0);
    expect(out).toContain('Back to revision 1 of the Helm release');
    expect(image()).toBe('ml-platform-backend:latest');
  });

  test.skipIf(!helm)('without --helm it is refused, until it is adopted; then helm knows of it no more', async () => {
    const refused = await deploy([]);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('deploy with --helm as before, or add --adopt');
    const config = join(world.folder, 'external.yaml');
    writeFileSync(config, 'extends: dev\ndatabase: { mode: external }\n');
    const { code, err, out } = await deploy(['--adopt', '--config', config]);
    expect(code, err).toBe(0);
    expect(out).toMatch(/Pruning: removed .*StatefulSet postgres/);
    expect(releases()).toEqual([]);
    const { annotations, labels } = world.find(world.management, ...BACKEND)?.metadata ?? {};
    expect(labels?.['app.kubernetes.io/managed-by']).toBe('cdk8s');
    expect(annotations).not.toHaveProperty(['meta.helm.sh/release-name']);
    expect(world.find(world.management, 'v1', 'PersistentVolumeClaim', 'postgres-pvc')).toBeDefined();
  });

  test.skipIf(!helm)('and back: what is applied is handed to a release, pods and all', async () => {
    const uid = world.find(world.management, ...BACKEND)?.metadata.uid;
    const refused = await deploy(['--helm']);
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(
      /ConfigMap .* and \d+ more are there already and not Helm's: leave --helm out as before, or add --adopt/,
    );
    const { code, err } = await deploy(['--helm', '--adopt']);
    expect(code, err).toBe(0);
    expect(world.find(world.management, ...BACKEND)?.metadata.uid).toBe(uid);
    expect((await deploy(['--helm'])).code).toBe(0);
  });

  test.skipIf(!helm)(
    'destroy removes what Helm installed, and the releases; volumes stay without --delete-data',
    async () => {
      const { code, out } = await world.run('destroy', ['--yes']);
      expect(code, out).toBe(0);
      expect(world.find(world.management, ...BACKEND)).toBeUndefined();
      expect(releases()).toEqual([]);
      expect(world.find(world.management, 'v1', 'PersistentVolumeClaim', 'postgres-pvc')).toBeDefined();
      expect((await world.run('destroy', ['--delete-data', '--yes'])).code).toBe(0);
      expect(
        world.find(world.karmada, 'rbac.authorization.k8s.io/v1', 'ClusterRole', 'ml-platform-backend'),
      ).toBeUndefined();
    },
  );
});
