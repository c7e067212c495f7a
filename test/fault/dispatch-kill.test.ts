import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { asReason } from '../../service/contract/reasons.ts';
import type { DispatcherDependencies } from '../../service/dispatch/dispatcher.ts';
import type { Job } from '../../service/jobs/job.ts';
import { RAY_JOB } from '../../service/local/karmada/kinds.ts';
import { program } from '../program.ts';
import { fails } from '../service/dispatch/lost-attempt.ts';
import { remainsOf, setUp, type World } from '../service/dispatch/world.ts';

/** A process is killed once, while every job of the test is stopped at another request: just before Karmada acts on it, or just after. */
type Moment = readonly [string, 'before' | 'after', (job: Job) => RegExp, ((job: Job) => RegExp)?];

const on = (method: string, path: (job: Job) => string) => (job: Job) => new RegExp(`^${method} .*${path(job)}(\\?|$)`);
const both = (name: string, request: (job: Job) => RegExp, body?: (job: Job) => RegExp): Moment[] => [
  [name, 'before', request, body],
  [name, 'after', request, body],
];

const toCreate = (plural: string) => on('POST', (job) => `/namespaces/${job.namespace}/${plural}`);

const ON_THE_WAY: readonly Moment[] = [
  // The request for a new namespace bears its name in its body alone.
  ...both(
    'namespace',
    on('POST', () => '/namespaces'),
    (job) => new RegExp(`"name":"${job.namespace}"`),
  ),
  ...both('policy', toCreate('propagationpolicies')),
  ...both('volume', toCreate('persistentvolumeclaims')),
  ...both('RayJob', toCreate('rayjobs')),
];

const WHILE_REMOVED: readonly Moment[] = [
  ...both(
    'RayJob',
    on('DELETE', (job) => `/rayjobs/${job.objectName}`),
  ),
  ...both(
    'volume',
    on('DELETE', (job) => `/persistentvolumeclaims/${job.objectName}`),
  ),
];
/** The members are asked, for many jobs at once. */
const GONE_FROM_THE_CONTROL_PLANE: Moment = [
  'gone from the control plane',
  'before',
  (job) => new RegExp(`^GET .*/clusters/member1/proxy/.*/rayjobs\\?.*${job.id}`),
];

/** As long as the watch of bindings has not told of all that there is, each job asks for its own. */
const ASKING = on('GET', (job) => `/resourcebindings/${job.objectName}-rayjob`);

/** The volume is kept, its workload goes. */
const AFTER_THE_END: readonly Moment[] = [
  ...both('policy of the volume', toCreate('propagationpolicies')),
  ...both(
    'volume told to follow it',
    on('PATCH', (job) => `/persistentvolumeclaims/${job.objectName}`),
  ),
  ...both(
    'RayJob',
    on('DELETE', (job) => `/rayjobs/${job.objectName}`),
  ),
];

/** An attempt was lost: its volume is kept, its workload goes, its pods have gone, and the next one is sent. */
const BETWEEN_ATTEMPTS: readonly Moment[] = [
  ...AFTER_THE_END,
  [
    'whether pods are left',
    'before',
    (job) => new RegExp(`^GET .*/clusters/member1/proxy/api/v1/namespaces/${job.namespace}/pods`),
  ],
  ...both('RayJob of the next attempt', toCreate('rayjobs')),
];

/** The cluster of an attempt is lost, and fenced: what Karmada has of it goes, and the next attempt is sent elsewhere. */
const TO_ANOTHER_CLUSTER: readonly Moment[] = [
  ...WHILE_REMOVED,
  ...both('volume of the next attempt', toCreate('persistentvolumeclaims')),
  ...both('RayJob of the next attempt', toCreate('rayjobs')),
];

/** By itself: while one job waits for that cluster no other one asks it. */
const WHETHER_IT_ANSWERS: Moment = [
  'whether the lost cluster answers',
  'before',
  (job) => new RegExp(`^GET .*/clusters/member1/proxy/.*/rayjobs\\?.*${job.id}`),
];

/** Its time is over. */
const WHEN_THE_VOLUME_GOES: readonly Moment[] = both(
  'volume',
  on('DELETE', (job) => `/persistentvolumeclaims/${job.objectName}`),
);

type Told = Pick<DispatcherDependencies, 'finishedRetentionSeconds' | 'volumeRetentionSeconds'>;

async function startProcess(world: World, told: Partial<Told>): Promise<ChildProcess> {
  const script = await program('test/fault/dispatcher-process.ts');
  const child = spawn(process.execPath, [script, world.database.url, world.gate.url, JSON.stringify(told)], {
    stdio: 'inherit',
  });
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) await kill(child);
  });
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

