import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { startWorld, type World } from './command.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

function config(yaml: string): string[] {
  const file = join(world.folder, 'own.yaml');
  writeFileSync(file, `extends: dev\n${yaml}\n`);
  return ['--config', file];
}
const secret = (name: string, key: string): string => {
  const data = world.find(world.management, 'v1', 'Secret', name)?.data as Record<string, string> | undefined;
  return Buffer.from(data?.[key] ?? '', 'base64').toString();
};
const kubeconfig = () => parse(secret('backend-kubeconfig', 'karmada-kubeconfig'));

test('only Karmada: rights and kubeconfig, for a controller that applies the rest; nothing to roll back to', async () => {
  const { code, err } = await world.deploy('--only', 'karmada');
  expect(code, err).toBe(0);
  expect(kubeconfig().users[0].user).toHaveProperty('client-key-data');
  expect(world.find(world.management, 'apps/v1', 'Deployment', 'ml-platform-backend')).toBeUndefined();
  const rollback = await world.deploy('--rollback');
  expect(rollback.err).toContain('there is no earlier deployment of ml-platform');
});

test('a ServiceAccount in the place of a certificate', async () => {
  const { code, err } = await world.deploy(...config('karmada: { identity: { type: serviceAccount } }'));
  expect(code, err).toBe(0);
  expect(kubeconfig().users[0].user).toEqual({ token: 'simulated-token' });
});

test('the given kubeconfigs only when asked for', async () => {
  expect((await world.deploy('--use-given-kubeconfig')).code).toBe(0);
  expect(kubeconfig().users[0].user).toEqual({ token: 'the-token-of-the-administrator' });
});

test('a Karmada that signs nothing: what to run, or to set', async () => {
  world.karmada.wishes.signs = false;
  const { code, err } = await world.deploy('--timeout', '1s');
  expect(code).toBe(1);
  expect(err).toContain('Identity in Karmada failed: Karmada signed no certificate within 1 s: run the controller');
  expect(world.karmada.requests.some((each) => each.startsWith('DELETE /apis/certificates.k8s.io'))).toBe(true);
});

test('where callers need tokens, a file of them is asked for', async () => {
  const own = config('auth: { mode: tokens }');
  const without = await world.deploy(...own);
  expect(without.code).toBe(1);
  expect(without.err).toContain('make a file of tokens with npm run hash-token and name it with --tokens-file');
});
