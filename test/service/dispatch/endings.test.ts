import { pino } from 'pino';
import { type ExpectStatic, expect } from 'vitest';
import type { Reason } from '../../../service/contract/reasons.ts';
import type { Job } from '../../../service/jobs/job.ts';
import { KarmadaError } from '../../../service/karmada/errors.ts';
import type { Karmada } from '../../../service/karmada/karmada.ts';
import { concurrently } from '../../concurrently.ts';
import { objectsOf, remainsOf, setUp, type World } from './world.ts';

const asked = (reason: Reason) => ({ reason, message: 'asked for by the user' });
const cancel = (world: World, id: string) => world.store.jobs.setWanted(id, 'cancel', asked('Cancelling'));
const remove = (world: World, id: string) => world.store.jobs.setWanted(id, 'delete', asked('Deleting'));
const isGone = (job: Job | undefined) => job === undefined;

/** What the monitor writes when the member says so. */
async function finish(world: World, job: Job, seconds = 0): Promise<void> {
  await world.database.query(
    `update job set status = 'Succeeded', reason = 'Finished', finished_at = now() - make_interval(secs => $2) where id = $1`,
    [job.id, seconds],
  );
  await world.database.query(
    'insert into dispatch (job_id, priority, created_at) values ($1, 1, now()) on conflict (job_id) do update set due_at = now()',
    [job.id],
  );
  await world.database.query('notify mlp_due');
}

const idle = (world: World, { poll }: ExpectStatic) =>
  poll(() => world.database.query('select from dispatch')).toEqual([]);

concurrently('cancel keeps the logs first, and is done when nothing is left anywhere', async ({ expect }) => {
  const world = await setUp();
  const order: string[] = [];
  world.dispatch({
    keepLogs: async (job) => {
      order.push(`logs while there is: ${(await remainsOf(world, job)).join(', ')}`);
    },
  });
  const job = await world.shows((await world.submit()).id, 'Scheduled');
  await expect.poll(() => remainsOf(world, job)).toContain('member1: PersistentVolumeClaim');
  await cancel(world, job.id);
  const ended = await world.shows(job.id, 'Cancelled');
  expect(ended).toMatchObject({ status: 'Failed', finishedAt: expect.any(Date) });
  expect(await remainsOf(world, job)).toEqual([]);
  expect(order[0]).toContain('member1: RayJob');
});

concurrently('logs that are slow to come keep no new job waiting', async ({ expect }) => {
  const world = await setUp();
  let reading = 0;
  let give: () => void = () => undefined;
  const logs = new Promise<void>((resolve) => {
    give = resolve;
  });
  world.dispatch({
    concurrency: 1,
    endingsAtOnce: 2,
    keepLogs: async () => {
      reading += 1;
      await logs;
    },
  });
  for (let ended = 0; ended < 3; ended += 1) {
    const job = await world.shows((await world.submit()).id, 'Scheduled');
    await cancel(world, job.id);
  }
  await expect.poll(() => reading).toBe(2);
  const { id } = await world.submit();
  expect(await world.shows(id, 'Scheduled')).toBeDefined();
  expect(reading).toBe(2);
  give();
});

concurrently('a cluster that does not give its logs holds a cancel up for a few seconds, not for ever', async () => {
  const world = await setUp();
  let tries = 0;
  world.dispatch({
    keepLogs: async () => {
      tries += 1;
      throw new KarmadaError('memberUnavailable', 'connection refused', { cluster: 'member1' });
    },
  });
  const job = await world.shows((await world.submit()).id, 'Scheduled');
  await cancel(world, job.id);
  await world.shows(job.id, 'Cancelled');
  expect(tries).toBeGreaterThan(0);
  expect(tries).toBeLessThanOrEqual(3);
});

concurrently('nothing is said to be gone from a cluster that does not answer, until it does', async ({ expect }) => {
  const world = await setUp();
  const logged: string[] = [];
  world.dispatch({ log: pino({}, { write: (line) => logged.push(line) }) });
  const job = await world.shows((await world.submit()).id, 'Scheduled');
  await expect.poll(() => remainsOf(world, job)).toContain('member1: RayJob');
  const endOutage = world.simulated.faults.add({ kind: 'refuse', where: 'member1' });
  await cancel(world, job.id);
  const waiting = await world.until(job.id, (each) => each?.message.includes('member1 cannot be asked') ?? false);
  expect(waiting).toMatchObject({ status: 'Pending', reason: 'Cancelling' });
  // What happened, for people; the words of the servers are in the log.
  expect(waiting?.message).toMatch(/does not answer Karmada\); it is asked again/);
  expect(waiting?.message).not.toContain('connection refused');
  expect(logged.join('')).toContain('connection refused');

  endOutage();
  await world.shows(job.id, 'Cancelled');
  expect(await remainsOf(world, job)).toEqual([]);
});

