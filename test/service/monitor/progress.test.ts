import { expect, test } from 'vitest';
import { type RayStatus, setUp } from './world.ts';

const RUNNING: RayStatus = { state: 'Running', reason: 'Running', attempt: 1, startTime: '2026-11-21T09:00:00Z' };
const at = (percent: number): RayStatus => ({
  ...RUNNING,
  progress: `${percent}%`,
  currentEpoch: percent,
  metrics: { loss: 1 / percent },
  measured: `loss=${1 / percent}, accuracy=${percent / 100}`,
  eta: '12m',
  workers: { summary: '1/1' },
});

test('goes from the Table to the job without a further request, an event or a version', async () => {
  const world = await setUp();
  const job = await world.place(['member1'], { kind: 'TrainingJob' });
  const monitor = await world.ticking();
  world.write(job, RUNNING);
  const { version } = await monitor.until(job.id, ({ status }) => status === 'Running');
  const history = await world.history(job.id);

  const asked = () => world.simulated.requests.entries().filter(({ path }) => path.endsWith('/trainingjobs'));
  const before = asked().length;
  for (const percent of [1, 2, 3, 4, 5]) {
    world.write(job, at(percent));
    await monitor.until(job.id, ({ progress }) => progress?.percent === percent);
  }
  const stored = await world.store.jobs.get(job.id);
  expect(stored).toMatchObject({ version, progress: { epoch: 5, loss: 0.2, etaSeconds: 720, cluster: 'member1' } });
  expect(stored?.progress?.metrics).toEqual({ loss: 0.2, accuracy: 0.05 });
  expect(await world.history(job.id)).toEqual(history);
  // The rows alone: no object was read.
  const queries = asked()
    .slice(before)
    .map(({ query }) => query);
  expect(queries.filter((query) => !/includeObject=None|fieldSelector=metadata.name/.test(query))).toEqual([]);
});

test('comes with the end, and stays', async () => {
  const world = await setUp();
  const job = await world.place(['member1'], { kind: 'TrainingJob' });
  const monitor = await world.ticking();
  world.write(job, at(50));
  await monitor.until(job.id, ({ progress }) => progress?.percent === 50);
  world.write(job, { ...at(100), state: 'Completed', completionTime: '2026-11-21T09:05:00Z' });
  const ended = await monitor.until(
    job.id,
    ({ progress, status }) => status === 'Succeeded' && progress?.percent === 100,
  );
  expect(ended.finishedAt).toEqual(new Date('2026-11-21T09:05:00Z'));
});

test('is heard from a watch, too, and written at most once a second', async () => {
  const world = await setUp();
  const job = await world.place(['member1'], { kind: 'TrainingJob' });
  let saves = 0;
  const progress = {
    ...world.store.progress,
    async save(...given: Parameters<typeof world.store.progress.save>) {
      saves += 1;
      await world.store.progress.save(...given);
    },
  };
  const startedAt = performance.now();
  await world.monitor({ mode: 'watch', store: { ...world.store, progress } });
  world.write(job, RUNNING);
  await world.until(job.id, ({ status }) => status === 'Running');
  for (let percent = 1; percent <= 60; percent += 1) {
    world.write(job, at(percent));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await world.until(job.id, ({ progress: now }) => now?.percent === 60);
  expect(saves).toBeGreaterThan(0);
  expect(saves).toBeLessThanOrEqual(Math.ceil((performance.now() - startedAt) / 1_000) + 1);
  expect((await world.history(job.id)).filter(({ status }) => status === 'Running')).toHaveLength(1);
});

test('that the database did not take is written when it does', async () => {
  const world = await setUp();
  const job = await world.place(['member1'], { kind: 'TrainingJob' });
  let refusals = 2;
  const progress = {
    ...world.store.progress,
    async save(...given: Parameters<typeof world.store.progress.save>) {
      refusals -= 1;
      if (refusals >= 0) throw new Error('away');
      await world.store.progress.save(...given);
    },
  };
  const monitor = await world.ticking({ store: { ...world.store, progress } });
  world.write(job, at(7));
  await monitor.until(job.id, ({ progress: now }) => now?.percent === 7);
  expect(refusals).toBe(-1);
});
