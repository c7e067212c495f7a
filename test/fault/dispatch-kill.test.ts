import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import type { Job } from '../../service/jobs/job.ts';
import { RAY_JOB } from '../../service/local/karmada/kinds.ts';
import { program } from '../program.ts';
import { remainsOf, setUp, type World } from '../service/dispatch/world.ts';

/** A process is killed once, while every job of the test is stopped at another request: just before Karmada acts on it, or just after. */
type Moment = readonly [string, 'before' | 'after', (job: Job) => RegExp];

const on = (method: string, path: (job: Job) => string) => (job: Job) => new RegExp(`^${method} .*${path(job)}(\\?|$)`);
const both = (name: string, request: (job: Job) => RegExp): Moment[] => [
  [name, 'before', request],
  [name, 'after', request],
];

const toCreate = (plural: string) => on('POST', (job) => `/namespaces/${job.namespace}/${plural}`);

const ON_THE_WAY: readonly Moment[] = [
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

async function startProcess(world: World): Promise<ChildProcess> {
  const script = await program('test/fault/dispatcher-process.ts');
  const child = spawn(process.execPath, [script, world.database.url, world.gate.url], {
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
async function killAt(world: World, moments: readonly Moment[], jobs: readonly Job[]): Promise<void> {
  const held = moments.map(([, , requestOf], index) => world.gate.hold(requestOf(jobs[index] as Job)));
  const child = await startProcess(world);
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
}, 60_000);

test('killed at any step of a removal: after a restart nothing is left', async () => {
  const world = await setUp();
  const first = world.dispatch();
  const jobs: Job[] = [];
  for (const _ of WHILE_REMOVED)
    jobs.push(await world.shows((await world.submit({ targetClusters: ['member1'] })).id, 'Scheduled'));
  await first.stop();
  for (const { id } of jobs)
    await world.store.jobs.setWanted(id, 'delete', { reason: 'Deleting', message: 'asked for' });
  await killAt(world, WHILE_REMOVED, jobs);
  world.dispatch();
  for (const job of jobs) {
    await world.until(job.id, (each) => each === undefined);
    expect(await remainsOf(world, job)).toEqual([]);
  }
}, 60_000);
