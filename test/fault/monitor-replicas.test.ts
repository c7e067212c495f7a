import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
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
const TAKEN_OVER_WITHIN_MS = 5_000;
/** Three processes start TypeScript on a machine that may be busy. */
const TIMEOUT_MS = 90_000;

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

/** Written here and there over a while, so that whatever is done to the replicas meanwhile finds changes under way. */
async function writeSlowly(world: World, jobs: readonly Job[], status: RayStatus): Promise<void> {
  for (const job of jobs) {
    world.write(job, status);
    await sleep(15);
  }
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

test(
  'replicas share the clusters evenly, hand over at once when they stop, and take over from one that was killed',
  async () => {
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

    const killedAt = performance.now();
    second.kill('SIGKILL');
    await becomes(world, [6]);
    expect(performance.now() - killedAt).toBeLessThan(TAKEN_OVER_WITHIN_MS);
  },
  TIMEOUT_MS,
);

for (const mode of ['poll', 'watch'] as const) {
  concurrently(
    `${mode}: each change is stored once although replicas are paused, awake again, and killed in the midst`,
    async () => {
      const world = await setUp({ clusters: CLUSTERS });
      const jobs = await placed(world, 8);
      const [first, second] = [await startReplica(world, mode), await startReplica(world, mode)];
      await allBecome(world, jobs, 'Pending', 'Created');
      await becomes(world, [3, 3]);

      const submitting = writeSlowly(world, jobs, SUBMITTED);
      await sleep(200);
      first.kill('SIGSTOP');
      await submitting;
      await allBecome(world, jobs, 'Pending', 'Submitted');
      await becomes(world, [6]);

      // It wakes up in the midst of changes, with an old memory and leases that are another's.
      const running = writeSlowly(world, jobs, RUNNING);
      await sleep(200);
      first.kill('SIGCONT');
      await running;
      await allBecome(world, jobs, 'Running', 'Running');
      await becomes(world, [3, 3]);

      const ending = writeSlowly(world, jobs.slice(0, 24), SUCCEEDED);
      await sleep(150);
      second.kill('SIGKILL');
      await ending;
      await writeSlowly(world, jobs.slice(24), FAILED);
      await allBecome(world, jobs.slice(0, 24), 'Succeeded', 'Succeeded');
      await allBecome(world, jobs.slice(24), 'Failed', 'AppFailed');
      await expectHistory(world, jobs.slice(0, 24), ['Created', 'Submitted', 'Running', 'Succeeded']);
      await expectHistory(world, jobs.slice(24), ['Created', 'Submitted', 'Running', 'AppFailed']);
    },
    TIMEOUT_MS,
  );
}
