import { afterAll, beforeAll, expect, test } from 'vitest';
import { call, smallJob, startWorld, until, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const WORDS = 'dial tcp 127.0.0.1:6443: connect: connection refused';
const ADDRESS = /127\.0\.0\.1|ECONN|dial tcp|connection refused/;
const clusters = async () => (await world.call('/api/v1/proxy/clusters')).body;

test('while Karmada is away the clusters are as it told them last, with since when; then as they are', async () => {
  const before = await clusters();
  expect(before.unreachableSince).toBeNull();
  const back = world.karmada.faults.add({ kind: 'refuse', where: 'karmada' });
  await until(async () => (await clusters()).unreachableSince !== null, 'it is told that Karmada is away');
  const away = await clusters();
  expect(away.clusters.map(({ name }: { name: string }) => name)).toEqual(
    before.clusters.map(({ name }: { name: string }) => name),
  );
  expect(Date.now() - Date.parse(away.unreachableSince)).toBeLessThan(60_000);
  expect((await clusters()).unreachableSince).toBe(away.unreachableSince);

  const { id } = (await world.call('/api/v1/jobs', { body: smallJob() })).body;
  const waits = async () => (await world.call(`/api/v1/jobs/${id}`)).body;
  await until(async () => (await waits()).reason === 'KarmadaUnavailable', 'the job says what it waits for');
  expect((await waits()).message).not.toMatch(ADDRESS);
  back();
  await until(async () => (await clusters()).unreachableSince === null, 'Karmada is back');
});

test('a service that starts while Karmada is away tells the clusters as they were last, too', async () => {
  const before = await clusters();
  await until(async () => (await world.database.query('select from clusters_told')).length > 0, 'it is written down');
  const back = world.karmada.faults.add({ kind: 'refuse', where: 'karmada' });
  const late = await world.another();
  const away = (await call(`${late.url}/api/v1/proxy/clusters`)).body;
  back();
  await late.stop();
  const told = ({ name, ready, nodes, allocatable }: Record<string, unknown>) => ({ name, ready, nodes, allocatable });
  expect(away.clusters.map(told)).toEqual(before.clusters.map(told));
  expect(Date.now() - Date.parse(away.unreachableSince)).toBeLessThan(300_000);
});

test('people read what happened, not the address that refuses connections', async () => {
  const back = world.karmada.faults.add({ kind: 'dialError', message: WORDS, where: 'member1' });
  const answer = await world.call('/api/v1/proxy/clusters/member1/resources');
  back();
  expect(answer.status).toBe(503);
  expect(answer.body.detail).toMatch(/^Cluster member1 cannot be asked just now: the cluster does not answer Karmada/);
  expect(answer.text).not.toMatch(ADDRESS);
  expect(world.logged.join('\n')).toMatch(/connection refused/);
});
