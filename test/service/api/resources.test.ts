import { afterAll, beforeAll, expect, test } from 'vitest';
import { NAMESPACE, POD } from '../../../service/local/kube/kinds.ts';
import { startWorld, type World } from './world.ts';

const PODS = 1_234;

let world: World;
beforeAll(async () => {
  world = await startWorld();
  const { registry } = world.karmada.member('member1').server;
  const by = { manager: 'kubelet' };
  registry.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'full' } }, by);
  for (let number = 0; number < PODS; number++) {
    const metadata = { name: `pod-${String(number).padStart(4, '0')}`, namespace: 'full' };
    const spec = { containers: [{ name: 'main', image: 'ray' }] };
    registry.create(POD, { apiVersion: 'v1', kind: 'Pod', metadata, spec }, by);
  }
});
afterAll(() => world.close());

const read = (query: string) => world.call(`/api/v1/proxy/clusters/member1/resources?${query}`);

test('objects of a member are read, and told, a page at a time: nobody waits while all of them are parsed', async () => {
  world.karmada.requests.clear();
  const { status, body } = await read('namespace=full&limit=5000');
  expect(status).toBe(200);
  expect(body).toMatchObject({ cluster: 'member1', namespace: 'full', type: 'pods', count: PODS });
  expect(body.resources).toHaveLength(PODS);
  expect(new Set(body.resources.map((pod: { metadata: { name: string } }) => pod.metadata.name)).size).toBe(PODS);
  expect(body.resources[0]).toMatchObject({ apiVersion: 'v1', kind: 'Pod' });
  expect(body.resources[0].metadata).not.toHaveProperty('managedFields');
  const asked = world.karmada.requests.entries().filter(({ path }) => path.endsWith('/namespaces/full/pods'));
  expect(asked.map(({ query }) => new URLSearchParams(query).get('limit'))).toEqual(Array(5).fill('250'));
});

test.for([
  ['fewer than a page', 7],
  ['more than a page', 300],
  ['none', 0],
] as const)('the limit holds for %s', async ([, wanted]) => {
  const { body } = await read(wanted === 0 ? 'namespace=default&type=jobs' : `namespace=full&limit=${wanted}`);
  expect([body.count, body.resources.length]).toEqual([wanted, wanted]);
});

test('what fails before the first object is a problem with its status', async () => {
  const { status, body } = await world.call('/api/v1/proxy/clusters/nowhere/resources');
  expect([status, body.status]).toEqual([404, 404]);
});
