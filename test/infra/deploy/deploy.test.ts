import { X509Certificate } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { NAMESPACE, startWorld, type World } from './command.ts';

const RBAC = 'rbac.authorization.k8s.io/v1';

// One life of a deployment, each test going on where the one before left off.
let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const secret = (name: string): Record<string, string> => {
  const found = world.find(world.management, 'v1', 'Secret', name);
  const data = (found?.data ?? {}) as Record<string, string>;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
};
const image = (name: string): unknown => {
  const spec = world.find(world.management, 'apps/v1', 'Deployment', name)?.spec as {
    template: { spec: { containers: { image: string }[] } };
  };
  return spec.template.spec.containers[0]?.image;
};

test('a dry run lists what would be made, and makes nothing', async () => {
  const { code, out } = await world.deploy('--dry-run', '--json');
  expect(code).toBe(0);
  const said = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(said).toContainEqual({ object: 'Deployment ml-platform-backend', change: 'create', lines: [] });
  const writes = world.management.requests.filter((each) => !/^GET|selfsubjectaccessreviews|dry run/.test(each));
  expect(writes).toEqual([]);
});

test('an empty cluster gets the platform, verified, with its addresses; no secret is said or written to disk', async () => {
  const { code, err, out } = await world.deploy();
  expect(err).toBe('');
  expect(code).toBe(0);
  expect(out).toContain('Rollout: 3 of 3 workloads up');
  expect(out).toContain(
    '/health answers 200, /ready answers 200, the log says "Job monitor started - polling every 1 second"',
  );
  expect(out).toContain('Page: http://192.0.2.10:30181/');

  const { password, url } = secret('postgres-credentials');
  expect(url).toBe(`postgres://mlplatform:${password}@postgres:5432/training_jobs`);
  expect(password).toMatch(/^[0-9a-f]{48}$/);
  expect(out).not.toContain(password);
  expect(readdirSync(world.folder).sort()).toEqual(['karmada', 'mgmt']);
});

test('the backend gets an identity of its own: a certificate for its user, and nothing of the administrator', async () => {
  const { 'karmada-kubeconfig': karmada = '', 'mgmt-kubeconfig': mgmt = '' } = secret('backend-kubeconfig');
  const { clusters, users } = parse(karmada);
  expect(clusters[0].cluster.server).toBe('https://karmada.example.com:5443');
  const encoded = users[0].user['client-certificate-data'];
  const certificate = new X509Certificate(Buffer.from(encoded, 'base64'));
  expect(certificate.subject.split('\n').sort()).toEqual(['CN=ml-platform-backend', 'O=ml-platform']);
  expect(parse(mgmt).users[0].user).toEqual({});
  expect(karmada + mgmt).not.toContain('the-token-of-the-administrator');
  expect(world.karmada.requests.some((each) => each.includes('secrets'))).toBe(false);
});

test('deployed again, nothing changes', async () => {
  const { registry } = world.management;
  const before = [registry.store.version(), world.karmada.registry.store.version()];
  const { code, out } = await world.deploy();
  expect(code).toBe(0);
  expect(out).toContain('Record: ConfigMap ml-platform-applyset, as deployed before');
  expect(out).toContain('Manifests: 0 created, 0 changed, 18 unchanged');
  expect([registry.store.version(), world.karmada.registry.store.version()]).toEqual(before);
});

test('another version: the dry run shows the line, the deployment prunes, and the password stays', async () => {
  const variables = { VERSION: '2.0.0' };
  const { password } = secret('postgres-credentials');
  const { out: preview } = await world.run('deploy', ['--dry-run'], { variables });
  expect(preview).toContain('- spec.template.spec.containers[0].image: "ml-platform-backend:latest"');
  expect(preview).toContain('+ spec.template.spec.containers[0].image: "ml-platform-backend:2.0.0"');
  expect(image('ml-platform-backend')).toBe('ml-platform-backend:latest');

  const { code, out } = await world.run('deploy', [], { variables });
  expect(code).toBe(0);
  expect(out).toContain('Record: ConfigMap ml-platform-applyset\n');
  expect(image('ml-platform-backend')).toBe('ml-platform-backend:2.0.0');
  expect(secret('postgres-credentials').password).toBe(password);
});

