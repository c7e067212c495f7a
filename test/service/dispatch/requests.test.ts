import { expect, test } from 'vitest';
import { manifestsOf } from '../../../service/jobs/manifests/index.ts';
import { PROPAGATION_POLICY, RAY_JOB } from '../../../service/local/karmada/kinds.ts';
import { MANIFESTS, objectsOf, remainsOf, setUp } from './world.ts';

const JOBS = 30;

test('a job costs two requests on its way to its cluster, and a few until nothing of it is left', async () => {
  const world = await setUp();
  world.dispatch();
  // The watches, the first policy of the namespace: what all jobs share.
  const first = await world.shows((await world.submit()).id, 'Scheduled');
  const { requests } = world.simulated;
  const watches = () => requests.count(({ query }) => query.includes('watch=1'));
  const asked = () => requests.count() - watches();

  const before = asked();
  const jobs = await Promise.all(Array.from({ length: JOBS }, () => world.submit()));
  for (const { id } of jobs) await world.shows(id, 'Scheduled');
  const onTheWay = (asked() - before) / JOBS;
  // Each cluster that is a first choice has a policy of its own; the clusters are looked at every few seconds.
  expect(onTheWay).toBeLessThanOrEqual(3);
  expect(world.simulated.control.registry.store.list(PROPAGATION_POLICY).length).toBeLessThanOrEqual(3);
  // RayJobs, Jobs, TrainingJobs, claims, policies, bindings.
  expect(watches()).toBe(6);

  const beforeRemoval = asked();
  for (const { id } of jobs)
    await world.store.jobs.setWanted(id, 'delete', { reason: 'Deleting', message: 'asked for' });
  for (const { id } of jobs) await world.until(id, (job) => job === undefined);
  expect((asked() - beforeRemoval) / JOBS).toBeLessThanOrEqual(6);
  expect(await world.store.jobs.get(first.id)).toMatchObject({ reason: 'Scheduled' });
});

test('a removal that a finalizer holds up is asked for ever more rarely', async () => {
  const world = await setUp();
  world.dispatch();
  const job = await world.shows((await world.submit()).id, 'Scheduled');
  const [cluster = ''] = job.clusters;
  const { registry } = world.simulated.member(cluster).server;
  const { name, namespace } = objectsOf(job).workload;
  await expect.poll(() => registry.store.get(RAY_JOB, namespace ?? '', name)).toBeDefined();
  const there = registry.read(RAY_JOB, namespace ?? '', name);
  const held = { ...there, metadata: { ...there.metadata, finalizers: ['example.com/held'] } };
  registry.update(RAY_JOB, held, { manager: 'somebody' });
  await world.store.jobs.setWanted(job.id, 'delete', { reason: 'Deleting', message: 'asked for' });

  // As if a day of looks in vain had gone by: said again until a look that was under way has not written over it.
  const pauseAfterThirty = async () => {
    await world.database.query(
      'update dispatch set attempts = 30, due_at = now() where job_id = $1 and attempts between 1 and 29 and token is null',
      [job.id],
    );
    await world.database.query('notify mlp_due');
    const [row] = await world.database.query<{ seconds: number }>(
      'select extract(epoch from due_at - now())::float8 as seconds from dispatch where job_id = $1',
      [job.id],
    );
    return row?.seconds ?? 0;
  };
  await expect.poll(pauseAfterThirty).toBeGreaterThan(50);
});

