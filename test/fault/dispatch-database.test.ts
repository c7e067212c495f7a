import { expect, onTestFinished, test } from 'vitest';
import { RAY_JOB } from '../../service/local/karmada/kinds.ts';
import { startFaultProxy } from '../fault-proxy.ts';
import { setUp, type World } from '../service/dispatch/world.ts';

const MANY = 12;

async function submitMany(world: World) {
  return Promise.all(Array.from({ length: MANY }, () => world.submit()));
}

async function allArriveOnce(world: World, jobs: readonly { id: string }[]): Promise<void> {
  for (const { id } of jobs) {
    await world.shows(id, 'Scheduled');
    expect((await world.store.events.ofJob(id)).map(({ reason }) => reason)).toEqual([
      'Queued',
      'Dispatched',
      'Scheduled',
    ]);
  }
  expect(world.simulated.control.registry.store.list(RAY_JOB)).toHaveLength(jobs.length);
}

/** The dispatcher's own way to the database, which can be broken. */
async function throughProxy(world: World) {
  const proxy = await startFaultProxy({ port: world.database.port });
  const url = new URL(world.database.url);
  url.port = String(proxy.port);
  const store = world.database.store({ url: url.href });
  onTestFinished(async () => {
    proxy.heal();
    await store.close();
    await proxy.close();
  });
  return { proxy, store };
}

const isUnderWay = (world: World) =>
  expect
    .poll(() => world.simulated.requests.count(({ method, path }) => method === 'POST' && path.endsWith('/rayjobs')))
    .toBeGreaterThan(0);

test.each([
  ['restarts', 'reset' as const],
  ['falls silent for a while', 'blackHole' as const],
])('the database %s while jobs are on their way: none is lost, none is sent twice', async (_name, trouble) => {
  const world = await setUp();
  const { proxy, store } = await throughProxy(world);
  const jobs = await submitMany(world);
  // Long enough for the trouble to come before the outcome of any round is written.
  world.simulated.faults.add({ kind: 'delay', ms: 200, where: 'karmada', method: 'POST', matching: '/rayjobs' });
  world.dispatch({ store });
  await isUnderWay(world);
  proxy[trouble]();
  await expect.poll(() => proxy.victims).toBeGreaterThan(0);
  proxy.heal();
  await allArriveOnce(world, jobs);
});

test('a pool of one connection is enough for many rounds at a time', async () => {
  const world = await setUp();
  const store = world.database.store({ poolSize: 1 });
  const jobs = await submitMany(world);
  world.dispatch({ store, concurrency: 10 });
  await allArriveOnce(world, jobs);
});
