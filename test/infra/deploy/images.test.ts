import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { unpullableImages } from '../../../infra/deploy/image-registry.ts';
import { credentialsFor } from '../../../infra/deploy/registry-login.ts';
import { startWorld, type World } from './command.ts';

let world: World;
let variables: Record<string, string>;
beforeEach(async () => {
  world = await startWorld();
  mkdirSync(join(world.folder, 'bin'));
  variables = {
    PATH: `${join(world.folder, 'bin')}:${process.env.PATH}`,
    DOCKER_REGISTRY: 'registry.example.com/team',
    VERSION: '1.0',
  };
});
afterEach(() => world.close());

/** A program on PATH that notes how it was started. */
function fake(name: string, script = ''): void {
  const log = join(world.folder, `${name}.log`);
  writeFileSync(join(world.folder, 'bin', name), `#!/bin/sh\necho "$*" >> ${log}\n${script}\n`, { mode: 0o755 });
}
const startsOf = (name: string): string[] => {
  const log = join(world.folder, `${name}.log`);
  const lines = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
  return lines
    .filter((line) => /^(buildx|build|push)/.test(line))
    .map((line) => line.replace(/ --.*--output/, ' --output'));
};

test('built and pushed, one after the other', async () => {
  fake('docker');
  const { code, err, out } = await world.run('deploy', [], {
    variables: { ...variables, BUILD_IMAGES: 'yes', PUSH_IMAGES: 'yes' },
  });
  expect(code, err).toBe(0);
  expect(startsOf('docker')).toEqual([
    'buildx build --output type=docker,rewrite-timestamp=true .',
    'buildx build --output type=docker,rewrite-timestamp=true .',
    'push registry.example.com/team/ml-platform-backend:1.0',
    'push registry.example.com/team/ml-platform-frontend:1.0',
  ]);
  expect(out).toContain(
    'Push: pushed registry.example.com/team/ml-platform-backend:1.0, pushed registry.example.com/team/ml-platform-frontend:1.0',
  );
});

test('pushed alone: what this machine has under that name', async () => {
  fake('docker', '[ "$1" = info ] && exit 1');
  fake('podman');
  const { code, err } = await world.run('deploy', [], { variables: { ...variables, PUSH_IMAGES: 'yes' } });
  expect(code, err).toBe(0);
  expect(startsOf('docker')).toEqual([]);
  expect(startsOf('podman')).toEqual([
    'push registry.example.com/team/ml-platform-backend:1.0',
    'push registry.example.com/team/ml-platform-frontend:1.0',
  ]);
});

test('a build that fails ends the deployment with its last words, and nothing is changed', async () => {
  fake('docker', '[ "$1" = buildx ] && { echo "no space left on device" >&2; exit 1; }\nexit 0');
  const before = world.management.registry.store.version();
  const { code, err } = await world.run('deploy', [], { variables: { ...variables, BUILD_IMAGES: 'yes' } });
  expect(code).toBe(1);
  expect(err).toContain('Build failed: npm run build:images failed:');
  expect(err).toContain('no space left on device');
  expect(world.management.registry.store.version()).toBe(before);
});

test('without a builder, or a registry to push to, it is told before anything is done', async () => {
  for (const name of ['docker', 'podman', 'buildah']) fake(name, 'exit 1');
  const none = await world.run('deploy', [], {
    variables: { ...variables, DOCKER_REGISTRY: '', BUILD_IMAGES: 'yes', PUSH_IMAGES: 'yes' },
  });
  expect(none.code).toBe(1);
  expect(none.err).toContain(
    'BUILD_IMAGES and PUSH_IMAGES need one of docker, podman, buildah on PATH, and none answers',
  );
  expect(none.err).toContain('PUSH_IMAGES=yes needs a registry: set DOCKER_REGISTRY');
});

test('logins come from files and from credential helpers, through pipes alone', async () => {
  const config = join(world.folder, 'config.json');
  const set = (content: object): void => writeFileSync(config, JSON.stringify(content));
  const env = { ...variables, DOCKER_CONFIG: world.folder };
  set({ auths: { 'r.example.com': { auth: Buffer.from('anna:a:b').toString('base64') } } });
  expect(await credentialsFor('r.example.com', env)).toEqual({ username: 'anna', password: 'a:b' });
  expect(await credentialsFor('other.example.com', env)).toBeUndefined();

  fake(
    'docker-credential-one',
    'read host; [ "$host" = r.example.com ] && { echo \'{"Username":"bert","Secret":"s"}\'; exit 0; }\necho "credentials not found in native keychain"; exit 1',
  );
  set({ credHelpers: { 'r.example.com': 'one' } });
  expect(await credentialsFor('r.example.com', env)).toEqual({ username: 'bert', password: 's' });
  set({ credsStore: 'one' });
  expect(await credentialsFor('other.example.com', env)).toBeUndefined();

  fake('docker-credential-two', 'echo \'{"Username":"<token>","Secret":"t"}\'');
  set({ credsStore: 'two' });
  expect(await credentialsFor('r.example.com', env)).toEqual({ username: '', password: '', identityToken: 't' });
  set({ credsStore: 'three' });
  await expect(credentialsFor('r.example.com', env)).rejects.toThrow(
    'docker-credential-three, which the Docker configuration names, failed',
  );
});

test('a registry that refuses is named, with how to log in', async () => {
  const registry = createServer((_request, response) =>
    response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end(),
  );
  registry.listen(0, '127.0.0.1');
  await once(registry, 'listening');
  const host = `127.0.0.1:${(registry.address() as AddressInfo).port}`;
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' }, spec: { image: `${host}/team/backend:1.0` } };
  const { missing } = await unpullableImages([pod], `${host}/team`);
  expect(missing).toEqual([
    expect.stringMatching(`the registry ${host} does not let us see it .*HTTP 401.*docker login ${host}`),
  ]);
  registry.close();
  registry.closeAllConnections();
});
