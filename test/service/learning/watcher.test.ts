import { pino } from 'pino';
import { createWatcher } from '../../../service/learning/watcher.ts';
import { atEnd, concurrently } from '../../concurrently.ts';
import { freshDatabase } from '../postgres.ts';
import { dispatched, newJob, SEEN_RUNNING } from '../some-jobs.ts';
import { attemptWorks } from './works.ts';

const RULES = { steps: 20, leastSeconds: 60 };

async function setUp() {
  const database = await freshDatabase();
  const store = database.store();
  /** A job that runs in member1, and made a step every second until then. */
  async function training(retryPolicy?: object): Promise<string> {
    const job = newJob();
    const request = retryPolicy ? { ...job.request, retryPolicy: retryPolicy as never } : job.request;
    const { id } = await dispatched(store, ['member1'], { ...job, request });
    await database.query(
      `update job set status = 'Running', reason = 'Running', cluster_states = $2, started_at = now(),
         running_since = now() - interval '1 hour' where id = $1`,
      [id, JSON.stringify({ member1: SEEN_RUNNING })],
    );
    await database.query("update job set running_since = now() - interval '1 hour' where id = $1", [id]);
    await database.query(
      `insert into job_curve (job_id, names, at, numbers, steps, merged, stepped_at, step_seconds)
       values ($1, '{}', '{}', '{}', '{}', 0, now(), 1)`,
      [id],
    );
    return id;
  }
  const stepped = (id: string, secondsAgo: number) =>
    database.query('update job_curve set stepped_at = now() - make_interval(secs => $2) where job_id = $1', [
      id,
      secondsAgo,
    ]);
  const watch = () => {
    const watcher = createWatcher({ store, rules: RULES, log: pino({ level: 'silent' }), lookEveryMs: 10 });
    watcher.start();
    atEnd(() => watcher.stop());
  };
  const needy = async () =>
    (await store.jobs.list({ sort: 'createdAt', descending: true, limit: 10, withRequests: false, attention: true }))
      .jobs;
  return { database, store, training, stepped, watch, needy };
}

concurrently(
  'a training that makes no step needs attention, until it makes one; told once, by two replicas',
  async ({ expect }) => {
    const { store, training, stepped, watch, needy } = await setUp();
    const [steady, hanging] = [await training(), await training()];
    await stepped(hanging, 600);
    watch();
    watch();
    await expect.poll(async () => (await needy()).map(({ id }) => id)).toEqual([hanging]);
    expect(await store.jobs.get(hanging)).toMatchObject({ status: 'Running', attention: { reason: 'Stalled' } });
    await stepped(hanging, 0);
    await expect.poll(needy).toEqual([]);
    const told = (await store.events.ofJob(hanging)).slice(-2);
    expect(told.map(({ reason }) => reason)).toEqual(['Stalled', 'GetsOn']);
    expect(told[0]?.job).toMatchObject({ attention: { reason: 'Stalled' } });
    expect((await store.events.ofJob(steady)).some(({ reason }) => reason === 'Stalled')).toBe(false);
  },
);

concurrently(
  'what the operator of its cluster calls stalled needs attention, and a loss that is no number',
  async ({ expect }) => {
    const { database, training, watch, needy } = await setUp();
    const [called, diverging, steady] = [await training(), await training(), await training()];
    const told: [string, object][] = [
      [called, { isStalled: true }],
      [diverging, { lossIsNoNumber: true }],
      [steady, {}],
    ];
    for (const [id, flags] of told)
      await database.query(
        "insert into job_progress (job_id, cluster, at, progress) values ($1, 'member1', now(), $2)",
        [id, JSON.stringify({ source: 'trainingjob', step: 1, metrics: {}, ...flags })],
      );
    watch();
    const found = async () => new Map((await needy()).map(({ attention, id }) => [id, attention?.reason]));
    await expect.poll(found).toEqual(
      new Map([
        [called, 'Stalled'],
        [diverging, 'Diverging'],
      ]),
    );
    await database.query("update job_progress set progress = progress - 'isStalled' where job_id = $1", [called]);
    await expect.poll(async () => [...(await found()).keys()]).toEqual([diverging]);
  },
);

concurrently('idle GPUs are none of its business, until something worse is wrong', async ({ expect }) => {
  const { database, training, stepped, watch, needy } = await setUp();
  const [idle, hanging] = [await training(), await training()];
  const attention = { reason: 'IdleGpus', since: new Date().toISOString(), message: '' };
  for (const id of [idle, hanging])
    await database.query('update job set attention = $2 where id = $1', [id, JSON.stringify(attention)]);
  await stepped(hanging, 600);
  // Looked at, for a loss that is higher than at first; and found to be well.
  await database.query("update job_curve set spark = '{1, 0.5, 2}' where job_id = $1", [idle]);
  watch();
  const found = async () => new Map((await needy()).map(({ id, attention }) => [id, attention?.reason]));
  await expect.poll(async () => (await found()).get(hanging)).toBe('Stalled');
  expect((await found()).get(idle)).toBe('IdleGpus');
});

concurrently('with a policy for it the attempt is given up, and another begins', async ({ expect }) => {
  const { store, training, stepped, watch } = await setUp();
  const id = await training({ maxAttempts: 2, on: ['stalled'], backoff: { seconds: 0, maxSeconds: 0 } });
  await stepped(id, 600);
  watch();
  await expect
    .poll(() => store.jobs.get(id))
    .toMatchObject({
      status: 'Pending',
      reason: 'AwaitingAttempt',
      attention: null,
      recovery: { tries: 1, lost: { lostTo: 'stalled' } },
    });
  // The dispatcher is to go on with it.
  expect((await store.dispatch.claim(10, 30)).map(({ job }) => job.id)).toContain(id);
});

concurrently('what is known of a cluster that does not answer is too old for a verdict', async ({ expect }) => {
  const { database, store, training, stepped, watch, needy } = await setUp();
  const [unreachable, hanging] = [await training(), await training()];
  for (const id of [unreachable, hanging]) await stepped(id, 600);
  await database.query(`update job set unreachable_since = '{"member1": "2026-01-01T00:00:00Z"}' where id = $1`, [
    unreachable,
  ]);
  watch();
  await expect.poll(async () => (await needy()).map(({ id }) => id)).toEqual([hanging]);
  expect(await store.jobs.get(unreachable)).toMatchObject({ attention: null });
});

concurrently('work is found with where each attempt began, and where the next one went on', async ({ expect }) => {
  const { database, store, training } = await setUp();
  const id = await training();
  await attemptWorks(database, id);
  const period = { from: new Date(Date.now() - 86_400_000), to: new Date(Date.now() + 86_400_000) };
  const { works, complete } = await store.jobs.works(period, ['default'], 100);
  expect(complete).toBe(true);
  const ended = works.toSorted((a, b) => Number(a.isLast) - Number(b.isLast));
  // To step 90, of which the next one went on from 80; from there to 120.
  expect(ended).toMatchObject([
    { isLast: false, lostTo: 'preempted', jobs: 1, attempts: 1, stepsRun: 89, stepsKept: 79, gpuHours: 0 },
    { isLast: true, lostTo: null, jobs: 0, attempts: 1, stepsRun: 40, stepsKept: 40 },
  ]);
  expect(ended[0]?.cpuHours).toBeCloseTo(4 / 3_600);
  expect((await store.jobs.works(period, ['other'], 100)).works).toEqual([]);
});
