import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { INGRESS } from '../../../service/kube/kinds.ts';
import { json } from '../../../service/local/kube/exchange.ts';
import { typeOfKind } from '../../../service/local/kube/resources.ts';
import { startWorld, type World } from './command.ts';

const STACK = ['--stack', 'monitoring', '--env', 'gke', '--timeout', '30s'];
const ADDRESS = '203.0.113.7';
const HOST = `grafana.${ADDRESS}.nip.io`;

let world: World;
let path: string;
beforeAll(async () => {
  world = await startWorld();
  path = join(world.folder, 'bin');
  mkdirSync(path);
  // The kinds of the charts are served once helm has installed them.
  const { intercept } = world.management.wishes;
  world.management.wishes.intercept = async (request) =>
    request.path.join('/') === 'apis' && !existsSync(log())
      ? json(200, { groups: WITHOUT_CHARTS.map((groupVersion) => ({ versions: [{ groupVersion }] })) })
      : intercept(request);
});
afterAll(() => world.close());

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

function installHelm(): void {
  const script = join(import.meta.dirname, 'fake-helm.mjs');
  writeFileSync(join(path, 'helm'), `#!/bin/sh\nexec '${process.execPath}' '${script}' '${log()}' "$@"\n`);
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

const deploy = (said?: (line: string) => void) =>
  world.run('deploy', STACK, {
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
  const [certManager, stack, , again] = asked();
  expect(certManager?.args.slice(0, 6)).toEqual([
    'upgrade',
    '--install',
    'cert-manager',
    'cert-manager',
    '--repo',
    'https://charts.jetstack.io',
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