/** Runs a dispatcher until each job is at its moment, and kills it there. */
async function killAt(
  world: World,
  moments: readonly Moment[],
  jobs: readonly Job[],
  told: Partial<Told> = {},
): Promise<void> {
  const held = moments.map(([, , requestOf, bodyOf], index) => {
    const job = jobs[index] as Job;
    return world.gate.hold(requestOf(job), bodyOf?.(job));
  });
  const child = await startProcess(world, told);
  const requests = await Promise.all(held);
  await Promise.all(
    requests.map((request, index) => (moments[index]?.[1] === 'after' ? request.forward() : undefined)),
  );
  await kill(child);
  // As if the claims of the killed process had lapsed.
  await world.database.query('update dispatch set due_at = now()');
}

test('killed at any step on the way: after a restart there is exactly one RayJob, in one cluster', async () => {
  const world = await setUp();
  const jobs = await Promise.all(ON_THE_WAY.map((_, index) => world.submit({ namespace: `team-${index}` })));
  await killAt(world, ON_THE_WAY, jobs);
  world.dispatch();
  for (const { id } of jobs) {
    const job = await world.shows(id, 'Scheduled');
    const left = [`${job.clusters}: PersistentVolumeClaim`, `${job.clusters}: RayJob`];
    await expect
      .poll(async () => (await remainsOf(world, job)).filter((each) => !each.startsWith('control')).toSorted())
      .toEqual(left);
    const history = (await world.store.events.ofJob(id)).map(({ reason }) => reason);
    expect(history).toEqual(['Queued', 'Dispatched', 'Scheduled']);
  }
  expect(world.simulated.control.registry.store.list(RAY_JOB)).toHaveLength(jobs.length);
});

test('killed when it is written down that a job is on Karmada, and not yet where it went: it is found there', async () => {
  const world = await setUp();
  const job = await world.submit();
  // Nothing is heard of bindings.
  void world.gate.hold(/^GET .*\/resourcebindings\?/);
  await killAt(world, [['state written: Dispatched', 'before', ASKING]], [job]);
  expect(await world.store.jobs.get(job.id)).toMatchObject({ reason: 'Dispatched', clusters: [] });
  world.dispatch();
  await world.shows(job.id, 'Scheduled');
  expect(world.simulated.control.registry.store.list(RAY_JOB)).toHaveLength(1);
});

/** Jobs in member1 that are to be deleted. Nobody has begun with it. */
async function unwantedJobs(world: World, count: number): Promise<Job[]> {
  const first = world.dispatch();
  const jobs: Job[] = [];
  for (let each = 0; each < count; each += 1)
    jobs.push(await world.shows((await world.submit({ targetClusters: ['member1'] })).id, 'Scheduled'));
  await first.stop();
  for (const { id } of jobs)
    await world.store.jobs.setWanted(id, 'delete', { reason: 'Deleting', message: 'asked for' });
  return jobs;
}

test('killed at any step of a removal: after a restart nothing is left', async () => {
  const world = await setUp();
  const moments = [...WHILE_REMOVED, GONE_FROM_THE_CONTROL_PLANE];
  const jobs = await unwantedJobs(world, moments.length);
  await killAt(world, moments, jobs);
  world.dispatch();
  for (const job of jobs) {
    await world.until(job.id, (each) => each === undefined);
    expect(await remainsOf(world, job)).toEqual([]);
  }
});

test('killed when a wish to delete is written down, before anything was asked: after a restart nothing is left', async () => {
  const world = await setUp();
  const [job] = await unwantedJobs(world, 1);
  if (!job) throw new Error('No job');
  void world.gate.hold(/^GET .*\/resourcebindings\?/);
  await killAt(world, [['wish stored', 'before', ASKING]], [job]);
  world.dispatch();
  await world.until(job.id, (each) => each === undefined);
  expect(await remainsOf(world, job)).toEqual([]);
});

/** Jobs in member1, each in a namespace of its own, that have ended there just now. Nobody has looked at them since. */
async function endedJobs(world: World, count: number): Promise<Job[]> {
  const first = world.dispatch();
  const jobs: Job[] = [];
  for (let each = 0; each < count; each += 1) {
    const { id } = await world.submit({ namespace: `team-${each}`, targetClusters: ['member1'] });
    jobs.push(await world.shows(id, 'Scheduled'));
  }
  for (const job of jobs) await expect.poll(() => remainsOf(world, job)).toEqual(expect.arrayContaining(VOLUME));
  await first.stop();
  // What ended before this version looked at the database would count from then on.
  await world.database.query("update volume_retention set began_at = 'epoch'");
  await world.database.query("update job set status = 'Succeeded', reason = 'Succeeded', finished_at = now()");
  await world.database.query(
    `insert into dispatch (job_id, priority, created_at, ending) select id, priority, created_at, true from job
     on conflict (job_id) do update set due_at = now(), ending = true`,
  );
  return jobs;
}

const VOLUME = ['control plane: PersistentVolumeClaim', 'member1: PersistentVolumeClaim'];

