import { expect, test } from 'vitest';
import { TRAINING_JOB } from '../../../service/local/karmada/kinds.ts';
import { objectsOf, remainsOf, setUp } from './world.ts';

const TRAINING = {
  runtime: 'trainingjob',
  algorithm: { source: 'container', algorithmName: 'bert', imageUri: 'busybox:1.37' },
};

test('a TrainingJob goes to one cluster with its volume, and leaves it without a trace', async () => {
  const world = await setUp();
  world.dispatch();
  const job = await world.shows((await world.submit(TRAINING)).id, 'Scheduled');
  const [cluster = ''] = job.clusters;
  const { name, namespace } = objectsOf(job).workload;
  const { store } = world.simulated.member(cluster).server.registry;
  await expect.poll(() => store.get(TRAINING_JOB, namespace ?? '', name)).toBeDefined();
  await expect.poll(() => remainsOf(world, job)).toContain(`${cluster}: PersistentVolumeClaim`);
  await world.store.jobs.setWanted(job.id, 'delete', { reason: 'Deleting', message: 'asked for' });
  await world.until(job.id, (each) => each === undefined);
  expect(await remainsOf(world, job)).toEqual([]);
});

test('where Karmada has no TrainingJobs they wait and say so, and other jobs cost no more than ever', async () => {
  const world = await setUp();
  const away = world.simulated.faults.add({
    kind: 'status',
    where: 'karmada',
    matching: '/trainingjobs',
    code: 404,
    message: 'the server could not find the requested resource',
  });
  world.dispatch();
  const waiting = await world.submit(TRAINING);
  expect(await world.shows(waiting.id, 'KindMissing')).toMatchObject({
    status: 'Pending',
    message: expect.stringContaining('Karmada has no TrainingJob (ml.example.com/v1)'),
  });
  await world.shows((await world.submit()).id, 'Scheduled');
  // Nothing is asked for that the watches tell.
  expect(world.simulated.requests.count(({ method, path }) => method === 'GET' && /rayjobs\//.test(path))).toBe(0);

  const unwanted = await world.submit(TRAINING);
  await world.shows(unwanted.id, 'KindMissing');
  await world.store.jobs.setWanted(unwanted.id, 'delete', { reason: 'Deleting', message: 'asked for' });
  await world.until(unwanted.id, (each) => each === undefined);

  away();
  await world.shows(waiting.id, 'Scheduled');
});
