import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FaultProxy, startFaultProxy } from '../../fault-proxy.ts';
import { freshDatabase, type TestDatabase } from '../postgres.ts';
import { smallJob, startWorld, until, type World } from './world.ts';

let world: World;
let proxy: FaultProxy;
beforeAll(async () => {
  const probe: TestDatabase = await freshDatabase();
  proxy = await startFaultProxy({ port: probe.port });
  await probe.drop();
  world = await startWorld({
    environment: { DATABASE_POOL_SIZE: '5' },
    databaseUrl: ({ url }) => url.replace(/:\d+\//, `:${proxy.port}/`),
  });
});
afterAll(async () => {
  await world.close();
  await proxy.close();
});
const ready = async () => (await world.call('/ready')).status === 200;

test('while the database is away every answer says so and when to come back; then all is as before', async () => {
  proxy.reset();
  for (const [path, body] of [
    ['/api/v1/jobs', undefined],
    ['/api/v1/jobs', smallJob()],
    ['/api/v1/jobs/some-00000000', undefined],
    ['/api/v1/summary', undefined],
    ['/ready', undefined],
  ] as const) {
    const answer = await world.call(path, { body });
    expect([path, answer.status]).toEqual([path, 503]);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(answer.body.detail).toMatch(/database/);
    expect(answer.text).not.toMatch(/127\.0\.0\.1|password|ECONN/);
  }
  expect((await world.call('/health')).status).toBe(200);
  expect((await world.call('/metrics')).text).toMatch(/^mlp_database_up 0$/m);
  proxy.heal();
  await until(ready, 'it is ready again');
  expect((await world.call('/api/v1/jobs', { body: smallJob() })).status).toBe(201);
});

test('a statement that has not ended in its time is told as that, not as a database that is away', async () => {
  await world.database.query('begin');
  await world.database.query('lock table job in access exclusive mode');
  const answer = await world.call('/api/v1/jobs');
  await world.database.query('rollback');
  expect(answer.status).toBe(503);
  expect(answer.body.detail).toMatch(/did not finish this in its time.*smaller limit/);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
});

test('sessions that went silent do not hold /ready for ever', async () => {
  proxy.blackHole();
  const answer = await world.call('/ready');
  expect(answer.status).toBe(503);
  proxy.cut();
  proxy.heal();
  await until(ready, 'it is ready again');
});

test('more requests at once than sessions are all answered', async () => {
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, index) =>
      index % 2
        ? world.call('/api/v1/jobs')
        : world.call('/api/v1/jobs', { body: smallJob({ jobName: `burst-${index}` }) }),
    ),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 201]));
});

test('a member that is down is told in a moment for what it is, and the others are shown', async () => {
  const up = world.karmada.faults.add({ where: 'member2', kind: 'refuse' });
  const answer = await world.call('/api/v1/proxy/clusters/member2/resources');
  expect(answer.status).toBe(503);
  expect(answer.body.detail).toContain('member2');
  expect((await world.call('/api/v1/proxy/clusters/member1/resources')).status).toBe(200);
  expect((await world.call('/api/v1/proxy/clusters')).body.clusters).toHaveLength(3);
  up();
});

test('while Karmada is away jobs are taken, also for clusters that are known', async () => {
  await world.call('/api/v1/proxy/clusters');
  await world.karmada.stopListening();
  const taken = await world.call('/api/v1/jobs', { body: smallJob({ targetClusters: ['member1'] }) });
  expect(taken.status).toBe(201);
  const directory = async () => (await world.call('/api/v1/proxy/clusters')).body;
  await until(async () => (await directory()).unreachableSince !== null, 'the directory says so');
  expect(await ready()).toBe(true);
  await world.karmada.listenAgain();
  await until(
    async () => (await world.call(`/api/v1/jobs/${taken.body.id}`)).body.clusters.length > 0,
    'it is placed then',
  );
});

test('a caller who sends half a request and falls silent does not keep others waiting', async () => {
  const { port } = new URL(world.url);
  const silent = Array.from({ length: 50 }, () => connect(Number(port), '127.0.0.1'));
  for (const socket of silent) {
    await once(socket, 'connect');
    socket.write(
      'POST /api/v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"job',
    );
  }
  expect((await world.call('/api/v1/jobs')).status).toBe(200);
  for (const socket of silent) socket.destroy();
});
