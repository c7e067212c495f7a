import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { program } from '../../program.ts';

const root = resolve(import.meta.dirname, '../../..');

/** Answers of an API server, by path; what is not named is not found. */
let answers: Record<string, unknown> = {};
let server: Server;
let directory = '';

beforeAll(async () => {
  server = createServer(({ url = '' }, response) => {
    const { pathname } = new URL(url, 'http://localhost');
    const [kind = '', name = ''] = pathname.split('/').slice(-2);
    const missing = { kind: 'Status', apiVersion: 'v1', reason: 'NotFound', code: 404, details: { kind, name } };
    const body = answers[pathname];
    response.writeHead(body ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(body ?? missing));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  directory = mkdtempSync(join(tmpdir(), 'preflight-'));
  const { port } = server.address() as AddressInfo;
  writeFileSync(
    join(directory, 'kubeconfig'),
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'test', cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'test', user: {} }],
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
      'current-context': 'test',
    }),
  );
});

afterAll(() => {
  server.close();
  rmSync(directory, { recursive: true });
});

const list = (kind: string, ...items: { metadata: object }[]) => ({ apiVersion: 'v1', kind, metadata: {}, items });
const secret = (...keys: string[]) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'x' },
  data: Object.fromEntries(keys.map((key) => [key, 'eA=='])),
});
const group = (groupVersion: string) => ({ versions: [{ groupVersion }] });
const CLUSTER = {
  '/apis/storage.k8s.io/v1/storageclasses': list('StorageClassList', { metadata: { name: 'hostpath' } }),
  '/api/v1/services': list('ServiceList'),
  ...Object.fromEntries(
    ['flts', 'preempt', 'ml-platform'].map((name) => [`/api/v1/namespaces/${name}/pods`, list('PodList')]),
  ),
  '/api': { versions: ['v1'] },
  '/apis': { groups: ['apps/v1', 'batch/v1', 'networking.k8s.io/v1', 'autoscaling/v2', 'policy/v1'].map(group) },
};

async function preflight(...args: string[]): Promise<{ code: number; said: string }> {
  const child = spawn(process.execPath, [await program('infra/preflight/main.ts'), ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: directory, KUBECONFIG: join(directory, 'kubeconfig') },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
  const [code] = await once(child, 'close');
  return { code, said };
}

test('says every thing that is missing, and how to make it, before anything is applied', async () => {
  answers = {
    ...CLUSTER,
    '/apis/storage.k8s.io/v1/storageclasses': list('StorageClassList', { metadata: { name: 'standard' } }),
    '/api/v1/services': list('ServiceList', {
      metadata: { namespace: 'harbor', name: 'core' },
      ...{ spec: { ports: [{ nodePort: 30_023 }] } },
    }),
    '/api/v1/namespaces/flts/secrets/minio-credentials': secret('access-key'),
  };
  const { code, said } = await preflight('--stack', 'flts', '--env', 'dev');
  expect(code).toBe(1);
  expect(said).toMatch(
    /storage class hostpath is not there, for kafka-data-pvc, .*: set storage\.className .* standard/,
  );
  expect(said).toContain('NodePort 30023 of inference-lb is taken by the Service harbor/core');
  expect(said).toContain(
    'Secret minio-credentials has no secret-key (keys of the object storage): kubectl create secret',
  );
  expect(said).toContain('Secret grafana-credentials is not there');
  expect(said).not.toContain('eA==');
});

test('finds nothing where all is there', async () => {
  answers = {
    ...CLUSTER,
    '/api/v1/namespaces/flts/secrets/minio-credentials': secret('access-key', 'secret-key'),
    '/api/v1/namespaces/flts/secrets/postgres-credentials': secret('password', 'url'),
    '/api/v1/namespaces/flts/secrets/mlflow-postgres-credentials': secret('password', 'url'),
    '/api/v1/namespaces/flts/secrets/haproxy-credentials': secret('stats-password'),
    '/api/v1/namespaces/flts/secrets/grafana-credentials': secret('admin-password'),
  };
  const { code, said } = await preflight('--stack', 'flts', '--env', 'dev');
  expect(said).toMatch(/^flts\/dev in http:\/\/127\.0\.0\.1:\d+: nothing stands in the way of \d+ objects\n$/);
  expect(code).toBe(0);
});

const policy = (name: string, kind: string, failover?: object) => ({
  metadata: { name, namespace: 'team-a' },
  spec: { resourceSelectors: [{ apiVersion: 'ray.io/v1', kind }], ...(failover && { failover }) },
});

test('warns of what would let Karmada move RayJobs by itself, and of nothing else; it keeps nothing from coming up', async () => {
  const application = { decisionConditions: { tolerationSeconds: 300 } };
  answers = {
    ...CLUSTER,
    '/apis/policy.karmada.io/v1alpha1/propagationpolicies': list(
      'PropagationPolicyList',
      policy('moves', 'RayJob', { application }),
      policy('stays', 'RayJob'),
      policy('of-the-cluster-alone', 'RayJob', { cluster: {} }),
      policy('of-others', 'Deployment', { application }),
    ),
    '/apis/policy.karmada.io/v1alpha1/clusterpropagationpolicies': list('ClusterPropagationPolicyList', {
      ...policy('moves-all', 'RayJob', { application }),
      metadata: { name: 'moves-all' },
    } as never),
    '/apis/apps/v1/namespaces/karmada-system/deployments/karmada-controller-manager': {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'karmada-controller-manager' },
      spec: { template: { spec: { containers: [{ command: ['--feature-gates=Failover=true,Other=false'] }] } } },
    },
  };
  const options = ['--stack', 'preempt', '--env', 'dev'];
  const { said } = await preflight(...options, '--karmada-kubeconfig', join(directory, 'kubeconfig'));
  expect(said).toContain('PropagationPolicy team-a/moves has failover.application for RayJobs');
  expect(said).toContain('ClusterPropagationPolicy moves-all has failover.application');
  expect(said).toContain('karmada-controller-manager runs with the feature gate Failover');
  expect(said).not.toMatch(/stays|of-others|of-the-cluster-alone/);
  // Without a Karmada nothing is asked of one.
  answers = { ...CLUSTER };
  expect((await preflight(...options)).said).not.toContain('beware');
});

test('says that the cluster does not answer, and which', async () => {
  answers = {};
  const { code, said } = await preflight('--stack', 'preempt', '--env', 'dev');
  expect(code).toBe(1);
  expect(said).toMatch(/^preflight: the cluster could not be asked: /);
});

test('warns where what holds for a whole namespace would fall on the pods of others', async () => {
  const pod = (name: string, labels: object) => ({ metadata: { name, namespace: 'ml-platform', labels } });
  const pods = list(
    'PodList',
    pod('ours', { 'app.kubernetes.io/instance': 'ml-platform' }),
    pod('theirs', { 'app.kubernetes.io/instance': 'shop' }),
    pod('nobodys', {}),
  );
  answers = { ...CLUSTER, '/api/v1/namespaces/ml-platform/pods': pods };
  const { said } = await preflight('--stack', 'ml-platform', '--env', 'prod');
  expect(said).toContain(
    'NetworkPolicy allow-dns, NetworkPolicy default-deny, ResourceQuota quota would hold for pods of others in the namespace ml-platform too (theirs, nobodys): set namespace.shared',
  );
  const shared = join(directory, 'shared.yaml');
  writeFileSync(shared, 'namespace: { shared: true, quota: { enabled: false }, limitRange: { enabled: false } }');
  expect((await preflight('--stack', 'ml-platform', '--env', 'prod', '--config', shared)).said).not.toContain(
    'of others',
  );
});
