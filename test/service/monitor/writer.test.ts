import { pino } from 'pino';
import { expect, test } from 'vitest';
import { KnownJobs } from '../../../service/monitor/known-jobs.ts';
import { readNow } from '../../../service/monitor/rows.ts';
import { Writer } from '../../../service/monitor/writer.ts';
import type { MonitorStore } from '../../../service/store/store.ts';
import { monitoredJob } from './some-monitored-jobs.ts';
import { createTestClock } from './test-clock.ts';
import { eventually, RUNNING, setUp } from './world.ts';

test('what could not be stored is not believed to be known: the next answer counts as changed again', async () => {
  const job = monitoredJob();
  const known = new KnownJobs();
  known.remember('a');
  known.put(job);
  known.settle('a');
  const row = known.row('a', 'RayJob', job.objectName);
  if (!row) throw new Error('not known');
  const object = {
    apiVersion: 'ray.io/v1',
    kind: 'RayJob',
    metadata: { name: 'train-1', resourceVersion: '7' },
    status: RUNNING,
  };
  // The lease has lapsed: the row is as it was, and nothing was written.
  const store: Pick<MonitorStore, 'apply' | 'read'> = {
    apply: async (changes) => ({ applied: [], stale: changes.map(({ jobId }) => jobId) }),
    read: async () => [job],
  };
  const ownership = { leases: () => [] };
  const writer = new Writer({ store, known, ownership, clock: createTestClock(), log: pino({ level: 'silent' }) });
  const observation = readNow(row, object);
  if (!observation) throw new Error('nothing new');
  writer.add(observation);
  expect(await writer.flush()).toBe(0);
  expect(writer.isUnderWay(job.id)).toBe(false);
  expect(known.isUnsettled('a')).toBe(true);
  expect(readNow(row, object)).toEqual(observation);
});

for (const mode of ['poll', 'watch'] as const) {
  test(`${mode}: a change that was dropped is seen again, though nothing in its cluster moves any more`, async () => {
    const world = await setUp({ clusters: ['member1'] });
    const job = await world.place(['member1']);
    let dropped = 0;
    const store = {
      ...world.store,
      monitor: {
        ...world.store.monitor,
        apply: async (...[changes, leases]: Parameters<MonitorStore['apply']>) => {
          const isRunning = changes.some(({ set }) => set.status === 'Running');
          if (!isRunning || dropped > 0) return world.store.monitor.apply(changes, leases);
          dropped += 1;
          return { applied: [], stale: changes.map(({ jobId }) => jobId) };
        },
      },
    };
    const ticks = await world.ticking({ mode, store });
    await ticks.until(job.id, ({ reason }) => reason === 'Created');
    // So that it counts as quiet: its version alone would tell nothing new from now on.
    await ticks.pass(3);
    world.write(job, RUNNING);
    if (mode === 'poll') await ticks.pass(1);
    await eventually(
      () => dropped,
      (number) => number === 1,
    );
    await ticks.until(job.id, ({ status }) => status === 'Running');
  });
}
