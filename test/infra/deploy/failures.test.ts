import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { StepFailure } from '../../../infra/deploy/failure.ts';
import { unpullableImages } from '../../../infra/deploy/image-registry.ts';
import { isForUser, runSteps } from '../../../infra/deploy/report.ts';
import type { Deployment } from '../../../infra/deploy/step.ts';
import { json } from '../../../service/local/kube/exchange.ts';
import { SERVICE } from '../../../service/local/kube/kinds.ts';
import { startWorld, type World } from './command.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

test('both kubeconfigs are looked at before either mistake is told', async () => {
  const variables = { MGMT_KUBECONFIG: '', KARMADA_KUBECONFIG: '/nowhere/karmada' };
  const { code, err } = await world.run('deploy', [], { variables });
  expect(code).toBe(1);
  expect(err).toContain('MGMT_KUBECONFIG (or --mgmt-kubeconfig) is not set');
  expect(err).toContain('Kubeconfig /nowhere/karmada: no such file');
});

test('all that stands in the way is told at once, and nothing is changed', async () => {
  const { forbidden } = world.management.wishes;
  forbidden.add('create deployments').add('patch deployments');
  world.karmada.wishes.forbidden.add('create clusterroles');
  const spec = { ports: [{ port: 80, nodePort: 30_180 }] };
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'harbor', namespace: 'default' }, spec };
  world.management.registry.create(SERVICE, service, { manager: 'test' });
  const before = world.management.registry.store.version();

  const variables = { STORAGE_CLASS: 'fast', KARMADA_SERVER: '' };
  const { code, err } = await world.run('deploy', [], { variables });
  expect(code).toBe(1);
  expect(err).toContain('Prerequisites failed: 5 to mend');
  expect(err).toContain('management cluster: the kubeconfig may not create, patch deployments.apps in the namespace');
  expect(err).toContain('Karmada: the kubeconfig may not create clusterroles.rbac.authorization.k8s.io');
  expect(err).toContain('storage class fast is not there');
  expect(err).toContain('NodePort 30180 of ml-platform-backend is taken by the Service default/harbor');
  expect(err).toContain('is this machine alone: give its address for pods with --karmada-server');
  expect(world.management.registry.store.version()).toBe(before);
});

test('mistakes on the command line are told together with those in the settings and in the clusters', async () => {
  const tokens = join(world.folder, 'tokens.yaml');
  writeFileSync(tokens, '- { name: ann }');
  const options = ['--tokens-file', tokens, '--karmada-server', 'karmada:5443'];
  const variables = { STORAGE_CLASS: 'fast' };
  const { code, err } = await world.run('deploy', options, { variables });
  expect(code).toBe(1);
  expect(err).toMatch(/tokens\.yaml is no file of tokens \(npm run hash-token makes one\): .*sha256/);
  expect(err).toContain('KARMADA_SERVER (or --karmada-server) is "karmada:5443"');
  expect(err).toContain('storage class fast is not there');

  const worse = await world.run('deploy', options, { variables: { ...variables, MGMT_KUBECONFIG: '', VERSION: '!' } });
  expect(worse.err).toContain('images.tag');
  expect(worse.err).toContain('MGMT_KUBECONFIG (or --mgmt-kubeconfig) is not set');
  expect(worse.err).toContain('is no file of tokens');
});

test.each([
  ['--helm', 'npm run deploy -- --only prepare'],
  ['--adopt', 'docs/gitops.md'],
])(
  '%s, which earlier releases had, is refused with what to do now, before any cluster is asked',
  async (flag, instead) => {
    const { code, err } = await world.deploy(flag);
    expect(code).toBe(1);
    expect(err).toMatch(new RegExp(`^deploy: ${flag} is no more: `));
    expect(err).toContain(instead);
    expect(world.management.requests).toEqual([]);
  },
);