test('a job of an earlier version keeps its own policies, and is removed with them', async () => {
  const world = await setUp();
  const job = await world.submit({ targetClusters: ['member2'] });
  const { volume, workload, earlier } = manifestsOf(job, MANIFESTS);
  const placement = { clusterAffinity: { clusterNames: ['member2'] } };
  const { apiVersion, kind, metadata } = workload;
  const resourceSelectors = [{ apiVersion, kind, namespace: job.namespace, name: metadata.name }];
  for (const object of [volume, { ...earlier.policy, spec: { resourceSelectors, placement } }, workload])
    if (object) await world.karmada.apply(object);
  await world.database.query("update job set dispatched_at = now(), reason = 'Dispatched' where id = $1", [job.id]);
  world.dispatch();
  const placed = await world.shows(job.id, 'Scheduled');
  expect(placed.clusters).toEqual(['member2']);
  await expect.poll(() => remainsOf(world, job)).toContain('member2: PersistentVolumeClaim');
  expect(world.simulated.control.registry.store.list(PROPAGATION_POLICY)).toHaveLength(2);

  await world.store.jobs.setWanted(job.id, 'delete', { reason: 'Deleting', message: 'asked for' });
  await world.until(job.id, (each) => each === undefined);
  expect(await remainsOf(world, job)).toEqual([]);
});

test('jobs go where most is free, less what was just sent there, and say so', async () => {
  const world = await setUp();
  const size = { instanceResources: { cpuCores: 8, memoryGiB: 16, gpuCount: 4 }, instanceCount: 1 };
  // All are there when it begins: as many as it has slots choose at the same time.
  const jobs = await Promise.all(Array.from({ length: 6 }, () => world.submit({ resources: size })));
  world.dispatch();
  const clusters = [];
  for (const { id } of jobs) clusters.push(...(await world.shows(id, 'Scheduled')).clusters);
  expect(clusters.toSorted()).toEqual(['member1', 'member1', 'member2', 'member2', 'member3', 'member3']);
  const told = (await Promise.all(jobs.map(({ id }) => world.store.events.ofJob(id))))
    .flat()
    .filter(({ reason }) => reason === 'Dispatched')
    .map(({ message }) => message);
  expect(told.join()).toContain(
    'first choice: member1 has 32 GPUs, 256 CPUs and 2048 GiB free, the most of 3 candidates',
  );
});

test('a cluster that the monitor cannot reach is no candidate', async () => {
  const world = await setUp();
  const away = new Set(['member1']);
  world.dispatch({ unreachable: async () => away });
  const anywhere = await world.shows((await world.submit()).id, 'Scheduled');
  expect(anywhere.clusters).toEqual(['member2']);
  const bound = await world.submit({ targetClusters: ['member1'] });
  expect((await world.shows(bound.id, 'Unschedulable')).message).toContain('out of reach: member1');
  expect(await remainsOf(world, bound)).toEqual([]);
});

test('a job that its cluster never showed is placed anew, once that cluster says that it is not there', async () => {
  const world = await setUp({ recreate: false });
  world.dispatch({ placementGraceSeconds: 0.5 });
  const { id } = await world.submit();
  const job = await world.shows(id, 'Scheduled');
  const [old = ''] = job.clusters;
  const { registry } = world.simulated.member(old).server;
  await expect.poll(() => remainsOf(world, job)).toContain(`${old}: RayJob`);

  // While it has the job, and while it cannot be asked, the job stays.
  const endOutage = world.simulated.faults.add({ kind: 'refuse', where: old });
  await expect.poll(() => world.database.query('select from dispatch where attempts > 1')).toHaveLength(1);
  expect((await world.store.jobs.get(id))?.clusters).toEqual([old]);
  endOutage();
  registry.delete(RAY_JOB, job.namespace, job.objectName);
  const moved = await world.until(id, (each) => each?.reason === 'Scheduled' && each.clusters[0] !== old);
  await expect
    .poll(() => remainsOf(world, job))
    .toEqual(expect.arrayContaining([`${moved?.clusters}: PersistentVolumeClaim`, `${moved?.clusters}: RayJob`]));
  expect((await remainsOf(world, job)).filter((left) => left.startsWith(old))).toEqual([]);
  const history = (await world.store.events.ofJob(id)).map(({ reason }) => reason);
  expect(history).toEqual(['Queued', 'Dispatched', 'Scheduled', 'PlacedAnew', 'Dispatched', 'Scheduled']);
});
