import type { ExpectStatic } from 'vitest';
import { asReason, type Reason } from '../../../service/contract/reasons.ts';
import type { Job } from '../../../service/jobs/job.ts';
import { RAY_JOB } from '../../../service/local/karmada/kinds.ts';
import { POD } from '../../../service/local/kube/kinds.ts';
import { concurrently } from '../../concurrently.ts';
import { fails } from './lost-attempt.ts';
import { objectsOf, remainsOf, setUp, type World } from './world.ts';

const POLICY = { maxAttempts: 3, on: ['infrastructure', 'preempted', 'oom'], backoff: { seconds: 0 }, memoryFactor: 2 };

async function running(world: World, expect: ExpectStatic, fields: Record<string, unknown> = {}): Promise<Job> {
  const job = await world.shows((await world.submit({ retryPolicy: POLICY, ...fields })).id, 'Scheduled');
  await expect.poll(() => remainsOf(world, job)).toContain(`${job.clusters}: RayJob`);
  return job;
}

/** As soon as it is in its cluster again, under another name. */
const again = (world: World, { id }: Job, attempt: number) =>
  world.until(id, (job) => job?.attempt === attempt && job.reason === 'Scheduled') as Promise<Job>;

const reasons = async (world: World, { id }: Job) => (await world.store.events.ofJob(id)).map(({ reason }) => reason);

concurrently(
  'an attempt that is lost is followed by another, on the same volume in the same cluster',
  async ({ expect }) => {
    const world = await setUp();
    const logsOf: string[] = [];
    world.dispatch({ keepLogs: async ({ objectName }) => void logsOf.push(objectName) });
    const first = await running(world, expect, { targetClusters: ['member2', 'member3'] });
    await fails(world.store, first, asReason('TemporaryFailure'), 'the store did not answer');

    const second = await again(world, first, 2);
    expect(second).toMatchObject({ id: first.id, status: 'Pending', finishedAt: null, clusters: first.clusters });
    expect(second.objectName).toBe(`${first.objectName}-2`);
    expect(logsOf).toContain(first.objectName);
    const { volume, workload } = objectsOf(second);
    expect(volume.name).toBe(first.objectName);
    await expect.poll(() => remainsOf(world, second)).toContain(`${first.clusters}: RayJob`);
    const member = world.karmada.member(first.clusters[0] ?? '');
    expect(JSON.stringify(await member.get(workload))).toContain(`"claimName":"${volume.name}"`);
    expect(await member.get(volume)).toBeDefined();
    expect(await member.get(objectsOf(first).workload)).toBeUndefined();
    expect(world.simulated.control.registry.store.list(RAY_JOB)).toHaveLength(1);
    expect(await reasons(world, first)).toEqual([
      ...['Queued', 'Dispatched', 'Scheduled', 'AwaitingAttempt'],
      ...['Queued', 'Dispatched', 'Scheduled'],
    ]);
    expect(await world.store.jobs.attempts(first.id)).toMatchObject([
      { id: first.id, attempt: 1, status: 'Failed', reason: 'TemporaryFailure', lostTo: 'infrastructure' },
      { id: first.id, attempt: 2, status: 'Pending', lostTo: null },
    ]);
  },
);

concurrently('the last attempt is the end, and so is what the policy does not name', async ({ expect }) => {
  const world = await setUp();
  world.dispatch();
  const retried = await running(world, expect, { retryPolicy: { ...POLICY, maxAttempts: 2 } });
  await fails(world.store, retried, asReason('Interrupted'));
  await fails(world.store, await again(world, retried, 2), asReason('Interrupted'));
  expect(await world.store.jobs.get(retried.id)).toMatchObject({ status: 'Failed', reason: 'Interrupted', attempt: 2 });
  const [first, last] = await world.store.jobs.attempts(retried.id);
  expect(last).toMatchObject({ attempt: 2, startedAt: expect.any(Date) });
  expect(last?.createdAt.getTime()).toBeGreaterThan(first?.createdAt.getTime() ?? Number.POSITIVE_INFINITY);

  for (const reason of ['AppFailed', 'UserError', 'Stalled'] satisfies Reason[]) {
    const job = await running(world, expect);
    await fails(world.store, job, asReason(reason));
    expect(await world.store.jobs.get(job.id)).toMatchObject({ status: 'Failed', reason, attempt: 1 });
  }
});

concurrently('what ran out of memory gets more of it, up to four times of what was asked for', async ({ expect }) => {
  const world = await setUp();
  world.dispatch();
  const resources = { instanceResources: { memoryGiB: 3 } };
  const job = await running(world, expect, { resources, retryPolicy: { ...POLICY, memoryFactor: 3 } });
  await fails(world.store, job, asReason('OutOfMemory'));
  const second = await again(world, job, 2);
  const manifest = JSON.stringify(await world.karmada.get(objectsOf(second).workload));
  expect(manifest).toContain('"memory":"9Gi"');
  await fails(world.store, second, asReason('OutOfMemory'));
  const third = await again(world, job, 3);
  expect(third.recovery).toMatchObject({ tries: 3, memoryGiB: 12 });
  expect(third.request).toEqual(job.request);
});

concurrently('the next attempt waits for the pods of the last one, which may still write', async ({ expect }) => {
  const world = await setUp();
  world.dispatch();
  const job = await running(world, expect, { targetClusters: ['member1'] });
  const { registry } = world.simulated.member('member1').server;
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'slow-to-end', namespace: job.namespace, labels: { 'mlplatform.io/job-id': job.id } },
  };
  registry.create(POD, pod, { manager: 'kubelet' });
  registry.setStatus(POD, job.namespace, 'slow-to-end', { phase: 'Running' });
  await fails(world.store, job, asReason('TemporaryFailure'));
  const waits = await world.until(job.id, (each) => each?.message.includes('pod slow-to-end') ?? false);
  expect(waits).toMatchObject({ reason: 'AwaitingAttempt', attempt: 1 });
  expect(world.simulated.control.registry.store.list(RAY_JOB)).toHaveLength(0);
  registry.delete(POD, job.namespace, 'slow-to-end');
  await again(world, job, 2);
});

concurrently('cancelled between two attempts, no other begins and nothing is left', async ({ expect }) => {
  const world = await setUp();
  const dispatcher = world.dispatch();
  const job = await running(world, expect, { retryPolicy: { ...POLICY, backoff: { seconds: 600 } } });
  await fails(world.store, job, asReason('TemporaryFailure'));
  await expect.poll(async () => (await remainsOf(world, job)).filter((each) => each.includes('RayJob'))).toEqual([]);
  await world.store.jobs.setWanted(job.id, 'cancel', { reason: 'Cancelling', message: 'asked for by the user' });
  expect(await world.shows(job.id, 'Cancelled')).toMatchObject({ attempt: 1, recovery: { lost: null } });
  expect(await remainsOf(world, job)).toEqual([]);
  await dispatcher.stop();
});
