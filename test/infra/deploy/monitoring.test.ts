import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { INGRESS } from '../../../service/kube/kinds.ts';
import { json } from '../../../service/local/kube/exchange.ts';
import { typeOfKind } from '../../../service/local/kube/resources.ts';
import { type Authority, createAuthority } from '../../service/kube/certificates.ts';
import { startWorld, type World } from './command.ts';
import { type Entrance, HEADERS, startEntrance } from './some-entrance.ts';

const STACK = ['--stack', 'monitoring', '--env', 'gke', '--timeout', '60s'];
/** Of this machine, where an entrance of ours listens. */
const ADDRESS = '127.0.0.1';
const HOST = `grafana.${ADDRESS}.nip.io`;

let world: World;
let path: string;
let authority: Authority;
let entrance: Entrance;
let settings: string;
beforeAll(async () => {
  world = await startWorld();
  authority = await createAuthority(HOST);
  entrance = await startEntrance(HOST, authority.server);
  settings = join(world.folder, 'mine.yaml');
  writeFileSync(settings, JSON.stringify({ check: { entrance: entrance.ports } }));
  world.management.registry.store.onChange(({ object, resource }) => {
    if (resource.kind === 'Certificate' && object && !('status' in object))
      setImmediate(() => issue(object.metadata.name));
  });
  path = join(world.folder, 'bin');
  mkdirSync(path);
  // The kinds of the charts are served once helm has installed them.
  const { intercept } = world.management.wishes;
  world.management.wishes.intercept = async (request) =>
    request.path.join('/') === 'apis' && !existsSync(log())
      ? json(200, { groups: WITHOUT_CHARTS.map((groupVersion) => ({ versions: [{ groupVersion }] })) })
      : intercept(request);
});
afterAll(() => Promise.all([world.close(), entrance.close()]));

const WITHOUT_CHARTS = ['networking.k8s.io/v1', 'cloud.google.com/v1', 'networking.gke.io/v1beta1'];

const log = () => join(world.folder, 'helm.log');

interface Asked {
  readonly args: readonly string[];
  readonly values: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}
const asked = (): Asked[] =>
  readFileSync(log(), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Asked);

function installHelm(version = 'v4.0.0'): void {
  const script = join(import.meta.dirname, 'fake-helm.mjs');
  writeFileSync(join(path, 'helm'), `#!/bin/sh\nexec '${process.execPath}' '${script}' '${log()}' '${version}' "$@"\n`);
  chmodSync(join(path, 'helm'), 0o755);
}

function typeOf(apiVersion: string, kind: string) {
  const type = typeOfKind(world.management.registry.table, apiVersion, kind);
  if (!type) throw new Error(`${kind} is not served`);
  return type;
}

const find = (apiVersion: string, kind: string, name: string) => {
  const type = typeOf(apiVersion, kind);
  return world.management.registry.store.get(type, type.namespaced ? 'monitoring' : undefined, name);
};

/** As Google's load balancer does, some time after its Ingress is there. */
function setAddress(): void {
  const ingress = find(INGRESS.apiVersion, INGRESS.kind, 'grafana-ingress');
  if (!ingress) throw new Error('there is no Ingress');
  const status = { loadBalancer: { ingress: [{ ip: ADDRESS }] } };
  world.management.registry.store.put(typeOf(INGRESS.apiVersion, INGRESS.kind), { ...ingress, status });
}

/** As cert-manager does, soon after a Certificate is there: of which it says that it is ready, and whose Secret it writes. */
function issue(name: string): void {
  const { store } = world.management.registry;
  const found = find('cert-manager.io/v1', 'Certificate', name);
  if (!found) return;
  const status = { conditions: [{ type: 'Ready', status: 'True' }] };
  store.put(typeOf('cert-manager.io/v1', 'Certificate'), { ...found, status });
  const { secretName } = found.spec as { secretName: string };
  const data = { 'ca.crt': Buffer.from(authority.ca).toString('base64') };
  const metadata = { name: secretName, namespace: 'monitoring' };
  store.put(typeOf('v1', 'Secret'), { apiVersion: 'v1', kind: 'Secret', metadata, data } as never);
}

const deploy = (said?: (line: string) => void) =>
  world.run('deploy', [...STACK, '--config', settings], {
    variables: { PATH: [path, '/usr/bin', '/bin'].join(delimiter) },
    ...(said && { said }),
  });

