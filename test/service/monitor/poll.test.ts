import { expect, test } from 'vitest';
import { eventually, FAILED, RUNNING, STARTING, SUBMITTED, SUCCEEDED, setUp, type World } from './world.ts';

test('a job goes through its states; each is stored and told once, and the log says what it always said', async () => {
  const world = await setUp();
  const job = await world.place(['member1']);
  await world.monitor();
  await world.until(job.id, ({ reason }) => reason === 'Created');
  for (const [status, reason] of [
    [STARTING, 'Starting'],
    [SUBMITTED, 'Submitted'],
    [RUNNING, 'Running'],
    [SUCCEEDED, 'Succeeded'],
  ] as const) {
    world.write(job, status);
    await world.until(job.id, (now) => now.reason === reason);
  }
  const done = await world.until(job.id, ({ status }) => status === 'Succeeded');
  expect(done.startedAt?.toISOString()).toBe('2026-11-21T09:00:00.000Z');
  expect(done.finishedAt?.toISOString()).toBe('2026-11-21T09:05:00.000Z');
  const told = (await world.history(job.id)).map(({ status, previous, reason, cluster }) => [
    previous,
    status,
    reason,
    cluster,
  ]);
  expect(told.slice(-5)).toEqual([
    ['Pending', 'Pending', 'Created', 'member1'],
    ['Pending', 'Pending', 'Starting', 'member1'],
    ['Pending', 'Pending', 'Submitted', 'member1'],
    ['Pending', 'Running', 'Running', 'member1'],
    ['Running', 'Succeeded', 'Succeeded', 'member1'],
  ]);
  // A busy machine may make a query too slow once; that is logged too, and not what this is about.
  const lines = () => world.logged.filter((line) => line !== 'Cluster did not answer');
  await eventually(lines, (seen) => seen.includes('Monitoring 0 active jobs'));
  expect(lines()).toEqual([
    'Job monitor started - polling every 0.2 seconds',
    'Monitoring 1 active jobs',
    `Job ${job.id} status changed: Pending -> Running`,
    `Job ${job.id} status changed: Running -> Succeeded`,
    'Monitoring 0 active jobs',
  ]);
});

test('by default it polls every second, and says so', async () => {
  const world = await setUp();
  await world.monitor({ intervalMs: 1_000 });
  expect(world.logged[0]).toBe('Job monitor started - polling every 1 second');
});

test('a tick asks each cluster with active jobs once, quiet ones for their version alone; it lists what has more to say than its row', async () => {
  const world = await setUp({ clusters: ['a', 'b', 'c', 'finished', 'empty'] });
  const jobs = [];
  for (const cluster of ['a', 'a', 'a', 'b', 'b', 'c']) jobs.push(await world.place([cluster]));
  const finished = await world.place(['finished']);
  for (const job of jobs) world.write(job, RUNNING);
  world.write(finished, SUCCEEDED);
  const ticks = await world.ticking({ checkIntervalMs: 3_600_000 });
  for (const job of jobs) await ticks.until(job.id, ({ status }) => status === 'Running');
  await ticks.until(finished.id, ({ status }) => status === 'Succeeded');
  // Its cluster is given back, which is told at once.
  await eventually(
    () => world.database.query<{ holder: string | null }>(`select holder from lease where name = 'monitor/finished'`),
    ([lease]) => lease?.holder === null,
  );
  await ticks.pass(3);

  const versions = () =>
    world.database.query<{ id: string; version: number }>('select id, version from job order by id');
  const before = await versions();
  world.simulated.requests.clear();
  const quiet = await ticks.pass(5);
  expect(quiet.map(({ asked, answered, changes, written }) => [asked, answered, changes, written])).toEqual(
    Array.from({ length: 5 }, () => [3, 3, 0, 0]),
  );
  expect(asked(world)).toEqual(['a', 'b', 'c'].flatMap((cluster) => Array(5).fill(`${cluster} version`)));
  expect(await versions()).toEqual(before);

  const [first, second, third, fourth] = jobs;
  if (!first || !second || !third || !fourth) throw new Error('no jobs');
  world.simulated.requests.clear();
  world.write(first, FAILED);
  world.write(second, FAILED);
  world.write(third, SUCCEEDED);
  world.write(fourth, SUCCEEDED);
  expect(await ticks.pass(1)).toMatchObject([{ asked: 3, answered: 3, changes: 4, written: 4 }]);
  expect(asked(world)).toEqual([
    `a list of ${[first.id, second.id].sort()}`,
    'a table',
    'a version',
    'b table',
    'b version',
    'c version',
  ]);
});