test('killed at any step after its end: the volume is left, in its cluster, and nothing else', async () => {
  const world = await setUp();
  const jobs = await endedJobs(world, AFTER_THE_END.length);
  const told = { finishedRetentionSeconds: 0 };
  await killAt(world, AFTER_THE_END, jobs, told);
  world.dispatch(told);
  for (const job of jobs) await expect.poll(() => remainsOf(world, job)).toEqual(VOLUME);
});

test('killed while the volume goes: after a restart nothing is left, and that is told once', async () => {
  const world = await setUp();
  const jobs = await endedJobs(world, WHEN_THE_VOLUME_GOES.length);
  const told = { finishedRetentionSeconds: 0, volumeRetentionSeconds: 0 };
  await killAt(world, WHEN_THE_VOLUME_GOES, jobs, told);
  world.dispatch(told);
  await expect.poll(() => world.database.query('select from dispatch')).toEqual([]);
  for (const job of jobs) {
    expect(await remainsOf(world, job)).toEqual([]);
    const history = (await world.store.events.ofJob(job.id)).map(({ reason }) => reason);
    expect(history.filter((reason) => reason === 'VolumeRemoved')).toHaveLength(1);
  }
});

test('killed at any step between two attempts: after a restart there is exactly one more, in the same cluster', async () => {
  const world = await setUp();
  const first = world.dispatch();
  const retryPolicy = { maxAttempts: 5, on: ['infrastructure'], backoff: { seconds: 0 } };
  const jobs: Job[] = [];
  for (const [index] of BETWEEN_ATTEMPTS.entries()) {
    const { id } = await world.submit({ namespace: `team-${index}`, targetClusters: ['member1'], retryPolicy });
    jobs.push(await world.shows(id, 'Scheduled'));
  }
  for (const job of jobs) await expect.poll(() => remainsOf(world, job)).toEqual(expect.arrayContaining(VOLUME));
  await first.stop();
  for (const job of jobs) await fails(world.store, job, asReason('TemporaryFailure'));
  await killAt(world, BETWEEN_ATTEMPTS, jobs);
  // Two replicas go on with it.
  world.dispatch();
  world.dispatch();
  for (const { id } of jobs) {
    const job = (await world.until(id, (each) => each?.attempt === 2 && each.reason === 'Scheduled')) as Job;
    const there = ['control plane: RayJob', 'member1: RayJob', ...VOLUME].toSorted();
    await expect.poll(async () => (await remainsOf(world, job)).toSorted()).toEqual(there);
    const history = (await world.store.events.ofJob(id)).map(({ reason }) => reason);
    expect(history.slice(3)).toEqual(['AwaitingAttempt', 'Queued', 'Dispatched', 'Scheduled']);
  }
  expect(world.simulated.control.registry.store.list(RAY_JOB)).toHaveLength(jobs.length);
});

test.each([
  ['killed at any step from a lost cluster to another', TO_ANOTHER_CLUSTER],
  ['killed while the lost cluster is asked', [WHETHER_IT_ANSWERS]],
])('%s: after a restart there is exactly one more attempt', async (_, moments) => {
  const world = await setUp();
  const first = world.dispatch({ unreachable: async () => new Set(['member2', 'member3']) });
  const retryPolicy = { maxAttempts: 5, on: ['infrastructure'], backoff: { seconds: 0 }, elsewhere: 'fromStart' };
  const jobs: Job[] = [];
  for (const [index] of moments.entries()) {
    const { id } = await world.submit({ namespace: `team-${index}`, retryPolicy });
    jobs.push(await world.shows(id, 'Scheduled'));
  }
  for (const job of jobs) await expect.poll(() => remainsOf(world, job)).toEqual(expect.arrayContaining(VOLUME));
  await first.stop();
  const answersAgain = world.simulated.faults.add({ kind: 'refuse', where: 'member1' });
  await world.store.clusters.fence('member1', 'ada', 'its machines are off');
  for (const job of jobs) await fails(world.store, job, asReason('ClusterLost'));
  await killAt(world, moments, jobs);
  world.dispatch();
  world.dispatch();
  for (const { id } of jobs) {
    const job = (await world.until(id, (each) => each?.attempt === 2 && each.reason === 'Scheduled')) as Job;
    expect(job.clusters).not.toContain('member1');
    const history = (await world.store.events.ofJob(id)).map(({ reason }) => reason);
    expect(history.slice(3)).toEqual(['AwaitingAttempt', 'Queued', 'Dispatched', 'Scheduled']);
  }
  expect(world.simulated.control.registry.store.list(RAY_JOB)).toHaveLength(jobs.length);
  answersAgain();
  const left = () => world.simulated.member('member1').server.registry.store.list(RAY_JOB);
  await expect.poll(left).toEqual([]);
});
