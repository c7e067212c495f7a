import { expect, test } from 'vitest';
import type { Job } from '../../service/jobs/job.ts';
import type { Fault, FaultKind } from '../../service/local/karmada/faults.ts';
import { RAY_JOB } from '../../service/local/karmada/kinds.ts';
import { remainsOf, setUp, type World } from '../service/dispatch/world.ts';

/** To the control plane unless it says otherwise. */
type RequestOf = (job: Job) => Pick<Fault, 'method' | 'matching'> & Partial<Pick<Fault, 'where'>>;

const ON_THE_WAY: readonly RequestOf[] = [
  (job) => ({ method: 'POST', matching: `/namespaces/${job.namespace}/propagationpolicies` }),
  (job) => ({ method: 'POST', matching: `/namespaces/${job.namespace}/persistentvolumeclaims` }),
  (job) => ({ method: 'POST', matching: `/namespaces/${job.namespace}/rayjobs` }),
];

const WHILE_REMOVED: readonly RequestOf[] = [
  (job) => ({ method: 'DELETE', matching: `/rayjobs/${job.objectName}` }),
  (job) => ({ method: 'DELETE', matching: `/persistentvolumeclaims/${job.objectName}` }),
  // Each member is asked for several jobs at once, by their ids.
  (job) => ({ where: job.clusters[0] ?? '', method: 'GET', matching: job.id }),
];

/** The volume is kept and the workload goes. */
const AFTER_ITS_END: readonly RequestOf[] = [
  (job) => ({ method: 'POST', matching: `/namespaces/${job.namespace}/propagationpolicies` }),
  (job) => ({ method: 'PATCH', matching: `/persistentvolumeclaims/${job.objectName}` }),
  (job) => ({ method: 'DELETE', matching: `/rayjobs/${job.objectName}` }),
];

/** Where nothing is told by watches, because they cannot be opened, each job asks for itself. */
const ASKED_ON_THE_WAY: readonly RequestOf[] = [
  (job) => ({ method: 'GET', matching: `/resourcebindings/${job.objectName}-rayjob` }),
];
const ASKED_WHILE_REMOVED: readonly RequestOf[] = [
  (job) => ({ method: 'GET', matching: `/resourcebindings/${job.objectName}-rayjob` }),
  (job) => ({ method: 'GET', matching: `/rayjobs/${job.objectName}` }),
  (job) => ({ method: 'GET', matching: `/propagationpolicies/${job.objectName}` }),
];

function keepWatchesShut({ simulated }: World): void {
  for (const matching of ['/resourcebindings?', 'managed-by'])
    simulated.faults.add({ kind: 'status', code: 500, where: 'karmada', method: 'GET', matching });
}

/** The first ones make all jobs wait together; the last ones concern the one request, so they can be tried all at once. */
const FAULTS: readonly (readonly [string, readonly FaultKind[]])[] = [
  ['a refused connection', [{ kind: 'refuse' }]],
  ['a lost answer', [{ kind: 'lostAnswer' }]],
  ['a hung connection', [{ kind: 'hang' }]],
  ['401', [{ kind: 'status', code: 401 }]],
  ['429', [{ kind: 'status', code: 429, retryAfterSeconds: 1 }]],
  [
    '409, 500 and answers that cannot be read',
    [
      { kind: 'status', code: 409 },
      { kind: 'status', code: 500 },
      { kind: 'truncate' },
      { kind: 'truncate', clean: true },
      { kind: 'garble', as: 'html' },
      { kind: 'garble', as: 'otherJson' },
    ],
  ],
];

/** A job for each fault and request, which meets that fault at that request once. */
async function jobsMeeting(
  world: World,
  faults: readonly FaultKind[],
  requests: readonly RequestOf[],
  submit: () => Promise<Job>,
) {
  const jobs: Job[] = [];
  for (const fault of faults) {
    for (const requestOf of requests) {
      const job = await submit();
      world.simulated.faults.add({ where: 'karmada', ...fault, ...requestOf(job), times: 1 });
      jobs.push(job);
    }
  }
  return jobs;
}

function rayJobsOf({ simulated }: World, job: Job): string[] {
  const servers = { karmada: simulated.control, ...mapValues(simulated.members) };
  return Object.entries(servers).flatMap(([name, { registry }]) =>
    registry.store
      .list(RAY_JOB)
      .filter(({ metadata }) => metadata.name === job.objectName)
      .map(() => name),
  );
}

const mapValues = (members: World['simulated']['members']) =>
  Object.fromEntries([...members].map(([name, { server }]) => [name, server]));

test.each(FAULTS)('%s at any step on the way: one RayJob, in one cluster', async (_name, faults) => {
  const world = await setUp();
  // A namespace each: the request for a new object does not bear its name.
  let team = 0;
  const jobs = await jobsMeeting(world, faults, ON_THE_WAY, () => world.submit({ namespace: `team-${team++}` }));
  world.dispatch({ requestTimeoutMs: 500 });
  for (const { id } of jobs) {
    const { clusters, ...job } = await world.shows(id, 'Scheduled');
    await expect.poll(() => rayJobsOf(world, { clusters, ...job })).toEqual(['karmada', ...clusters]);
  }
  expect(world.simulated.control.registry.store.list(RAY_JOB)).toHaveLength(jobs.length);
  expect(world.simulated.faults.unmet()).toEqual([]);
});

