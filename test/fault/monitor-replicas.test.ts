import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import type { Job } from '../../service/jobs/job.ts';
import { atEnd, concurrently } from '../concurrently.ts';
import { program } from '../program.ts';
import {
  eventually,
  FAILED,
  type RayStatus,
  RUNNING,
  SUBMITTED,
  SUCCEEDED,
  setUp,
  type World,
} from '../service/monitor/world.ts';

const CLUSTERS = ['a', 'b', 'c', 'd', 'e', 'f'];
/** As long as a replica that has died keeps others away from its clusters. */
const LEASE_SECONDS = 3;
async function startReplica(world: World, mode: 'poll' | 'watch' = 'poll'): Promise<ChildProcess> {
  const child = fork(await program('test/fault/monitor-replica.ts'), [world.database.url, world.simulated.url, mode]);
  const guard = killWithUs(child);
  atEnd(async () => {
    guard.stdin?.end();
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  await once(child, 'message');
  return child;
}

/** A run may be ended by kill -9 while a replica is paused and cannot see it. This shell sees it: its pipe closes with us. */
function killWithUs(child: ChildProcess): ChildProcess {
  const guard = spawn('/bin/sh', ['-c', 'cat > /dev/null; kill -KILL "$1" 2> /dev/null', 'guard', String(child.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.unref();
  return guard;
}

/** How many clusters each live holder has, fewest first. */
async function shares(world: World): Promise<number[]> {
  const rows = await world.database.query<{ clusters: number }>(
    `select count(*)::int as clusters from lease where expires_at > clock_timestamp() group by holder order by 1`,
  );
  return rows.map(({ clusters }) => clusters);
}

const becomes = (world: World, expected: number[]) =>
  eventually(
    () => shares(world),
    (seen) => JSON.stringify(seen) === JSON.stringify(expected),
  );

async function placed(world: World, perCluster: number): Promise<Job[]> {
  const jobs: Job[] = [];
  for (let i = 0; i < perCluster; i += 1) for (const cluster of CLUSTERS) jobs.push(await world.place([cluster]));
  return jobs;
}

/** Half of the changes; as soon as one of them is stored something is done to the replicas, and the other half follows. */
async function inTheMidst(world: World, jobs: readonly Job[], status: RayStatus, act: () => void): Promise<void> {
  const half = jobs.length / 2;
  const versions = () => world.database.query<{ id: string; version: number }>('select id, version from job');
  const before = new Map((await versions()).map(({ id, version }) => [id, version]));
  for (const job of jobs.slice(0, half)) world.write(job, status);
  await eventually(versions, (seen) => seen.some(({ id, version }) => version !== before.get(id)));
  act();
  for (const job of jobs.slice(half)) world.write(job, status);
}

async function allBecome(world: World, jobs: readonly Job[], status: Job['status'], reason: string): Promise<void> {
  for (const { id } of jobs) await world.until(id, (job) => job.status === status && job.reason === reason);
}

async function expectHistory(world: World, jobs: readonly Job[], reasons: string[]): Promise<void> {
  for (const { id } of jobs) {
    const told = (await world.history(id)).filter(
      ({ reason }) => reason !== 'ClusterUnreachable' && reason !== 'ClusterReachable',
    );
    expect(told.map(({ reason }) => reason).slice(-reasons.length)).toEqual(reasons);
    expect(told.filter(({ cluster, reason }) => cluster && reasons.includes(reason))).toHaveLength(reasons.length);
  }
}

test('replicas share the clusters evenly, hand over at once when they stop, and take over from one that was killed', async () => {
  const world = await setUp({ clusters: CLUSTERS });
  await placed(world, 1);
  const first = await startReplica(world);
  await becomes(world, [6]);
  const second = await startReplica(world);
  await becomes(world, [3, 3]);
  await startReplica(world);
  await becomes(world, [2, 2, 2]);

  first.kill('SIGTERM');
  await once(first, 'exit');
  // Nothing of its is left that would have to expire first.
  expect((await shares(world)).length).toBeLessThanOrEqual(2);
  await becomes(world, [3, 3]);

  second.kill('SIGKILL');
  await once(second, 'exit');
  const [longest] = await world.database.query<{ seconds: number }>(
    'select extract(epoch from max(expires_at) - clock_timestamp())::float as seconds from lease',
  );
  expect(longest?.seconds).toBeLessThanOrEqual(LEASE_SECONDS);
  await becomes(world, [6]);
});

for (const mode of ['poll', 'watch'] as const) {
  concurrently(
    `${mode}: each change is stored once although replicas are paused, awake again, and killed in the midst`,
    async () => {
      const world = await setUp({ clusters: CLUSTERS });
      const jobs = await placed(world, 8);
      const [first, second] = [await startReplica(world, mode), await startReplica(world, mode)];
      await allBecome(world, jobs, 'Pending', 'Created');
      await becomes(world, [3, 3]);

      await inTheMidst(world, jobs, SUBMITTED, () => first.kill('SIGSTOP'));
      await allBecome(world, jobs, 'Pending', 'Submitted');
      await becomes(world, [6]);

      // It wakes up in the midst of changes, with an old memory and leases that are another's.
      await inTheMidst(world, jobs, RUNNING, () => first.kill('SIGCONT'));
      await allBecome(world, jobs, 'Running', 'Running');
      await becomes(world, [3, 3]);

      await inTheMidst(world, jobs.slice(0, 24), SUCCEEDED, () => second.kill('SIGKILL'));
      for (const job of jobs.slice(24)) world.write(job, FAILED);
      await allBecome(world, jobs.slice(0, 24), 'Succeeded', 'Succeeded');
      await allBecome(world, jobs.slice(24), 'Failed', 'AppFailed');
      await expectHistory(world, jobs.slice(0, 24), ['Created', 'Submitted', 'Running', 'Succeeded']);
      await expectHistory(world, jobs.slice(24), ['Created', 'Submitted', 'Running', 'AppFailed']);
    },
  );
}
