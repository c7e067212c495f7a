import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import type { Job } from '../../service/jobs/job.ts';
import type { Store } from '../../service/store/store.ts';
import { PATIENCE_MS } from '../patience.ts';
import { RUNNING, SUBMITTED, SUCCEEDED, setUp } from '../service/monitor/world.ts';
import { onDatabase, startOwnPostgres } from '../service/postgres.ts';

afterEach(() => vi.useRealTimers());

for (const mode of ['poll', 'watch'] as const) {
  test(`${mode}: the database is killed and restarted in mid-tick; no change is lost, none is doubled`, async () => {
    const server = await startOwnPostgres();
    let restarted: Promise<void> | undefined;
    onTestFinished(async () => {
      // The last kill may come when all has been seen.
      await restarted;
      await server.dispose();
    });
    const database = onDatabase(server.url);
    const store = database.store({ poolSize: 4 });
    await store.migrate();
    const world = await setUp({ database });
    const jobs: Job[] = [];
    for (let i = 0; i < 12; i += 1) jobs.push(await world.place([`member${1 + (i % 3)}`]));

    let kills = 0;
    let isUp = true;
    /** Up to three writes find their server killed under them: before they are committed, or after, which we are not told. */
    const interrupted: Pick<Store, 'monitor' | 'leases' | 'progress'> = {
      leases: store.leases,
      progress: store.progress,
      monitor: {
        ...store.monitor,
        async apply(changes, leases) {
          if (kills === 3 || !isUp) return store.monitor.apply(changes, leases);
          kills += 1;
          const isCommitted = kills % 2 === 0;
          if (isCommitted) await store.monitor.apply(changes, leases);
          isUp = false;
          restarted = server.kill().then(async () => {
            await server.start();
            isUp = true;
          });
          if (isCommitted) throw new Error('connection lost after the commit');
          return store.monitor.apply(changes, leases);
        },
      },
    };
    await world.monitor({ store: interrupted, mode });
    for (const [status, reason] of [
      [SUBMITTED, 'Submitted'],
      [RUNNING, 'Running'],
      [SUCCEEDED, 'Succeeded'],
    ] as const) {
      for (const job of jobs) world.write(job, status);
      await patiently(async () => {
        for (const { id } of jobs) expect((await store.jobs.get(id))?.reason).toBe(reason);
      });
    }
    await restarted;
    // Once before the commit and once after it; the third only if a write came while the server was up again.
    expect(kills).toBeGreaterThanOrEqual(2);
    for (const { id } of jobs) {
      const told = (await store.events.ofJob(id)).map(({ reason }) => reason);
      expect(told.slice(-3)).toEqual(['Submitted', 'Running', 'Succeeded']);
      expect(new Set(told).size).toBe(told.length);
    }
  });
}

/** While the database restarts a look at it fails, which is no answer. */
async function patiently(look: () => Promise<void>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await sleep(20);
    }
  }
}

test('the clock of the replica jumps by hours, back and forth: it keeps its clusters, and all times are the database’s', async () => {
  const world = await setUp();
  const job = await world.place(['member1']);
  const monitor = await world.monitor();
  await world.until(job.id, ({ reason }) => reason === 'Created');
  const tokens = () => world.database.query('select name, holder, token from lease order by name');
  const before = await tokens();
  const wasAt = Date.now();
  vi.useFakeTimers({ toFake: ['Date'] });

  vi.setSystemTime(wasAt + 5 * 3_600_000);
  world.write(job, { jobStatus: 'RUNNING', jobDeploymentStatus: 'Running' });
  const running = await world.until(job.id, ({ status }) => status === 'Running');
  const asked = () => world.simulated.requests.count(({ cluster }) => cluster === 'member1');
  const before8Ticks = asked();
  await expect.poll(asked).toBeGreaterThanOrEqual(before8Ticks + 8);
  expect(near(running.startedAt, wasAt)).toBe(true);

  vi.setSystemTime(wasAt - 5 * 3_600_000);
  world.simulated.faults.add({ where: 'member1', kind: 'refuse' });
  await world.until(job.id, ({ unreachableSince }) => unreachableSince.member1 !== undefined);
  expect(near((await monitor.clusterHealth()).get('member1')?.unreachableSince, wasAt)).toBe(true);
  world.simulated.faults.clear();
  world.write(job, { jobStatus: 'FAILED', jobDeploymentStatus: 'Failed' });
  const failed = await world.until(job.id, ({ status }) => status === 'Failed');
  expect(near(failed.finishedAt, wasAt)).toBe(true);
  for (const { at } of await world.history(job.id)) expect(near(at, wasAt)).toBe(true);
  expect(await tokens()).toEqual(before);
});

const near = (at: Date | null | undefined, expected: number): boolean =>
  at instanceof Date && Math.abs(at.getTime() - expected) < 60_000;