test.each(FAULTS)('%s while it is removed: nothing is left', async (_name, faults) => {
  const world = await setUp();
  const dispatcher = world.dispatch();
  const jobs = await jobsMeeting(world, faults, WHILE_REMOVED, async () =>
    world.shows((await world.submit()).id, 'Scheduled'),
  );
  await dispatcher.stop();
  for (const { id } of jobs)
    await world.store.jobs.setWanted(id, 'delete', { reason: 'Deleting', message: 'asked for' });
  world.dispatch({ requestTimeoutMs: 500 });
  for (const job of jobs) {
    await world.until(job.id, (each) => each === undefined);
    expect(await remainsOf(world, job)).toEqual([]);
  }
  expect(world.simulated.faults.unmet()).toEqual([]);
});

test.each(FAULTS)(
  '%s where each job asks for itself: one RayJob in one cluster, and nothing is left after its removal',
  async (_name, faults) => {
    const world = await setUp();
    keepWatchesShut(world);
    const dispatcher = world.dispatch({ requestTimeoutMs: 500 });
    await jobsMeeting(world, faults, ASKED_ON_THE_WAY, () => world.submit());
    const jobs: Job[] = [];
    for (const { id } of (await world.store.jobs.list(ALL)).jobs) jobs.push(await world.shows(id, 'Scheduled'));
    for (const job of jobs) await expect.poll(() => rayJobsOf(world, job)).toEqual(['karmada', ...job.clusters]);
    expect(world.simulated.faults.unmet()).toEqual([]);
    await dispatcher.stop();

    const removed = [...jobs];
    const unwanted = await jobsMeeting(world, faults, ASKED_WHILE_REMOVED, async () => removed.pop() ?? created(world));
    for (const { id } of unwanted)
      await world.store.jobs.setWanted(id, 'delete', { reason: 'Deleting', message: 'asked for' });
    world.dispatch({ requestTimeoutMs: 500 });
    for (const job of unwanted) {
      await world.until(job.id, (each) => each === undefined);
      expect(await remainsOf(world, job)).toEqual([]);
    }
    expect(world.simulated.faults.unmet()).toEqual([]);
  },
);

const ALL = { sort: 'createdAt', descending: false, limit: 100, withRequests: false } as const;

async function created(world: World): Promise<Job> {
  const dispatcher = world.dispatch();
  const job = await world.shows((await world.submit()).id, 'Scheduled');
  await dispatcher.stop();
  return job;
}

test.each(FAULTS)('%s after its end: its volume is left, in its cluster, and nothing else', async (_name, faults) => {
  const world = await setUp();
  const dispatcher = world.dispatch();
  let team = 0;
  const jobs = await jobsMeeting(world, faults, AFTER_ITS_END, async () =>
    world.shows((await world.submit({ namespace: `team-${team++}`, targetClusters: ['member1'] })).id, 'Scheduled'),
  );
  for (const job of jobs) await expect.poll(() => remainsOf(world, job)).toEqual(expect.arrayContaining(VOLUME));
  await dispatcher.stop();
  await world.database.query("update job set status = 'Succeeded', reason = 'Succeeded', finished_at = now()");
  await world.database.query(
    `insert into dispatch (job_id, priority, created_at, ending) select id, priority, created_at, true from job
       on conflict (job_id) do update set due_at = now(), ending = true`,
  );
  world.dispatch({ requestTimeoutMs: 500, finishedRetentionSeconds: 0 });
  for (const job of jobs) await expect.poll(() => remainsOf(world, job)).toEqual(VOLUME);
  expect(world.simulated.faults.unmet()).toEqual([]);
});

const VOLUME = ['control plane: PersistentVolumeClaim', 'member1: PersistentVolumeClaim'];

test('Karmada is down: every job waits and says why, once; when it is back they all go on', async () => {
  const world = await setUp();
  await world.simulated.stopListening();
  const jobs = await Promise.all(Array.from({ length: 20 }, () => world.submit()));
  world.dispatch();
  for (const { id } of jobs) {
    const { status, message } = await world.shows(id, 'KarmadaUnavailable');
    expect([status, message]).toEqual(['Pending', expect.stringContaining('Karmada does not answer')]);
  }
  // A pause as long as that follows the third failure: all have waited more than once.
  const later = "select from dispatch where due_at > now() + interval '1.2 seconds'";
  await expect.poll(() => world.database.query(later)).not.toEqual([]);

  await world.simulated.listenAgain();
  for (const { id } of jobs) {
    await world.shows(id, 'Scheduled');
    const reasons = (await world.store.events.ofJob(id)).map(({ reason }) => reason);
    expect(reasons).toEqual(['Queued', 'KarmadaUnavailable', 'Dispatched', 'Scheduled']);
  }
});

test('not being allowed to see where a job went does not end it', async () => {
  const world = await setUp();
  const allow = world.simulated.faults.add({
    kind: 'status',
    code: 403,
    where: 'karmada',
    matching: '/resourcebindings',
  });
  world.dispatch();
  const { id } = await world.submit();
  expect(await world.shows(id, 'KarmadaForbidden')).toMatchObject({ status: 'Pending' });
  allow();
  await world.shows(id, 'Scheduled');
});

test('a namespace that is deleted on the way is made again', async () => {
  const world = await setUp();
  world.dispatch();
  const held = world.gate.hold(/^POST .*\/rayjobs\b/);
  const { id } = await world.submit({ namespace: 'team-gone' });
  const request = await held;
  await world.karmada.delete({ apiVersion: 'v1', kind: 'Namespace', namespace: null, name: 'team-gone' });
  await request.forward();
  request.drop();
  await world.shows(id, 'Scheduled');
});