test('without helm nothing is changed, and it says what to do', async () => {
  const { code, err } = await world.run('deploy', STACK, { variables: { PATH: path } });
  expect(code).toBe(1);
  expect(err).toContain('cert-manager and kube-prometheus-stack are installed by helm, which is not on PATH');
  expect(find('v1', 'Namespace', 'monitoring')).toBeUndefined();
});

test('one command: the charts, our objects, then the host that the address of the load balancer makes', async () => {
  installHelm();
  let isAddressed = false;
  const { code, err, out } = await deploy((line) => {
    if (isAddressed || !line.startsWith('Address ...')) return;
    isAddressed = true;
    setAddress();
  });
  expect(err).toBe('');
  expect(code).toBe(0);
  expect(isAddressed).toBe(true);
  expect(out).toContain(`Address: ${ADDRESS}`);
  expect(out).toContain(
    `Way in: https://${HOST} answers with a chain that is trusted and its headers, and HTTP leads there`,
  );
  expect(out).toMatch(/Check: .*it succeeded; it succeeded/);
  const [certManager, stack, , again] = asked();
  expect(certManager?.args.slice(0, 6)).toEqual([
    'upgrade',
    '--install',
    'cert-manager',
    'oci://quay.io/jetstack/charts/cert-manager',
    '--version',
    'v1.18.2',
  ]);
  expect(stack?.args.slice(0, 5)).toEqual([
    'upgrade',
    '--install',
    'monitoring',
    'oci://ghcr.io/prometheus-community/charts/kube-prometheus-stack',
    '--version',
  ]);
  expect(stack?.values.grafana?.['grafana.ini']).not.toHaveProperty('server');
  expect(again?.values.grafana?.['grafana.ini']).toHaveProperty('server.root_url', `https://${HOST}`);
  expect(find('cert-manager.io/v1', 'Certificate', 'grafana-tls')).toMatchObject({ spec: { dnsNames: [HOST] } });
  expect(find(INGRESS.apiVersion, INGRESS.kind, 'grafana-ingress')).toMatchObject({
    spec: { rules: [{ host: HOST }], tls: [{ hosts: [HOST] }] },
  });
  expect(find('v1', 'Secret', 'monitoring-grafana')).toMatchObject({
    data: { 'admin-user': Buffer.from('admin').toString('base64') },
  });
});

test('again it knows the address at once, asks for the charts once, and keeps the password', async () => {
  const before = find('v1', 'Secret', 'monitoring-grafana')?.data;
  rmSync(log());
  expect(await deploy()).toMatchObject({ code: 0, err: '' });
  expect(existsSync(log()) && asked()).toHaveLength(2);
  expect(find('v1', 'Secret', 'monitoring-grafana')?.data).toEqual(before);
  expect(find(INGRESS.apiVersion, INGRESS.kind, 'grafana-ingress')).toMatchObject({
    spec: { rules: [{ host: HOST }] },
  });
});

test('a chart that is pinned by its digest is asked for by it, and a helm that is too old is told of before', async () => {
  const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
  const file = join(world.folder, 'pinned.yaml');
  writeFileSync(file, JSON.stringify({ check: { entrance: entrance.ports }, prometheusStack: { digest } }));
  const pinned = (version: string) => {
    installHelm(version);
    return world.run('deploy', [...STACK, '--config', file], {
      variables: { PATH: [path, '/usr/bin', '/bin'].join(delimiter) },
    });
  };
  expect((await pinned('v3.17.4+g1')).err).toContain('takes no chart by its digest: install 3.18 or newer');
  rmSync(log());
  expect(await pinned('v3.18.0+g1')).toMatchObject({ code: 0, err: '' });
  expect(asked()[1]?.args).toContain(`oci://ghcr.io/prometheus-community/charts/kube-prometheus-stack@${digest}`);
});

test('an entrance without the headers that we set is told, with what to do', async () => {
  entrance.headers = { ...HEADERS, 'content-security-policy': '' };
  const { code, err } = await world.run('deploy', [...STACK, '--timeout', '1s', '--config', settings], {
    variables: { PATH: [path, '/usr/bin', '/bin'].join(delimiter) },
  });
  entrance.headers = HEADERS;
  expect(code).toBe(1);
  expect(err).toContain('Way in failed: ');
  expect(err).toContain('the header content-security-policy is missing; it should have script-src');
});