const STATES: readonly [string, Record<string, unknown>, (world: World, job: Job) => Promise<unknown>][] = [
  ['never sent', {}, async () => undefined],
  [
    'waits for a cluster',
    { targetClusters: ['nowhere'] },
    async (world, job) => {
      world.dispatch();
      await world.shows(job.id, 'Unschedulable');
    },
  ],
  [
    'is in a cluster',
    {},
    async (world, job) => {
      world.dispatch();
      await world.shows(job.id, 'Scheduled');
    },
  ],
  [
    'is on all clusters',
    { clusterCount: 3 },
    async (world, job) => {
      world.dispatch();
      await world.shows(job.id, 'Scheduled');
    },
  ],
  [
    'has finished',
    {},
    async (world, job) => {
      world.dispatch();
      await finish(world, await world.shows(job.id, 'Scheduled'));
    },
  ],
  [
    'was refused',
    {},
    async (world, job) => {
      world.simulated.faults.add({
        kind: 'status',
        code: 422,
        where: 'karmada',
        method: 'POST',
        matching: '/rayjobs',
      });
      world.dispatch();
      await world.shows(job.id, 'Refused');
    },
  ],
  [
    'was cancelled',
    {},
    async (world, job) => {
      world.dispatch();
      await world.shows(job.id, 'Scheduled');
      await cancel(world, job.id);
      await world.shows(job.id, 'Cancelled');
    },
  ],
  [
    'is being cancelled',
    {},
    async (world, job) => {
      world.dispatch();
      await world.shows(job.id, 'Scheduled');
      await cancel(world, job.id);
    },
  ],
  [
    'is suspended',
    {},
    async (world, job) => {
      await world.store.jobs.setWanted(job.id, 'suspend', asked('Suspending'));
      world.dispatch();
      await world.shows(job.id, 'Suspended');
    },
  ],
];

for (const [state, fields, bring] of STATES) {
  concurrently(`delete of a job that ${state} leaves nothing`, async () => {
    const world = await setUp();
    const job = await world.submit(fields);
    await bring(world, job);
    await remove(world, job.id);
    world.dispatch();
    await world.until(job.id, isGone);
    expect(await remainsOf(world, job)).toEqual([]);
  });
}

concurrently('delete while the RayJob is being created leaves nothing', async () => {
  const world = await setUp();
  world.dispatch({ claimSeconds: 1 });
  const held = world.gate.hold(/^POST .*\/rayjobs\b/);
  const job = await world.submit();
  const request = await held;
  await remove(world, job.id);
  await request.forward();
  request.drop();
  await world.until(job.id, isGone);
  expect(await remainsOf(world, job)).toEqual([]);
});

/** What has ended before this version looked at the database counts from then on; here that was long ago. */
const longHere = (world: World) => world.database.query("update volume_retention set began_at = 'epoch'");
const VOLUME = ['control plane: PersistentVolumeClaim', 'member1: PersistentVolumeClaim'];
const historyOf = async (world: World, { id }: Job) => (await world.store.events.ofJob(id)).map(({ reason }) => reason);

/** A job in its cluster, its volume too. */
async function placed(world: World, { expect }: { expect: ExpectStatic }, fields: Record<string, unknown> = {}) {
  const job = await world.shows((await world.submit({ targetClusters: ['member1'], ...fields })).id, 'Scheduled');
  await expect.poll(() => remainsOf(world, job)).toEqual(expect.arrayContaining(VOLUME));
  return job;
}

concurrently('after its retention a finished job leaves Karmada, and its volume stays for its own', async (test) => {
  const { expect } = test;
  const world = await setUp();
  const logsOf: string[] = [];
  world.dispatch({
    finishedRetentionSeconds: 60,
    keepLogs: async ({ id }) => {
      logsOf.push(id);
    },
  });
  const job = await placed(world, test);
  await finish(world, job, 59.5);
  await expect.poll(() => remainsOf(world, job)).toEqual(VOLUME);
  expect(logsOf).toContain(job.id);
  expect(await world.store.jobs.get(job.id)).toMatchObject({ status: 'Succeeded', reason: 'Finished' });
  const waits = "select from dispatch where due_at between now() + interval '23 hours' and now() + interval '1 day'";
  await expect.poll(() => world.database.query(waits)).toHaveLength(1);

  await remove(world, job.id);
  await world.until(job.id, isGone);
  expect(await remainsOf(world, job)).toEqual([]);
});

concurrently('a volume is kept from when the end is known, which may be long after it', async (test) => {
  const { expect } = test;
  const world = await setUp();
  await longHere(world);
  world.dispatch({ finishedRetentionSeconds: 60 });
  const job = await placed(world, test);
  await finish(world, job, 30 * 86_400);
  await expect.poll(() => remainsOf(world, job)).toEqual(VOLUME);
  const waits = "select from dispatch where due_at > now() + interval '23 hours'";
  await expect.poll(() => world.database.query(waits)).toHaveLength(1);
});