test('a rollback brings back what ran before', async () => {
  const { code, out } = await world.deploy('--rollback');
  expect(code).toBe(0);
  expect(out).toMatch(/^Back to what ran since \d{4}-\d\d-\d\dT\S+ \(dev\)$/m);
  expect(image('ml-platform-backend')).toBe('ml-platform-backend:latest');
});

test('what is no longer generated is removed once the rest runs; volumes stay', async () => {
  const config = join(world.folder, 'external.yaml');
  writeFileSync(config, 'extends: dev\ndatabase: { mode: external }\n');
  const { code, out } = await world.deploy('--config', config);
  expect(code, out).toBe(0);
  expect(out).toMatch(/Pruning: removed .*StatefulSet postgres/);
  expect(world.find(world.management, 'apps/v1', 'StatefulSet', 'postgres')).toBeUndefined();
  expect(world.find(world.management, 'v1', 'PersistentVolumeClaim', 'postgres-pvc')).toBeDefined();
  expect(world.find(world.management, 'apps/v1', 'Deployment', 'ml-platform-backend')).toBeDefined();
});

test('destroy names running jobs, asks for the namespace, and without the right answer removes nothing', async () => {
  const { registry } = world.karmada;
  const job = { apiVersion: 'ray.io/v1', kind: 'RayJob' };
  const labels = { 'app.kubernetes.io/managed-by': 'ml-platform' };
  const type = registry.table.get('rayjobs.ray.io') ?? expect.fail('no RayJobs');
  const writer = { manager: 'test' };
  registry.create(
    type,
    { ...job, metadata: { name: 'still-running', namespace: 'default', labels }, spec: {} },
    writer,
  );
  registry.create(type, { ...job, metadata: { name: 'ended', namespace: 'default', labels }, spec: {} }, writer);
  registry.setStatus(type, 'default', 'ended', { jobStatus: 'SUCCEEDED' });

  const { code, err, out } = await world.run('destroy', [], { input: 'another\n' });
  expect(code).toBe(1);
  expect(out).toContain('1 jobs have not ended, and go on in their clusters unwatched: default/still-running');
  expect(out).toContain('Deployment ml-platform-backend');
  expect(err).toContain('nothing was removed');
  expect(world.find(world.management, 'apps/v1', 'Deployment', 'ml-platform-backend')).toBeDefined();
});

test('destroy removes workloads, and keeps volumes, Secrets and Karmada', async () => {
  const { code, out } = await world.run('destroy', [], { input: `${NAMESPACE}\n` });
  expect(code, out).toBe(0);
  expect(world.find(world.management, 'apps/v1', 'Deployment', 'ml-platform-backend')).toBeUndefined();
  expect(world.find(world.management, 'v1', 'PersistentVolumeClaim', 'postgres-pvc')).toBeDefined();
  expect(secret('postgres-credentials').password).toMatch(/./);
  expect(world.find(world.karmada, RBAC, 'ClusterRole', 'ml-platform-backend')).toBeDefined();
});

test('--delete-data takes no jobs where another installation uses the same Karmada', async () => {
  const { registry } = world.karmada;
  const type = registry.table.get('clusterroles.rbac.authorization.k8s.io') ?? expect.fail('no ClusterRoles');
  const name = 'test-ml-platform-backend-member';
  registry.create(type, { apiVersion: RBAC, kind: 'ClusterRole', metadata: { name }, rules: [] }, { manager: 'other' });
  const { code, err } = await world.run('destroy', ['--delete-data', '--yes']);
  expect(code).toBe(1);
  expect(err).toContain(`another installation uses this Karmada (ClusterRole ${name})`);
  expect(world.find(world.management, 'v1', 'PersistentVolumeClaim', 'postgres-pvc')).toBeDefined();
  registry.delete(type, undefined, name);
});

test('--delete-data removes those too, and then there is nothing left', async () => {
  const { code, out } = await world.run('destroy', ['--delete-data', '--yes']);
  expect(code, out).toBe(0);
  expect(world.find(world.management, 'v1', 'PersistentVolumeClaim', 'postgres-pvc')).toBeUndefined();
  expect(world.find(world.management, 'v1', 'Secret', 'postgres-credentials')).toBeUndefined();
  expect(world.find(world.karmada, RBAC, 'ClusterRole', 'ml-platform-backend')).toBeUndefined();
  const again = await world.run('destroy', ['--delete-data', '--yes']);
  expect(again.out).toContain('has nothing to remove');
});
