import { expect } from 'vitest';
import type { Job } from '../../../service/jobs/job.ts';
import { RESOURCE_BINDING } from '../../../service/local/karmada/kinds.ts';
import { concurrently } from '../../concurrently.ts';
import { eventually, RUNNING, setUp, type World } from './world.ts';

/** As Karmada's scheduler writes it. */
function bind(world: World, job: Job, clusters: string[]): void {
  const { registry } = world.simulated.control;
  const name = `${job.objectName}-rayjob`;
  const draft = {
    apiVersion: 'work.karmada.io/v1alpha2',
    kind: 'ResourceBinding',
    metadata: { name, namespace: job.namespace },
    spec: {
      resource: { apiVersion: 'ray.io/v1', kind: 'RayJob', namespace: job.namespace, name: job.objectName },
      clusters: clusters.map((cluster) => ({ name: cluster })),
    },
  };
  if (!registry.store.get(RESOURCE_BINDING, job.namespace, name))
    registry.create(RESOURCE_BINDING, draft, { manager: 'test' });
  else {
    const { resourceVersion } = registry.read(RESOURCE_BINDING, job.namespace, name).metadata;
    registry.update(
      RESOURCE_BINDING,
      { ...draft, metadata: { ...draft.metadata, resourceVersion } },
      { manager: 'test' },
    );
  }
  const conditions = [{ type: 'Scheduled', status: 'True', reason: 'Success', message: '' }];
  registry.setStatus(RESOURCE_BINDING, job.namespace, name, { conditions });
}

concurrently(
  'a job that is gone from a cluster that answers fails as Lost, after the grace and not before',
  async () => {
    const world = await setUp();
    const job = await world.place(['member1']);
    const other = await world.place(['member1']);
    world.write(job, RUNNING);
    world.write(other, RUNNING);
    const ticks = await world.ticking({ intervalMs: 10_000, lostGraceMs: 60_000 });
    await ticks.until(job.id, ({ status }) => status === 'Running');
    world.remove(job);
    // The first of these confirms that it is gone, and from there the grace runs.
    await ticks.pass(6);
    expect((await world.store.jobs.get(job.id))?.status).toBe('Running');
    await ticks.pass(2);
    const lost = await world.until(job.id, ({ status }) => status === 'Failed');
    expect(lost.reason).toBe('Lost');
    expect(lost.finishedAt).toBeInstanceOf(Date);
    expect((await world.history(job.id)).at(-1)).toMatchObject({
      reason: 'Lost',
      cluster: 'member1',
      previous: 'Running',
    });
    expect((await world.store.jobs.get(other.id))?.status).toBe('Running');
  },
);

concurrently('a job that comes back within the grace is not lost', async () => {
  const world = await setUp();
  const job = await world.place(['member1']);
  world.write(job, RUNNING);
  const ticks = await world.ticking({ intervalMs: 10_000, lostGraceMs: 100_000 });
  await ticks.until(job.id, ({ status }) => status === 'Running');
  const { registry } = world.simulated.member('member1').server;
  const [object] = registry.store
    .list(registry.table.get('rayjobs.ray.io') as never)
    .filter(({ metadata }) => metadata.name === job.objectName);
  world.remove(job);
  await ticks.pass(5);
  if (!object) throw new Error('it was never there');
  registry.store.put(registry.table.get('rayjobs.ray.io') as never, object);
  await ticks.pass(12);
  expect((await world.store.jobs.get(job.id))?.status).toBe('Running');
});

concurrently('an empty list from a cluster that restarted with an empty cache loses nothing', async () => {
  const world = await setUp();
  const jobs = [];
  for (let i = 0; i < 5; i += 1) jobs.push(await world.place(['member1']));
  for (const job of jobs) world.write(job, RUNNING);
  const ticks = await world.ticking({ lostGraceMs: 0 });
  for (const job of jobs) await ticks.until(job.id, ({ status }) => status === 'Running');
  const before = await Promise.all(jobs.map(({ id }) => world.history(id)));
  const end = world.simulated.faults.add({ where: 'member1', kind: 'emptyCache', matching: '/rayjobs?' });
  expect(await ticks.pass(8)).toMatchObject(Array(8).fill({ asked: 1, answered: 1 }));
  end();
  await ticks.pass(2);
  expect(await Promise.all(jobs.map(({ id }) => world.history(id)))).toEqual(before);
});

concurrently('while Karmada cannot say where a job is, it is not lost', async () => {
  const world = await setUp();
  const job = await world.place(['member1']);
  world.write(job, RUNNING);
  const ticks = await world.ticking({ lostGraceMs: 0 });
  await ticks.until(job.id, ({ status }) => status === 'Running');
  const end = world.simulated.faults.add({ where: 'karmada', kind: 'status', code: 503, matching: 'resourcebindings' });
  world.remove(job);
  await ticks.pass(8);
  expect((await world.store.jobs.get(job.id))?.status).toBe('Running');
  end();
  await ticks.until(job.id, ({ reason }) => reason === 'Lost');
});