test('a fault of ours is told with where it is; what the user can mend, in a line', async () => {
  const faulty = (error: Error) => ({
    title: 'Faulty',
    run: () => Promise.reject(error),
  });
  const output = { style: 'plain' as const, write: () => undefined };
  const failed = (error: Error) => runSteps([faulty(error)], {} as Deployment, output).catch((each: unknown) => each);
  expect(isForUser(await failed(new TypeError('x is undefined')))).toBe(false);
  expect(isForUser(await failed(new Error('thrown by a library')))).toBe(false);
  expect(isForUser(await failed(new StepFailure('the cluster is full')))).toBe(true);
});

test('a kubeconfig that may see its own namespace alone still deploys', async () => {
  world.management.wishes.intercept = async ({ method, path }) =>
    method === 'GET' &&
    ['api/v1/services', 'api/v1/nodes', 'apis/storage.k8s.io/v1/storageclasses'].includes(path.join('/'))
      ? json(403, {
          kind: 'Status',
          apiVersion: 'v1',
          status: 'Failure',
          reason: 'Forbidden',
          message: 'forbidden',
          code: 403,
        })
      : undefined;
  const { code, err } = await world.deploy();
  expect(code, err).toBe(0);
});

test('a cluster that does not answer is named', async () => {
  await world.karmada.close();
  const { code, err } = await world.deploy();
  expect(code).toBe(1);
  expect(err).toMatch(/Prerequisites failed: .*\n {2}Karmada: http:\/\/127\.0\.0\.1:\d+ did not answer .*ECONNREFUSED/);
});

test('pods that do not come up: each with its reason; mended, the same command goes on', async () => {
  const { troubles } = world.management.wishes;
  troubles.set('ml-platform-backend', { kind: 'crash', lines: ['starting', 'cannot reach the database'] });
  troubles.set('ml-platform-frontend', {
    kind: 'image',
    message: 'Back-off pulling image "ml-platform-frontend:latest"',
  });
  troubles.set('postgres', { kind: 'unschedulable', message: '0/1 nodes are available: 1 Insufficient memory.' });
  const { code, err, out } = await world.deploy('--timeout', '1s');
  expect(code).toBe(1);
  expect(err).toContain('Rollout failed: ');
  expect(err).toMatch(
    /StatefulSet postgres not up within 1 s: 0 of 1 up\n.*Unschedulable: 0\/1 nodes are available: .* - no node has what it asks for/,
  );
  expect(err).toContain('ImagePullBackOff: Back-off pulling image "ml-platform-frontend:latest"');
  expect(err).toMatch(/CrashLoopBackOff: ended with exit code 1 \(Error\) - its log says why/);
  expect(err).toContain('| cannot reach the database');
  expect(err).toContain('event FailedScheduling: 0/1 nodes are available');
  expect(out).not.toContain('Pruning');

  troubles.clear();
  world.management.tryAgain();
  const mended = await world.deploy();
  expect(mended.code, mended.err).toBe(0);
  expect(mended.out).toContain('Record: ConfigMap ml-platform-applyset, as begun before');
  expect(mended.out).toContain('Manifests: 0 created, 0 changed, 18 unchanged');
});

test('what another tool manages is left alone, unless it is asked for', async () => {
  expect((await world.deploy()).code).toBe(0);
  const { registry } = world.management;
  const type = registry.table.get('deployments.apps') ?? expect.fail('no Deployments');
  const deployment = world.find(world.management, 'apps/v1', 'Deployment', 'ml-platform-backend');
  if (!deployment) expect.fail('no backend');
  registry.update(
    type,
    { ...deployment, spec: { ...(deployment.spec as object), replicas: 3 } },
    { manager: 'kubectl' },
  );
  const { code, err } = await world.deploy();
  expect(code).toBe(1);
  expect(err).toMatch(/Manifests failed: Deployment ml-platform-backend: .*conflicts with "kubectl": \.spec\.replicas/);
  expect(err).toContain('--force-conflicts');
  expect((await world.deploy('--force-conflicts')).code).toBe(0);
  const after = world.find(world.management, 'apps/v1', 'Deployment', 'ml-platform-backend');
  expect(after?.spec).toMatchObject({ replicas: 1 });
});