concurrently('a volume that was kept for its time is removed, and an event says so, once', async (test) => {
  const { expect } = test;
  const world = await setUp();
  await longHere(world);
  world.dispatch({ finishedRetentionSeconds: 0, volumeRetentionSeconds: 2 });
  const job = await placed(world, test);
  const held = world.gate.hold(/^DELETE .*\/persistentvolumeclaims\//);
  await finish(world, job);
  const removal = await held;
  await expect.poll(() => remainsOf(world, job)).toEqual(VOLUME);
  await removal.forward();
  removal.drop();
  await expect.poll(() => remainsOf(world, job)).toEqual([]);
  await idle(world, test.expect);
  expect(await historyOf(world, job)).toEqual(['Queued', 'Dispatched', 'Scheduled', 'VolumeRemoved']);
  const [event] = (await world.store.events.ofJob(job.id)).slice(-1);
  expect(event?.message).toBe('Its volume of 50 GiB is removed: it was kept for 2 seconds after the end');
  const cleared = await world.database.query(
    'select from job where cleared_at is not null and volume_removed_at is not null',
  );
  expect(cleared).toHaveLength(1);
});

concurrently('a kill between the word of its removal and the removal itself: both happen, once', async (test) => {
  const { expect } = test;
  const world = await setUp();
  await longHere(world);
  const first = world.dispatch({ finishedRetentionSeconds: 0, volumeRetentionSeconds: 0, claimSeconds: 1 });
  const job = await placed(world, test);
  const held = world.gate.hold(/^DELETE .*\/persistentvolumeclaims\//);
  await finish(world, job);
  const request = await held;
  expect(await historyOf(world, job)).toContain('VolumeRemoved');
  const stopped = first.stop(0);
  request.drop();
  await stopped;
  expect(await remainsOf(world, job)).toContain(VOLUME[0]);
  world.dispatch({ finishedRetentionSeconds: 0, volumeRetentionSeconds: 0 });
  await expect.poll(() => remainsOf(world, job)).toEqual([]);
  await idle(world, expect);
  expect((await historyOf(world, job)).filter((reason) => reason === 'VolumeRemoved')).toHaveLength(1);
});

concurrently(
  'a request can ask for its volume to stay: after the end, and after a cancel, until DELETE',
  async (test) => {
    const { expect } = test;
    const world = await setUp();
    await longHere(world);
    world.dispatch({ finishedRetentionSeconds: 0, volumeRetentionSeconds: 0 });
    const ended = await placed(world, test, { keepVolume: true });
    const cancelled = await placed(world, test, { keepVolume: true });
    await finish(world, ended);
    await cancel(world, cancelled.id);
    const { message } = await world.shows(cancelled.id, 'Cancelled');
    expect(message).toBe('Cancelled; its volume stays until the job is deleted');
    const later = "select from dispatch where token is null and due_at > now() + interval '23 hours'";
    await expect.poll(() => world.database.query(later)).toHaveLength(2);
    for (const job of [ended, cancelled]) {
      expect(await remainsOf(world, job)).toEqual(VOLUME);
      await remove(world, job.id);
      await world.until(job.id, isGone);
      expect(await remainsOf(world, job)).toEqual([]);
    }
  },
);

concurrently('a job that ends by itself while it is being cancelled keeps its own end', async ({ expect }) => {
  const world = await setUp();
  const dispatcher = world.dispatch();
  const job = await world.shows((await world.submit()).id, 'Scheduled');
  const held = world.gate.hold(/^DELETE .*\/rayjobs\//);
  await cancel(world, job.id);
  const request = await held;
  await world.database.query(`update job set status = 'Succeeded', reason = 'Finished' where id = $1`, [job.id]);
  request.drop();
  await expect
    .poll(() => world.database.query("select attempts from dispatch where due_at > now() + interval '1 minute'"))
    .toHaveLength(1);
  expect(await world.store.jobs.get(job.id)).toMatchObject({ status: 'Succeeded', reason: 'Finished' });
  await dispatcher.stop();
});

concurrently('a control plane without garbage collector: the binding is removed by us', async () => {
  const world = await setUp({ collectGarbage: false });
  world.dispatch();
  const job = await world.shows((await world.submit()).id, 'Scheduled');
  await cancel(world, job.id);
  await world.shows(job.id, 'Cancelled');
  expect(await remainsOf(world, job)).toEqual([]);
});

concurrently(
  'an object that somebody made under the same name in the very moment of removal is not taken for ours',
  async ({ expect }) => {
    const world = await setUp();
    const job = await world.submit();
    const { workload } = objectsOf(job);
    const metadata = { name: job.objectName, namespace: job.namespace, labels: { owner: 'somebody' } };
    let replaced = false;
    const karmada: Karmada = {
      ...world.karmada,
      async delete(reference, options) {
        // Between our look at the object and our wish to remove it.
        if (reference.kind === workload.kind && !replaced) {
          replaced = true;
          await world.karmada.delete(workload);
          await expect.poll(() => world.karmada.get(workload)).toBeUndefined();
          await world.karmada.apply({
            apiVersion: 'ray.io/v1',
            kind: 'RayJob',
            metadata,
            spec: { entrypoint: 'theirs' },
          });
        }
        return world.karmada.delete(reference, options);
      },
    };
    world.dispatch({ karmada });
    await world.shows(job.id, 'Scheduled');
    await remove(world, job.id);
    await world.until(job.id, (now) => now === undefined);
    expect(replaced).toBe(true);
    expect(await world.karmada.get(workload)).toMatchObject({ spec: { entrypoint: 'theirs' } });
  },
);