concurrently('a job that Karmada moved is followed to its new cluster', async () => {
  const world = await setUp();
  const job = await world.place(['member1', 'member2']);
  // Only in member1 at first; dispatch knows no better.
  await world.database.query(`update job set clusters = array['member1'] where id = $1`, [job.id]);
  bind(world, job, ['member1']);
  world.write(job, RUNNING, 'member1');
  await world.monitor({ lostGraceMs: 0 });
  await world.until(job.id, ({ status }) => status === 'Running');
  bind(world, job, ['member2']);
  world.write(job, { ...RUNNING, rayClusterName: 'rc-2' }, 'member2');
  world.remove(job, 'member1');
  const moved = await world.until(job.id, ({ clusterStates }) => clusterStates.member2 !== undefined);
  expect(moved).toMatchObject({ status: 'Running', clusters: ['member2'] });
  expect(Object.keys(moved.clusterStates)).toEqual(['member2']);
  expect((await world.history(job.id)).map(({ reason }) => reason)).toContain('Moved');
});

concurrently('a job whose cluster is unreachable is followed when Karmada moves it', async () => {
  const world = await setUp();
  const job = await world.place(['member1', 'member2']);
  await world.database.query(`update job set clusters = array['member1'] where id = $1`, [job.id]);
  bind(world, job, ['member1']);
  world.write(job, RUNNING, 'member1');
  await world.monitor();
  await world.until(job.id, ({ status }) => status === 'Running');
  bind(world, job, ['member2']);
  world.write(job, RUNNING, 'member2');
  world.simulated.faults.add({ where: 'member1', kind: 'refuse' });
  const moved = await world.until(job.id, ({ clusterStates }) => clusterStates.member2?.status === 'Running');
  expect(moved.clusters).toEqual(['member2']);
  expect(moved.message).not.toContain('unreachable');
});

concurrently(
  'a job that has not reached its cluster yet is waited for, as long as Karmada means to bring it',
  async () => {
    const world = await setUp();
    const job = await world.place(['member1'], { inMembers: false });
    bind(world, job, ['member1']);
    const abandoned = await world.place(['member1'], { inMembers: false });
    const ticks = await world.ticking({ lostGraceMs: 1_000 });
    await ticks.until(abandoned.id, ({ reason }) => reason === 'Lost');
    await ticks.pass(5);
    expect(await world.store.jobs.get(job.id)).toMatchObject({ status: 'Pending', reason: 'Scheduled' });
  },
);

concurrently('a job that is to be cancelled may vanish: that is for dispatch to tell', async () => {
  const world = await setUp();
  const job = await world.place(['member1']);
  world.write(job, RUNNING);
  const ticks = await world.ticking({ lostGraceMs: 0 });
  await ticks.until(job.id, ({ status }) => status === 'Running');
  await world.store.jobs.setWanted(job.id, 'cancel', { reason: 'Cancelling', message: '' });
  world.remove(job);
  await ticks.pass(6);
  expect((await world.store.jobs.get(job.id))?.status).toBe('Running');
});

concurrently('a job that is deleted while it runs is forgotten, and its cluster is quiet meanwhile', async () => {
  const world = await setUp();
  const [stays, goes] = [await world.place(['member1']), await world.place(['member1'])];
  for (const job of [stays, goes]) world.write(job, RUNNING);
  const ticks = await world.ticking({ lostGraceMs: 0, checkIntervalMs: 3_600_000 });
  for (const { id } of [stays, goes]) await ticks.until(id, ({ status }) => status === 'Running');
  await world.store.jobs.setWanted(goes.id, 'delete', { reason: 'Deleting', message: '' });
  world.remove(goes);
  await ticks.pass(4);
  world.simulated.requests.clear();
  await ticks.pass(2);
  const asked = world.simulated.requests.entries();
  expect(asked.map(({ query }) => query.includes('fieldSelector='))).toEqual([true, true]);

  // As dispatch does when nothing of it is left.
  await world.database.query('delete from job where id = $1', [goes.id]);
  expect((await ticks.pass(2)).at(-1)).toMatchObject({ jobs: 1 });
});

concurrently('a row deleted under the monitor is forgotten', async () => {
  const world = await setUp();
  const job = await world.place(['member1']);
  world.write(job, RUNNING);
  const ticks = await world.ticking({ lostGraceMs: 0 });
  await ticks.until(job.id, ({ status }) => status === 'Running');
  await world.database.query('delete from job where id = $1', [job.id]);
  world.remove(job);
  await ticks.pass(4);
  await world.place(['member1']);
  await ticks.pass(1);
  await eventually(
    () => world.logged.at(-1),
    (line) => line === 'Monitoring 1 active jobs',
  );
});
