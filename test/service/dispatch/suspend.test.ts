import { expect, test } from 'vitest';
import type { Reason } from '../../../service/contract/reasons.ts';
import type { Job } from '../../../service/jobs/job.ts';
import { NO_CELLS } from '../../../service/jobs/state/index.ts';
import { SEEN_RUNNING } from '../some-jobs.ts';
import { objectsOf, remainsOf, setUp } from './world.ts';

const asked = (reason: Reason) => ({ reason, message: 'asked for by the user' });

test('a job suspended before it was sent stays off Karmada until it is resumed', async () => {
  const world = await setUp();
  const { id } = await world.submit();
  await world.store.jobs.setWanted(id, 'suspend', asked('Suspending'));
  world.dispatch();
  const held = await world.shows(id, 'Suspended');
  expect(held.status).toBe('Pending');
  expect(await remainsOf(world, held)).toEqual([]);

  await world.store.jobs.setWanted(id, 'run', asked('Resuming'));
  const job = await world.shows(id, 'Scheduled');
  expect(await world.karmada.get(objectsOf(job).workload)).toMatchObject({ spec: { suspend: false } });
});

test.each([
  ['RayJob', {}],
  ['Job', { runtime: 'job', algorithm: { source: 'container', imageUri: 'busybox:1' } }],
])('suspend and resume reach the %s in its cluster', async (_kind, fields) => {
  const world = await setUp();
  world.dispatch();
  const { id } = await world.submit(fields);
  const job = await world.shows(id, 'Scheduled');
  const inMember = () => world.karmada.member(job.clusters[0] ?? '').get(objectsOf(job).workload);

  await world.store.jobs.setWanted(id, 'suspend', asked('Suspending'));
  await expect.poll(inMember).toMatchObject({ spec: { suspend: true } });
  await world.until(id, (each) => each?.message === 'Its cluster has been told to suspend it');
  await world.store.jobs.setWanted(id, 'run', asked('Resuming'));
  await expect.poll(inMember).toMatchObject({ spec: { suspend: false } });
  const resumed = await world.until(id, (each) => each?.message === 'Its cluster has been told to resume it');
  expect(resumed).toMatchObject({ status: 'Pending', reason: 'Resuming', clusters: job.clusters });
});

test('suspended while its creation was cut off: it is created suspended, not forgotten', async () => {
  const world = await setUp();
  const job = await world.submit();
  const { workload } = objectsOf(job);
  world.simulated.faults.add({
    kind: 'lostAnswer',
    where: 'karmada',
    method: 'POST',
    matching: '/rayjobs',
    times: 1,
  });
  const first = world.dispatch();
  await expect.poll(() => world.karmada.get(workload)).toBeDefined();
  await first.stop(0);
  await world.store.jobs.setWanted(job.id, 'suspend', asked('Suspending'));
  world.dispatch();
  await expect.poll(() => world.karmada.get(workload)).toMatchObject({ spec: { suspend: true } });
  expect((await world.until(job.id, (each) => each?.clusters.length === 1))?.reason).toBe('Suspending');
});

test.each([
  ['that runs', 'Running'],
  ['whose pods nobody has seen run yet', undefined],
] as const)(
  'what a job %s has written is kept before its suspension takes its pods away, and only then',
  async (_, seen) => {
    const world = await setUp();
    const isSuspended = async (job: Job): Promise<boolean> => {
      const workload = await world.karmada.get(objectsOf(job).workload);
      return (workload?.spec as { suspend: boolean } | undefined)?.suspend === true;
    };
    const whenKept: boolean[] = [];
    world.dispatch({ keepLogs: async (job) => void whenKept.push(await isSuspended(job)) });
    const { id, version } = await world.shows((await world.submit()).id, 'Scheduled');
    if (seen) {
      const state = { ...SEEN_RUNNING, columns: NO_CELLS };
      const set = { status: seen, reason: seen, clusterStates: { member1: state } };
      await world.store.monitor.apply([{ jobId: id, readVersion: version, set, under: [] }], []);
    }

    await world.store.jobs.setWanted(id, 'suspend', asked('Suspending'));
    const job = await world.until(id, (each) => each?.message === 'Its cluster has been told to suspend it');
    await world.store.jobs.setWanted(id, 'run', asked('Resuming'));
    await expect.poll(() => job && isSuspended(job)).toBe(false);
    expect(whenKept).toEqual([false]);
  },
);