/** What was asked of each cluster, in words. */
const asked = (world: World): string[] =>
  world.simulated.requests
    .entries()
    .map(({ cluster, path, query }) => {
      const { fieldSelector, includeObject, labelSelector = '' } = Object.fromEntries(new URLSearchParams(query));
      const ids = /in \((.*)\)/.exec(labelSelector)?.[1]?.split(',').sort();
      if (!path.endsWith('/rayjobs') || path.includes('/namespaces/')) return `${cluster} ${path}`;
      return `${cluster} ${fieldSelector ? 'version' : includeObject ? 'table' : `list of ${ids}`}`;
    })
    .sort();

test('the query is a Table without objects, from the cache, of our jobs only', async () => {
  const world = await setUp();
  await world.place(['member1']);
  await world.monitor();
  const query = await eventually(
    () => world.simulated.requests.entries().find(({ path }) => path.endsWith('/rayjobs'))?.query,
    (seen) => seen !== undefined,
  );
  expect(Object.fromEntries(new URLSearchParams(query))).toMatchObject({
    includeObject: 'None',
    resourceVersion: '0',
    labelSelector: 'app.kubernetes.io/managed-by=ml-platform',
  });
});

test('a batch Job is followed as well, with a query of its own kind', async () => {
  const world = await setUp();
  const job = await world.place(['member1'], { kind: 'Job' });
  await world.monitor();
  world.write(job, { active: 1, ready: 0, startTime: '2026-11-21T09:00:00Z' });
  await world.until(job.id, ({ reason }) => reason === 'Starting');
  // Kubernetes prints "Running" for both, so only the object tells.
  world.write(job, { active: 1, ready: 1, startTime: '2026-11-21T09:00:00Z' });
  await world.until(job.id, ({ status }) => status === 'Running');
  world.write(job, {
    failed: 1,
    startTime: '2026-11-21T09:00:00Z',
    conditions: [
      {
        type: 'Failed',
        status: 'True',
        reason: 'BackoffLimitExceeded',
        message: 'too many',
        lastTransitionTime: '2026-11-21T09:09:00Z',
      },
    ],
  });
  const done = await world.until(job.id, ({ status }) => status === 'Failed');
  expect(done).toMatchObject({ reason: 'BackoffLimitExceeded', message: 'too many' });
  expect(world.simulated.requests.count(({ path }) => path.endsWith('/rayjobs'))).toBe(0);
});

test('a job on two clusters is the worst of both', async () => {
  const world = await setUp();
  const job = await world.place(['member1', 'member2']);
  await world.monitor();
  world.write(job, RUNNING, 'member1');
  world.write(job, RUNNING, 'member2');
  await world.until(job.id, ({ status }) => status === 'Running');
  world.write(job, SUCCEEDED, 'member1');
  await world.until(job.id, ({ clusterStates }) => clusterStates.member1?.status === 'Succeeded');
  expect((await world.store.jobs.get(job.id))?.status).toBe('Running');
  world.write(job, FAILED, 'member2');
  const done = await world.until(job.id, ({ status }) => status === 'Failed');
  expect(done.message).toBe('member2: exit code 1');
});

test('what comes late or again, and anything after the end, changes nothing', async () => {
  const world = await setUp();
  const job = await world.place(['member1']);
  // So that its cluster goes on being asked.
  await world.place(['member1']);
  const ticks = await world.ticking();
  world.write(job, SUCCEEDED);
  const done = await ticks.until(job.id, ({ status }) => status === 'Succeeded');
  const events = await world.history(job.id);
  for (const status of [RUNNING, FAILED]) {
    world.write(job, status);
    await ticks.pass(3);
  }
  expect(await world.store.jobs.get(job.id)).toEqual(done);
  expect(await world.history(job.id)).toEqual(events);
});

test('however many jobs changed at once, no GETs are sent', async () => {
  const world = await setUp();
  const jobs = [];
  for (let i = 0; i < 40; i += 1) jobs.push(await world.place(['member1']));
  const ticks = await world.ticking();
  for (const job of jobs) await ticks.until(job.id, ({ reason }) => reason === 'Created');
  world.simulated.requests.clear();
  for (const job of jobs) world.write(job, RUNNING);
  await ticks.pass(1);
  for (const job of jobs) {
    expect((await world.history(job.id)).filter(({ reason }) => reason === 'Running')).toHaveLength(1);
  }
  expect(world.simulated.requests.count(({ path }) => path.includes('/namespaces/'))).toBe(0);
  expect(world.simulated.requests.count()).toBeLessThanOrEqual(3);
});
