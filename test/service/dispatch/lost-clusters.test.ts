import { pino } from 'pino';
import type { ExpectStatic } from 'vitest';
import { asReason } from '../../../service/contract/reasons.ts';
import { createLostClusters } from '../../../service/dispatch/lost-clusters.ts';
import type { Job } from '../../../service/jobs/job.ts';
import { RAY_JOB } from '../../../service/local/karmada/kinds.ts';
import { POD } from '../../../service/local/kube/kinds.ts';
import { atEnd, concurrently } from '../../concurrently.ts';
import { fails } from './lost-attempt.ts';
import { objectsOf, setUp, type World } from './world.ts';

const ANEW = { maxAttempts: 3, on: ['infrastructure'], backoff: { seconds: 0 }, elsewhere: 'fromStart' };

async function inMember1(world: World, expect: ExpectStatic, fields: Record<string, unknown> = {}): Promise<Job> {
  const { id } = await world.submit({ targetClusters: ['member1', 'member2'], retryPolicy: ANEW, ...fields });
  const job = await world.shows(id, 'Scheduled');
  expect(job.clusters).toEqual(['member1']);
  await expect.poll(() => inMember(world, 'member1')).toContain(job.objectName);
  return job;
}

/** Past the faults: what is there, whoever may ask. */
const inMember = (world: World, name: string): string[] =>
  world.simulated
    .member(name)
    .server.registry.store.list(RAY_JOB)
    .map(({ metadata }) => metadata.name);

/** It answers nobody any more; since an hour, as the monitor says. Returns how it is ended. */
async function loses(world: World, cluster = 'member1'): Promise<() => void> {
  const answersAgain = world.simulated.faults.add({ kind: 'refuse', where: cluster });
  await world.database.query(
    `update job set unreachable_since = jsonb_build_object($1::text, now() - interval '1 hour') where clusters = array[$1::text]`,
    [cluster],
  );
  return answersAgain;
}

function look(world: World): void {
  for (let replica = 0; replica < 2; replica += 1) {
    const { karmada, store } = world;
    const options = { karmada, store, afterSeconds: 600, log: pino({ level: 'silent' }), lookEveryMs: 10 };
    const lostClusters = createLostClusters(options);
    lostClusters.start();
    atEnd(() => lostClusters.stop());
  }
}

/** So that the first choice is the cluster that will be lost. */
const onlyMember1 = { unreachable: async () => new Set(['member2', 'member3']) };
const unreachable = async () => new Set(['member1']);
const fence = (world: World) => world.store.clusters.fence('member1', 'ada', 'its machines are off');
const told = async (world: World, { id }: Job, reason: string) =>
  (await world.store.events.ofJob(id)).filter((event) => event.reason === reason);
const goesOn = (world: World, { id }: Job, attempt = 2) =>
  world.until(id, (job) => job?.attempt === attempt && job.reason === 'Scheduled') as Promise<Job>;

concurrently(
  'a job of a cluster that is lost goes on in another once the cluster is fenced, and leaves one copy of itself',
  async ({ expect }) => {
    const world = await setUp();
    const first = world.dispatch(onlyMember1);
    const job = await inMember1(world, expect);
    const withLocalVolume = await inMember1(world, expect, { retryPolicy: { ...ANEW, elsewhere: undefined } });
    const withNowhereToGo = await inMember1(world, expect, { targetClusters: ['member1'] });
    const unasked = await inMember1(world, expect, { retryPolicy: undefined });
    await first.stop();
    const answersAgain = await loses(world);
    world.dispatch({ unreachable });
    world.dispatch({ unreachable });
    look(world);

    // It may well be running there: nobody has said otherwise.
    const waits = (await world.until(job.id, (each) => each?.attention !== null)) as Job;
    expect(waits).toMatchObject({ attempt: 1, clusters: ['member1'], attention: { reason: 'ClusterLost' } });
    expect(waits.attention?.message).toContain('as soon as an administrator has confirmed');
    const why = {
      withLocalVolume: 'elsewhere: fromStart',
      withNowhereToGo: 'targetClusters',
      unasked: 'no retryPolicy',
    };
    const staying = { withLocalVolume, withNowhereToGo, unasked };
    for (const [name, { id }] of Object.entries(staying)) {
      const stays = (await world.until(id, (each) => each?.attention !== null)) as Job;
      expect(stays.attention?.message).toContain(why[name as keyof typeof why]);
    }

    await fence(world);
    const second = await goesOn(world, job);
    expect(second).toMatchObject({ clusters: ['member2'], recovery: { tries: 2, volume: 2 }, attention: null });
    const { volume, workload } = objectsOf(second);
    await expect.poll(() => world.karmada.member('member2').get(volume)).toBeDefined();
    expect(volume.name).not.toBe(objectsOf(job).volume.name);
    expect(JSON.stringify(await world.karmada.get(workload))).toContain(`"claimName":"${volume.name}"`);
    const [lost, ...more] = await told(world, job, 'AwaitingAttempt');
    expect(lost?.message).toContain('ada has confirmed that nothing there can write any more');
    expect(more).toEqual([]);
    expect(await world.store.jobs.attempts(job.id)).toMatchObject([
      { attempt: 1, clusters: ['member1'], reason: 'ClusterLost', lostTo: 'infrastructure' },
      { attempt: 2, clusters: ['member2'] },
    ]);
    for (const { id } of Object.values(staying))
      expect(await world.store.jobs.get(id)).toMatchObject({ attempt: 1, clusters: ['member1'] });
    // What is still in the lost cluster may start again with it.
    expect(inMember(world, 'member1')).toContain(job.objectName);
    expect(await world.store.clusters.unfence('member1')).toBe(false);
    expect(await told(world, job, 'LeftoversGone')).toEqual([]);

    answersAgain();
    await expect.poll(() => inMember(world, 'member1')).not.toContain(job.objectName);
    await expect.poll(() => told(world, job, 'LeftoversGone')).toHaveLength(1);
    expect(await world.store.clusters.unfence('member1')).toBe(true);
    expect(inMember(world, 'member2')).toEqual([second.objectName]);
  },
);

