import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { smallJob, startWorld, temporaryFile, until, type World } from './world.ts';

const entry = (name: string, namespaces: string[]) => ({
  name,
  role: 'admin',
  namespaces,
  sha256: createHash('sha256').update(name).digest('hex'),
});

let world: World;
let file: Awaited<ReturnType<typeof temporaryFile>>;
beforeAll(async () => {
  file = await temporaryFile(stringify([entry('ada', ['*']), entry('of-default', ['default'])]));
  world = await startWorld({ environment: { AUTH_TOKENS_FILE: file.path, CLUSTER_LOST_AFTER: '1s' } });
});
afterAll(async () => {
  await world.close();
  await file.remove();
});

const as = async (token: string, path: string, options = {}) => world.call(`/api/v1${path}`, { token, ...options });
const fence = (token: string, cluster: string, body: unknown = { reason: 'its machines are off' }) =>
  as(token, `/proxy/clusters/${cluster}/fence`, { method: 'POST', body });
const lift = (cluster: string) => as('ada', `/proxy/clusters/${cluster}/fence`, { method: 'DELETE' });
const fenceIn = async (cluster: string) =>
  (await as('of-default', '/proxy/clusters')).body.clusters.find((each: { name: string }) => each.name === cluster)
    .fence;

test('an administrator of everything confirms that a lost cluster is dead, and its job goes on elsewhere', async () => {
  const retryPolicy = { on: ['infrastructure'], backoff: { seconds: 0 }, elsewhere: 'fromStart' };
  const { id } = (await as('ada', '/jobs', { body: smallJob({ retryPolicy }) })).body;
  const job = async () => (await as('ada', `/jobs/${id}`)).body;
  const placed = (attempt: number) => async () => {
    const seen = await job();
    return seen.attempt === attempt && seen.clusters.length === 1;
  };
  await until(placed(1), 'it is in a cluster');
  const [lost] = (await job()).clusters;
  expect((await fence('ada', 'no-such-cluster')).status).toBe(404);
  expect(await fence('ada', lost)).toMatchObject({ status: 409, body: { detail: expect.stringContaining('answers') } });

  world.karmada.faults.add({ kind: 'refuse', where: lost });
  await until(async () => (await job()).attention?.reason === 'ClusterLost', 'it needs attention');
  expect((await as('ada', '/jobs?attention=true')).body).toHaveLength(1);
  expect((await fence('of-default', lost)).status).toBe(403);
  expect((await fence('ada', lost, { reason: 'x'.repeat(501) })).status).toBe(400);
  expect(await fenceIn(lost)).toBeNull();
  expect(await fence('ada', lost)).toMatchObject({
    status: 200,
    body: { cluster: lost, by: 'ada', reason: 'its machines are off', leftBehind: 0 },
  });
  await until(placed(2), 'its next attempt is in a cluster');
  expect((await job()).clusters).not.toContain(lost);
  expect((await as('ada', `/jobs/${id}/metrics`)).body.marks).toMatchObject([{ attempt: 2 }]);
  expect(await fenceIn(lost)).toMatchObject({ by: 'ada', leftBehind: 1 });
  expect(await lift(lost)).toMatchObject({ status: 409, body: { detail: expect.stringContaining('1 attempts') } });
  expect(world.logged.some((line) => line.includes('A cluster is fenced') && line.includes('ada'))).toBe(true);
});

test('what nothing was left in is open again as soon as somebody says so', async () => {
  const { body } = await as('ada', '/proxy/clusters');
  const open = body.clusters.find((each: { fence: object | null }) => each.fence === null).name;
  expect((await lift(open)).status).toBe(404);
  await world.database.query("insert into fence values ($1, default, 'ada', '')", [open]);
  expect(await lift(open)).toMatchObject({ status: 200, body: { done: true } });
  expect(await fenceIn(open)).toBeNull();
});
