import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { typeOfKind } from '../../../service/local/kube/resources.ts';
import { NAMESPACE, startWorld, type World } from './command.ts';

const EXTERNAL = ['external-secrets.io/v1', 'ExternalSecret'] as const;

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

function deploy(source: string, ...more: string[]) {
  const file = join(world.folder, 'mine.yaml');
  writeFileSync(file, JSON.stringify({ auth: { mode: 'none' }, secrets: { source } }));
  return world.run('deploy', ['--config', file, ...more]);
}
const find = (kind: string, name: string) =>
  kind === 'ExternalSecret'
    ? world.find(world.management, ...EXTERNAL, name)
    : world.find(world.management, 'v1', kind, name);

function put(apiVersion: string, kind: string, object: object): void {
  const { registry } = world.management;
  const type = typeOfKind(registry.table, apiVersion, kind);
  if (!type) throw new Error(`${kind} is not served`);
  registry.store.put(type, { apiVersion, kind, ...object } as never);
}

/** As External Secrets does, once it is asked. */
function answerWith(values: Readonly<Record<string, string>>): void {
  world.management.registry.store.onChange(({ object, resource }) => {
    if (resource.kind !== 'ExternalSecret' || !object || object.status) return;
    setImmediate(() => {
      const { name } = object.metadata;
      const status = { conditions: [{ type: 'Ready', status: 'False', message: 'could not get secret data' }] };
      put(...EXTERNAL, { ...object, status });
      const data = Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
      put('v1', 'Secret', { metadata: { name, namespace: NAMESPACE }, data: Object.fromEntries(data) });
    });
  });
}

test('what External Secrets makes is asked for and waited for, and not made', async () => {
  answerWith({ password: 'of the store', url: 'postgres://of-the-store' });
  const { code, err, out } = await deploy('externalSecrets');
  expect(code, err).toBe(0);
  expect(out).toContain('Secrets: External Secrets has made postgres-credentials');
  expect(find('Secret', 'postgres-credentials')?.data).toMatchObject({
    password: Buffer.from('of the store').toString('base64'),
  });
  // What Karmada issues is no matter of a store.
  expect(find('Secret', 'backend-kubeconfig')).toBeDefined();
});

test('what is missing is named, with what the operator says, and nothing that needs it is begun', async () => {
  answerWith({ password: 'of the store' });
  const { code, err } = await deploy('externalSecrets', '--timeout', '1s');
  expect(code).toBe(1);
  expect(err).toContain('Secrets failed: External Secrets has not made all Secrets:');
  expect(err).toContain('Secret postgres-credentials has no url');
  expect(err).toContain('could not get secret data');
  expect(world.find(world.management, 'apps/v1', 'Deployment', 'ml-platform-backend')).toBeUndefined();
});

test('Sealed Secrets and SOPS are waited for as well', async () => {
  const first = await deploy('sops', '--timeout', '1s');
  expect(first.err).toContain('SOPS has not made all Secrets:\n  Secret postgres-credentials is not there');
  expect(find('Secret', 'postgres-credentials')).toBeUndefined();
  const data = { password: 'cA==', url: 'dQ==' };
  put('v1', 'Secret', { metadata: { name: 'postgres-credentials', namespace: NAMESPACE }, data });
  const second = await deploy('sealedSecrets');
  expect(second.code, second.err).toBe(0);
  expect(second.out).toContain('Sealed Secrets has made postgres-credentials');
});

test('prepared for Helm or Argo CD it applies nothing that these will bring', async () => {
  const { code, err, out } = await deploy(
    'externalSecrets',
    '--only',
    'prepare',
    '--values-file',
    join(world.folder, 'v.yaml'),
  );
  expect(code, err).toBe(0);
  expect(out).toContain('External Secrets makes postgres-credentials');
  expect(find('ExternalSecret', 'postgres-credentials')).toBeUndefined();
});
