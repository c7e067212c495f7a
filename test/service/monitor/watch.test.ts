import { expect, test } from 'vitest';
import type { Job } from '../../../service/jobs/job.ts';
import { concurrently } from '../../concurrently.ts';
import {
  eventually,
  FAILED,
  type RayStatus,
  RUNNING,
  STARTING,
  SUBMITTED,
  SUCCEEDED,
  setUp,
  type World,
} from './world.ts';

/** So long that whatever is stored within a test came through a watch, or through the first query. */
const NO_TICKS = { mode: 'watch', intervalMs: 600_000 } as const;
const RETRYING: RayStatus = { jobDeploymentStatus: 'Retrying' };

const tables = (world: World): number =>
  world.simulated.requests.count(({ path, query }) => path.endsWith('/rayjobs') && !query.includes('watch'));
const standing = (world: World): number =>
  [...world.simulated.members.values()].reduce((sum, { server }) => sum + server.watches.count(), 0);
const watches = (world: World): number => world.simulated.requests.count(({ query }) => query.includes('watch='));

async function watched(
  world: World,
  jobs: readonly Job[],
  options: Parameters<World['monitor']>[0] = NO_TICKS,
): Promise<void> {
  await world.monitor(options);
  for (const job of jobs) await world.until(job.id, ({ reason }) => reason === 'Created');
  const clusters = new Set(jobs.flatMap((job) => job.clusters));
  await eventually(
    () => watches(world),
    (number) => number >= clusters.size,
  );
}

concurrently('after the first query the watch alone tells of changes: no further query, no GET', async () => {
  const world = await setUp();
  const job = await world.place(['member1']);
  await watched(world, [job]);
  // While the watch is still on its way to the monitor, a tick may look once more: what counts is when it stands.
  let round = 0;
  await eventually(
    async () => {
      world.simulated.requests.clear();
      round += 1;
      world.write(job, round % 2 === 0 ? RUNNING : RETRYING);
      await world.until(job.id, ({ reason }) => reason === (round % 2 === 0 ? 'Running' : 'Retrying'));
      return world.simulated.requests.count();
    },
    (queries) => queries === 0,
  );
  // One after the other: of what comes while the one before is being written, only the latest counts.
  for (const [status, told] of [
    // Whatever the last round has left: only from here a job starts over.
    [RETRYING, 'Retrying'],
    [STARTING, 'Starting'],
    [SUBMITTED, 'Submitted'],
    [RUNNING, 'Running'],
    [SUCCEEDED, 'Succeeded'],
  ] as const) {
    world.write(job, status);
    await world.until(job.id, ({ reason }) => reason === told);
  }
  expect((await world.history(job.id)).map(({ reason }) => reason).slice(-4)).toEqual([
    'Starting',
    'Submitted',
    'Running',
    'Succeeded',
  ]);
  expect(world.simulated.requests.count()).toBe(0);
});

test('cut again and again with 1,000 changes in flight, it misses none and doubles none', async () => {
  const world = await setUp();
  const jobs: Job[] = [];
  for (let i = 0; i < 50; i += 1) jobs.push(await world.place([`member${1 + (i % 3)}`]));
  await watched(world, jobs, { mode: 'watch' });
  const around = [STARTING, SUBMITTED, RUNNING, RETRYING];
  // As many cuts as one a second makes in a minute.
  for (let cut = 0; cut < 60; cut += 1) {
    // Ended as servers do it after a while; now and then the whole connection breaks.
    world.simulated.disconnectWatches();
    if (cut % 10 === 9) await world.simulated.stopListening().then(() => world.simulated.listenAgain());
    for (const job of cut % 3 === 0 ? jobs : []) world.write(job, around[(cut / 3) % 4] ?? RUNNING);
    // As soon as they stand again they are cut again, in the midst of what they have to tell.
    await eventually(
      () => standing(world),
      (number) => number === 3,
    );
  }
  for (const job of jobs) {
    world.write(job, SUCCEEDED);
    await world.until(job.id, ({ status }) => status === 'Succeeded');
    const told = (await world.history(job.id)).map(({ reason }) => reason).slice(-21);
    const round = ['Starting', 'Submitted', 'Running', 'Retrying'];
    expect(told).toEqual([...round, ...round, ...round, ...round, ...round, 'Succeeded']);
  }
});

concurrently('an expired version leads to a new list, and what changed meanwhile is found', async () => {
  const world = await setUp();
  const job = await world.place(['member1']);
  await watched(world, [job], { mode: 'watch' });
  const before = tables(world);
  world.simulated.disconnectWatches();
  world.write(job, RUNNING);
  // Before it can resume: it is answered with 410.
  world.simulated.expireVersions();
  await world.until(job.id, ({ status }) => status === 'Running');
  expect(tables(world)).toBeGreaterThan(before);
  world.write(job, FAILED);
  await world.until(job.id, ({ status }) => status === 'Failed');
});

test('while no watch stands the query does its work, and where one stands again it is left alone', async () => {
  const world = await setUp();
  const job = await world.place(['member1']);
  const end = world.simulated.faults.add({ where: 'member1', kind: 'status', code: 500, matching: 'watch=' });
  const ticks = await world.ticking({ mode: 'watch', checkIntervalMs: 600_000 });
  world.write(job, RUNNING);
  await ticks.until(job.id, ({ status }) => status === 'Running');
  expect(watches(world)).toBeGreaterThan(0);
  end();
  while (standing(world) === 0) await ticks.pass(1);
  await ticks.pass(1);
  world.simulated.requests.clear();
  expect(await ticks.pass(5)).toMatchObject(Array(5).fill({ asked: 0 }));
  expect(world.simulated.requests.count()).toBe(0);
});

concurrently('a watch that has fallen silent unnoticed is found out by the check', async () => {
  const world = await setUp();
  const job = await world.place(['member1']);
  const ticks = await world.ticking({ mode: 'watch', checkIntervalMs: 20_000 });
  await ticks.until(job.id, ({ reason }) => reason === 'Created');
  await eventually(
    () => standing(world),
    (number) => number === 1,
  );
  // The stream stays open and dumb; other requests pass.
  const end = world.simulated.faults.add({ where: 'member1', kind: 'halfOpen', matching: 'watch=' });
  world.write(job, RUNNING);
  await ticks.until(job.id, ({ status }) => status === 'Running');
  end();
});

concurrently('a job that vanishes is noticed by the watch and confirmed by the query', async () => {
  const world = await setUp();
  const job = await world.place(['member1']);
  const ticks = await world.ticking({ mode: 'watch', lostGraceMs: 5_000, checkIntervalMs: 600_000 });
  await ticks.until(job.id, ({ reason }) => reason === 'Created');
  await eventually(
    () => standing(world),
    (number) => number === 1,
  );
  world.remove(job);
  await ticks.until(job.id, ({ reason }) => reason === 'Lost');
});

concurrently(
  'a job placed on a watched cluster is taken up, whatever its watch told before we knew the job',
  async () => {
    const world = await setUp();
    const job = await world.place(['member1']);
    await watched(world, [job], { mode: 'watch' });
    const late = await world.place(['member1']);
    world.write(late, RUNNING);
    await world.until(late.id, ({ status }) => status === 'Running');
  },
);
