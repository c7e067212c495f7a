import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Interrupted } from '../../../infra/deploy/interrupt.ts';
import type { ApiRequest } from '../../../service/local/kube/exchange.ts';
import { startWorld, type World } from './command.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const ends = (what: string) => (path: string) => path.endsWith(what);

type When = (path: string, method: string) => boolean;
interface Phase {
  readonly step: string;
  readonly when: When;
  readonly args: readonly string[];
}
const phase = (step: string, when: When, ...args: string[]): Phase => ({ step, when, args });
const phases: readonly Phase[] = [
  phase('Prerequisites', ends('selfsubjectaccessreviews')),
  phase('Record', (path, method) => method === 'POST' && path.endsWith('/configmaps')),
  phase('Objects in Karmada', (path, method) => method === 'PATCH' && path.includes('/clusterrolebindings/')),
  phase('Identity in Karmada', ends('/approval')),
  phase('Secrets', (path, method) => method === 'GET' && path.endsWith('/secrets/postgres-credentials')),
  phase('Manifests', ends('/services/postgres')),
  phase('Rollout', (path, method) => method === 'GET' && path.endsWith('/namespaces/ml-platform/pods')),
  phase('Pruning', (path, method) => method === 'PATCH' && path.endsWith('ml-platform-applyset')),
  phase('Verification', ends('/proxy/ready')),
];

test.each(phases)('stopped in $step $args, the same command goes on', async ({ args, step, when }) => {
  const controller = new AbortController();
  const stop = async ({ method, path }: ApiRequest) => {
    if (when(`/${path.join('/')}`, method)) controller.abort(new Interrupted('SIGINT'));
    return undefined;
  };
  world.management.wishes.intercept = stop;
  world.karmada.wishes.intercept = stop;
  const stopped = await world.run('deploy', args, { signal: controller.signal });
  expect(stopped.err).toContain(`deploy: ${step} failed: stopped by SIGINT`);
  expect(stopped.code).toBe(130);

  world.management.wishes.intercept = async () => undefined;
  world.karmada.wishes.intercept = async () => undefined;
  const again = await world.run('deploy', args);
  expect(again.code, again.err).toBe(0);
});

test('stopped in a build, the builder is stopped too', async () => {
  const bin = join(world.folder, 'bin');
  mkdirSync(bin);
  // Says when it is at work, and never ends by itself.
  const script = '#!/bin/sh\n[ "$1" = info ] && exit 0\necho $$ building\nexec sleep 600\n';
  writeFileSync(join(bin, 'docker'), script, { mode: 0o755 });
  const controller = new AbortController();
  let builder = 0;
  const variables = { PATH: `${bin}:${process.env.PATH}`, BUILD_IMAGES: 'yes' };
  const said = (line: string): void => {
    const [, pid] = /(\d+) building/.exec(line) ?? [];
    if (pid === undefined) return;
    builder = Number(pid);
    controller.abort(new Interrupted('SIGTERM'));
  };
  const { code, err } = await world.run('deploy', [], { signal: controller.signal, variables, said });
  expect(err).toContain('deploy: Build failed: stopped by SIGTERM');
  expect(code).toBe(143);
  await expect.poll(() => isAlive(builder)).toBe(false);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
