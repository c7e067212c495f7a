import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Job } from '../../../service/jobs/job.ts';
import type { TickReport } from '../../../service/monitor/tick.ts';
import {
  eventually,
  FAILED,
  type RayStatus,
  RUNNING,
  STARTING,
  SUBMITTED,
  SUCCEEDED,
  setUp,
  type World,
} from './world.ts';

const STATUSES: readonly RayStatus[] = [
  STARTING,
  SUBMITTED,
  RUNNING,
  { ...RUNNING, message: 'epoch 2' },
  { jobDeploymentStatus: 'Retrying', failed: 1 },
  { jobDeploymentStatus: 'Suspending' },
  { jobDeploymentStatus: 'Suspended' },
  { ...RUNNING, jobStatus: 'FAILED' },
  { ...RUNNING, jobStatus: 'STOPPED' },
  { ...RUNNING, jobStatus: '', jobDeploymentStatus: 'Failed', reason: 'DeadlineExceeded' },
  FAILED,
  SUCCEEDED,
  {},
];
/** Few enough for the poll to GET each. */
const SEQUENCES = 30;
const STEPS = 6;
const sequences = fc.array(fc.array(fc.constantFrom(...STATUSES), { minLength: STEPS, maxLength: STEPS }), {
  minLength: SEQUENCES,
  maxLength: SEQUENCES,
});

/** Polling sees what lasts until the next tick. So that both modes are given the same, each step lasts until it has been seen. */
async function replay(world: World, mode: 'poll' | 'watch', statuses: readonly (readonly RayStatus[])[]) {
  const ticks: TickReport[] = [];
  const monitor = await world.monitor({ mode, intervalMs: 300, onTick: (tick) => ticks.push(tick) });
  const jobs: Job[] = [];
  for (const _ of statuses) jobs.push(await world.place(['member1']));
  // Written after the others at each step: when a watch has told it, it has told them too, also those that changed nothing.
  const witness = await world.place(['member1']);
  for (const { id } of [...jobs, witness]) await world.until(id, ({ reason }) => reason === 'Created');
  for (let step = 0; step < STEPS; step += 1) {
    for (const [i, job] of jobs.entries()) world.write(job, statuses[i]?.[step] ?? {});
    const rayClusterName = `step-${step}`;
    world.write(witness, { ...RUNNING, rayClusterName });
    await world.until(witness.id, ({ clusterStates }) => clusterStates.member1?.rayCluster === rayClusterName);
    // A GET that failed is tried again at the next tick: only one that finds nothing new tells that all has been seen.
    const since = ticks.length;
    if (mode === 'poll') {
      const isQuiet = ({ answered, changes }: TickReport) => answered === 1 && changes === 0;
      await eventually(() => ticks.slice(since).some(isQuiet), Boolean);
    }
  }
  await monitor.stop();
  return Promise.all(
    jobs.map(async ({ id }) => {
      const { status, reason, message, startedAt } = (await world.store.jobs.get(id)) as Job;
      const told = (await world.history(id)).filter((event) => !event.reason.startsWith('Cluster'));
      const history = told.map((event) => [event.previous, event.status, event.reason, event.message, event.cluster]);
      return { status, reason, message, startedAt: startedAt !== null, history };
    }),
  );
}

test('polling and watching give the same history for the same statuses', async () => {
  const [polling, watching] = [await setUp({ clusters: ['member1'] }), await setUp({ clusters: ['member1'] })];
  await fc.assert(
    fc.asyncProperty(sequences, async (statuses) => {
      const [polled, watched] = await Promise.all([
        replay(polling, 'poll', statuses),
        replay(watching, 'watch', statuses),
      ]);
      expect(watched).toEqual(polled);
    }),
    { numRuns: 2, endOnFailure: true },
  );
});
