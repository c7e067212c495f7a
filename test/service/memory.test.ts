import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import type { Job } from '../../service/jobs/job.ts';
import { createMonitor } from '../../service/monitor/monitor.ts';
import { setUp } from './dispatch/world.ts';

// What would make a service grow that has had many jobs: whatever it holds in memory of one that has come and gone. That the memory
// of the process itself stays flat, over 20,000 jobs, is measured by npm run bench -- soak.

const ROUNDS = 2;
const JOBS = 12;
const POLICIES = 3;

test('of jobs that have come, ended and gone nothing is held, however many they were', async () => {
  const world = await setUp({ speed: 50 });
  const monitor = createMonitor({
    config: { intervalMs: 100, mode: 'poll', lostGraceMs: 1_000, startGraceMs: 30_000, checkIntervalMs: 1_000 },
    store: world.store,
    karmada: world.karmada,
    log: pino({ level: 'silent' }),
  });
  onTestFinished(() => monitor.stop());
  await monitor.start();
  await world.database.query("update volume_retention set began_at = 'epoch'");
  const dispatcher = world.dispatch({ finishedRetentionSeconds: 0, volumeRetentionSeconds: 0 });
  for (let round = 1; round <= ROUNDS; round += 1) {
    const jobs = await Promise.all(
      Array.from({ length: JOBS }, (_, each) => world.submit({ jobName: each % 2 ? 'train-sleep-5' : 'train-fail' })),
    );
    for (const { id } of jobs) await world.until(id, (job) => job !== undefined && hasEnded(job));
    // Some are deleted, the others stay as rows that nobody looks after any more.
    for (const { id } of jobs.slice(0, JOBS / 2))
      await world.store.jobs.setWanted(id, 'delete', { reason: 'Deleting', message: 'asked for' });
    await expect
      .poll(() => ({ ...monitor.remembered(), ...dispatcher.remembered() }))
      .toMatchObject({ jobs: 0, rows: 0, bindings: 0, rounds: 0 });
    // The policies that they shared: one for each first choice.
    expect(dispatcher.remembered().objects).toBeLessThanOrEqual(POLICIES);
    await expect.poll(() => world.database.query('select from dispatch')).toEqual([]);
    // By names, so that a removal that was heard of need not be asked for: as many as were removed, up to a bound.
    expect(dispatcher.remembered().gone).toBeLessThanOrEqual(3 * JOBS * round + 10);
    expect(dispatcher.remembered().onTheWay).toBeLessThanOrEqual(JOBS * round);
  }
  expect((await world.store.jobs.summary({})).total).toBe((ROUNDS * JOBS) / 2);
});

const hasEnded = ({ status }: Job): boolean => status === 'Succeeded' || status === 'Failed';
