import { expect, test } from 'vitest';
import { RAY_JOB, RESOURCE_BINDING } from '../../../service/local/karmada/kinds.ts';
import { objectsOf, remainsOf, setUp } from './world.ts';

test.each([
  ['RayJob', {}],
  ['Job', { runtime: 'job', algorithm: { source: 'container', imageUri: 'busybox:1' } }],
])('a new %s reaches one cluster, and its volume goes along', async (kind, fields) => {
  const world = await setUp();
  world.dispatch();
  const submitted = await world.submit({ namespace: 'team-a', targetClusters: ['member3', 'member2'], ...fields });
  const job = await world.shows(submitted.id, 'Scheduled');

  expect(job).toMatchObject({ kind, status: 'Pending' });
  expect(job.clusters).toHaveLength(1);
  expect(['member2', 'member3']).toContain(job.clusters[0]);
  const [cluster = ''] = job.clusters;
  const { workload, volume } = objectsOf(job);
  const member = world.karmada.member(cluster);
  await expect.poll(() => member.get(workload)).toBeDefined();
  await expect.poll(() => member.get(volume)).toBeDefined();
  const history = (await world.store.events.ofJob(job.id)).map(({ reason, cluster: where }) => [reason, where]);
  expect(history).toEqual([
    ['Queued', null],
    ['Dispatched', null],
    ['Scheduled', cluster],
  ]);
  expect(job.message).toContain(`placed it on ${cluster} out of member3, member2`);
});

test('a job that no cluster fits waits with Karmada’s words, and goes on when one does', async () => {
  const world = await setUp();
  const endOutage = world.simulated.faults.add({ kind: 'refuse', where: 'member2' });
  await expect
    .poll(async () => (await world.karmada.clusters()).find(({ name }) => name === 'member2')?.ready)
    .toBe(false);
  world.dispatch();
  const { id } = await world.submit({ targetClusters: ['member2'] });
  const waiting = await world.shows(id, 'Unschedulable');
  expect(waiting).toMatchObject({ status: 'Pending', clusters: [] });
  expect(waiting.message).toContain('0/3 clusters are available');
  endOutage();
  expect((await world.shows(id, 'Scheduled')).clusters).toHaveLength(1);
});

test('an object of that name that is not ours is left alone, and nothing is made beside it', async () => {
  const world = await setUp();
  const job = await world.submit();
  const foreign = { metadata: { name: job.objectName, namespace: job.namespace, labels: { owner: 'somebody' } } };
  await world.karmada.apply({ apiVersion: 'ray.io/v1', kind: 'RayJob', ...foreign, spec: { entrypoint: 'theirs' } });
  world.dispatch();
  const ended = await world.shows(job.id, 'NameTaken');
  expect(ended.status).toBe('Failed');
  expect(ended.message).toContain(`RayJob ${job.objectName}`);
  await expect.poll(() => world.database.query('select from dispatch')).toEqual([]);
  expect(await remainsOf(world, job)).toEqual(['control plane: RayJob']);
  expect(await world.karmada.get(objectsOf(job).workload)).toMatchObject({ spec: { entrypoint: 'theirs' } });
});

test.each([
  [422, 'rayjobs'],
  [403, 'rayjobs'],
  [403, 'persistentvolumeclaims'],
])('a %i for %s ends the job in Karmada’s words, and what was made of it is removed', async (status, resource) => {
  const world = await setUp();
  world.simulated.faults.add({
    kind: 'status',
    code: status,
    where: 'karmada',
    method: 'POST',
    matching: `/${resource}`,
    message: 'because',
  });
  world.dispatch();
  const job = await world.submit();
  const ended = await world.shows(job.id, 'Refused');
  expect(ended).toMatchObject({ status: 'Failed' });
  expect(ended.message).toContain('because');
  await expect.poll(() => world.database.query('select from dispatch')).toEqual([]);
  expect(await remainsOf(world, job)).toEqual([]);
});

test('jobs are sent by priority, then age', async () => {
  const world = await setUp();
  const jobs = [];
  for (const [jobName, priority] of [
    ['low', 1],
    ['first', 5],
    ['second', 5],
    ['high', 9],
  ] as const) {
    jobs.push(await world.submit({ jobName, priority }));
  }
  world.dispatch({ concurrency: 1 });
  for (const { id } of jobs) await world.shows(id, 'Scheduled');
  const created = world.simulated.control.registry.store.list(RAY_JOB);
  const inOrder = created.sort((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion));
  const sent = inOrder.map(({ metadata }) => metadata.name.split('-')[0]);
  expect(sent).toEqual(['high', 'first', 'second', 'low']);
});

test('a job that Karmada moves takes its volume along', async () => {
  const world = await setUp();
  world.dispatch();
  const job = await world.shows((await world.submit({ targetClusters: ['member1', 'member2'] })).id, 'Scheduled');
  const [from = ''] = job.clusters;
  const to = from === 'member1' ? 'member2' : 'member1';
  await expect.poll(() => remainsOf(world, job)).toContain(`${from}: PersistentVolumeClaim`);
  const binding = world.simulated.control.registry.read(RESOURCE_BINDING, job.namespace, `${job.objectName}-rayjob`);
  world.simulated.control.registry.update(
    RESOURCE_BINDING,
    { ...binding, spec: { ...(binding.spec as object), clusters: [{ name: to }] } },
    { manager: 'karmada-scheduler' },
  );
  await expect.poll(() => remainsOf(world, job)).toContain(`${to}: PersistentVolumeClaim`);
});