concurrently('a pod that still writes in a cluster that is back is something left behind', async ({ expect }) => {
  const world = await setUp();
  const first = world.dispatch(onlyMember1);
  const job = await inMember1(world, expect);
  await first.stop();
  const answersAgain = await loses(world);
  world.dispatch({ unreachable });
  look(world);
  await fence(world);
  await goesOn(world, job);
  const { registry } = world.simulated.member('member1').server;
  const labels = { 'mlplatform.io/job-id': job.id };
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'came-back', namespace: job.namespace, labels } };
  registry.create(POD, pod, { manager: 'kubelet' });
  registry.setStatus(POD, job.namespace, 'came-back', { phase: 'Running' });
  answersAgain();
  await expect.poll(() => inMember(world, 'member1')).toEqual([]);
  const looks = () =>
    world.simulated.requests.count(({ cluster, path }) => cluster === 'member1' && path === '/api/v1/pods');
  const before = looks();
  await expect.poll(looks).toBeGreaterThan(before + 1);
  expect(await told(world, job, 'LeftoversGone')).toEqual([]);
  registry.delete(POD, job.namespace, 'came-back');
  await expect.poll(() => told(world, job, 'LeftoversGone')).toHaveLength(1);
});

concurrently('an attempt that was lost before its cluster was does not wait for it for ever', async ({ expect }) => {
  const world = await setUp();
  const first = world.dispatch(onlyMember1);
  const job = await inMember1(world, expect);
  const waitsForItsPlace = await inMember1(world, expect);
  await first.stop();
  await loses(world);
  await fails(world.store, job, asReason('TemporaryFailure'));
  // The next attempt of this one had begun, bound to the cluster of its volume.
  await world.database.query(
    `update job set clusters = '{}', dispatched_at = null, cluster_states = '{}', reason = 'Queued', object_name = object_name || '-2',
       recovery = '{"tries": 2, "pinnedTo": ["member1"], "memoryGiB": null, "lost": null}' where id = $1`,
    [waitsForItsPlace.id],
  );
  await world.database.query(
    `insert into dispatch (job_id, priority, created_at) select id, priority, created_at from job
     on conflict (job_id) do update set due_at = now()`,
  );
  world.dispatch({ unreachable });
  await world.shows(waitsForItsPlace.id, 'Unschedulable');

  await fence(world);
  expect(await goesOn(world, job)).toMatchObject({ clusters: ['member2'] });
  const moved = await world.until(waitsForItsPlace.id, (each) => each?.clusters[0] === 'member2');
  expect(moved).toMatchObject({ recovery: { tries: 2, pinnedTo: [], volume: 2 } });
});

concurrently('what has been fenced and answers is believed: its jobs go on there', async ({ expect }) => {
  const world = await setUp();
  const first = world.dispatch(onlyMember1);
  const job = await inMember1(world, expect);
  await first.stop();
  world.dispatch();
  await fence(world);
  look(world);
  const other = await world.shows((await world.submit({ targetClusters: ['member1', 'member2'] })).id, 'Scheduled');
  expect(other.clusters).toEqual(['member2']);
  expect(await world.store.jobs.get(job.id)).toMatchObject({ attempt: 1, clusters: ['member1'], attention: null });
});

concurrently('a job of a fenced cluster can be cancelled, and does not wait for the cluster', async ({ expect }) => {
  const world = await setUp();
  const first = world.dispatch(onlyMember1);
  const job = await inMember1(world, expect);
  await first.stop();
  const answersAgain = await loses(world);
  await fence(world);
  await world.store.jobs.setWanted(job.id, 'cancel', { reason: 'Cancelling', message: 'asked for by the user' });
  world.dispatch({ unreachable });
  await world.shows(job.id, 'Cancelled');
  answersAgain();
  await expect.poll(() => inMember(world, 'member1')).toEqual([]);
});