test('a service that says it is not ready fails the verification; one that the API server cannot reach does not', async () => {
  const { wishes } = world.management;
  wishes.proxied = (_, { path }) =>
    path[0] === 'ready'
      ? { status: 503, body: '{"title":"Not ready","detail":"database away"}' }
      : { status: 200, body: '{}' };
  const { code, err } = await world.deploy();
  expect(code).toBe(1);
  expect(err).toContain('Verification failed: /ready answers 503: {"title":"Not ready","detail":"database away"}');

  wishes.proxied = () => undefined;
  const { code: unreachable, out } = await world.deploy();
  expect(unreachable).toBe(0);
  expect(out).toMatch(
    /\/ready answers the kubelet \(the API server cannot reach it: 503; no port can be forwarded: Pod [^ ]+, port 8080: connection refused\)/,
  );
});

test('a monitor that never starts fails the verification', async () => {
  world.management.wishes.lines.clear();
  const { code, err } = await world.deploy('--timeout', '1s');
  expect(code).toBe(1);
  expect(err).toContain('wrote "Job monitor started - ..." within 1 s');
});

test('Ctrl-C: ends with 130 and says so; the same command goes on', async () => {
  world.management.wishes.troubles.set('ml-platform-backend', { kind: 'image', message: 'not there yet' });
  const looked = new Promise<void>((resolve) => {
    world.management.wishes.intercept = async ({ method, path }) => {
      const isLast = method === 'PATCH' && path.at(-1) === 'ml-platform-frontend' && path.at(-2) === 'deployments';
      if (isLast) resolve();
      return undefined;
    };
  });
  const ended = world.spawned([], (pid) => void looked.then(() => process.kill(pid, 'SIGINT')));
  const { code, err } = await ended;
  expect(code).toBe(130);
  expect(err).toMatch(/(Manifests|Rollout) failed: stopped by SIGINT/);

  world.management.wishes.troubles.clear();
  world.management.tryAgain();
  const again = await world.deploy();
  expect(again.code, again.err).toBe(0);
  expect(again.out).toContain('Secrets: kept postgres-credentials');
});

test('another stack goes the same way, without Karmada, and says what its administrator has to bring', async () => {
  const missing = await world.run('deploy', ['--stack', 'preempt'], {
    variables: { KARMADA_KUBECONFIG: '', STORAGE_CLASS: 'standard' },
  });
  expect(missing.code).toBe(1);
  expect(missing.err).toContain('(the file of locations)');
  const flts = await world.run('deploy', ['--stack', 'flts'], {
    variables: { KARMADA_KUBECONFIG: '', STORAGE_CLASS: 'standard' },
  });
  expect(flts.err).toBe('');
  expect(flts.out).toContain('Objects in Karmada: left out, flts does not use Karmada');
  expect(flts.out).toMatch(/Secrets: made .*minio-credentials/);
});

test('our images are asked for in their registry, with the token it wants', async () => {
  const registry = createServer(({ headers, url = '' }, response) => {
    const { port } = registry.address() as AddressInfo;
    const realm = `Bearer realm="http://127.0.0.1:${port}/token",service="test",scope="pull"`;
    if (url.startsWith('/token')) response.end(JSON.stringify({ token: 'given' }));
    else if (headers.authorization !== 'Bearer given') response.writeHead(401, { 'www-authenticate': realm }).end();
    else response.writeHead(url === '/v2/team/backend/manifests/1.0' ? 200 : 404).end();
  }).listen(0, '127.0.0.1');
  await once(registry, 'listening');
  try {
    const host = `127.0.0.1:${(registry.address() as AddressInfo).port}`;
    const pod = (image: string) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' }, spec: { image } });
    const images = [`${host}/team/backend:1.0`, `${host}/team/frontend:1.0`, 'docker.io/library/postgres:18'];
    const { missing, unknown } = await unpullableImages(images.map(pod), `${host}/team`);
    expect(missing).toEqual([expect.stringContaining(`image ${host}/team/frontend:1.0 is not in the registry`)]);
    expect(unknown).toEqual([]);
  } finally {
    registry.close();
    registry.closeAllConnections();
  }
});
