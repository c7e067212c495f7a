import { expect } from 'vitest';
import { LABELS } from '../../../service/contract.ts';
import type { Job } from '../../../service/jobs/job.ts';
import { POD } from '../../../service/local/kube/kinds.ts';
import { concurrently } from '../../concurrently.ts';
import { eventually, RUNNING, STARTING, setUp, type World } from './world.ts';

const waiting = (reason: string, message = '') => ({
  phase: 'Pending',
  containerStatuses: [{ name: 'ray-head', ready: false, restartCount: 0, state: { waiting: { reason, message } } }],
});
const WELL = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };

/** As the kubelet writes it. */
function pod(world: World, job: Job, name: string, status: object, cluster = 'member1'): void {
  const { registry } = world.simulated.member(cluster).server;
  if (!registry.store.get(POD, job.namespace, name)) {
    const metadata = { name, namespace: job.namespace, labels: { [LABELS.jobId]: job.id } };
    const spec = { containers: [{ name: 'ray-head', image: 'example/image' }] };
    registry.create(POD, { apiVersion: 'v1', kind: 'Pod', metadata, spec }, { manager: 'test' });
  }
  registry.setStatus(POD, job.namespace, name, status);
}

const podQueries = (world: World): number =>
  world.simulated.requests.count(({ cluster, path }) => cluster !== null && path.endsWith('/pods'));

concurrently('a job whose image cannot be pulled says so, is found by it, and no longer when it passes', async () => {
  const world = await setUp();
  const job = await world.place(['member1']);
  world.write(job, STARTING);
  pod(world, job, 'head', waiting('ErrImagePull', 'no such image'));
  const ticks = await world.ticking({ startGraceMs: 60_000 });
  await ticks.until(job.id, ({ reason }) => reason === 'Starting');
  // Not within the grace: every start takes a while.
  expect(podQueries(world)).toBe(0);
  const stuck = await ticks.until(job.id, ({ reason }) => reason !== 'Starting');
  expect(stuck).toMatchObject({ status: 'Pending', reason: 'ImagePullBackOff' });
  expect(stuck.message).toBe('ErrImagePull: no such image (container ray-head of pod head)');
  const query = {
    text: 'ImagePullBackOff',
    sort: 'createdAt',
    descending: true,
    limit: 10,
    withRequests: false,
  } as const;
  expect((await world.store.jobs.list(query)).jobs.map(({ id }) => id)).toEqual([job.id]);

  // Kubernetes takes turns between two words: nothing that happens.
  pod(world, job, 'head', waiting('ImagePullBackOff', 'Back-off pulling image'));
  await ticks.until(job.id, ({ message }) => message.startsWith('ImagePullBackOff'));
  // What KubeRay writes meanwhile does not hide it.
  world.write(job, { ...STARTING, rayClusterName: 'rc-1' });
  const known = await ticks.until(job.id, ({ clusterStates }) => clusterStates.member1?.rayCluster === 'rc-1');
  expect(known.reason).toBe('ImagePullBackOff');

  pod(world, job, 'head', WELL);
  const freed = await ticks.until(job.id, ({ reason }) => reason === 'Starting');
  expect(freed.clusterStates.member1?.trouble).toBeUndefined();
  expect((await world.history(job.id)).map(({ reason }) => reason)).toEqual([
    'Queued',
    'Scheduled',
    'Starting',
    'ImagePullBackOff',
    'Starting',
  ]);
});

concurrently('once it runs nothing is left of what kept it', async () => {
  const world = await setUp();
  const job = await world.place(['member1']);
  world.write(job, STARTING);
  pod(world, job, 'head', waiting('CreateContainerConfigError', 'secret "keys" not found'));
  const ticks = await world.ticking({ startGraceMs: 0 });
  await ticks.until(job.id, ({ reason }) => reason === 'CreateContainerConfigError');
  world.write(job, RUNNING);
  const runs = await ticks.until(job.id, ({ status }) => status === 'Running');
  expect(runs.reason).toBe('Running');
  expect(runs.clusterStates.member1?.trouble).toBeUndefined();
  const before = podQueries(world);
  await ticks.pass(3);
  expect(podQueries(world)).toBe(before);
});

concurrently('many stuck jobs of a cluster cost one query of pods in some seconds', async () => {
  const world = await setUp();
  const jobs: Job[] = [];
  while (jobs.length < 20) jobs.push(await world.place(['member1']));
  const other = await world.place(['member2']);
  for (const job of jobs) {
    world.write(job, STARTING);
    pod(world, job, `${job.objectName}-head`, waiting('InvalidImageName'));
  }
  world.write(other, RUNNING);
  const ticks = await world.ticking({ startGraceMs: 0, intervalMs: 1_000 });
  for (const job of jobs) await ticks.until(job.id, ({ reason }) => reason === 'InvalidImageName');
  const { requests } = world.simulated;
  requests.clear();
  await ticks.pass(10);
  const asked = podQueries(world);
  expect(asked).toBeGreaterThanOrEqual(1);
  expect(asked).toBeLessThanOrEqual(3);
  expect(requests.count(({ cluster, path }) => cluster === 'member2' && path.endsWith('/pods'))).toBe(0);
});

concurrently('a job that is suspended, cancelled or on its way out is not asked about', async () => {
  const world = await setUp();
  const jobs: Job[] = [];
  while (jobs.length < 3) jobs.push(await world.place(['member1']));
  for (const job of jobs) {
    world.write(job, STARTING);
    pod(world, job, `${job.objectName}-head`, waiting('ImagePullBackOff'));
  }
  const [suspended, cancelled, deleted] = jobs as [Job, Job, Job];
  await world.store.jobs.setWanted(suspended.id, 'suspend', { reason: 'Suspending', message: '' });
  await world.store.jobs.setWanted(cancelled.id, 'cancel', { reason: 'Cancelling', message: '' });
  await world.store.jobs.setWanted(deleted.id, 'delete', { reason: 'Deleting', message: '' });
  const ticks = await world.ticking({ startGraceMs: 0 });
  await ticks.pass(3);
  expect(podQueries(world)).toBe(0);
});

concurrently('a cluster that does not give its pods keeps no job from being followed', async () => {
  const world = await setUp();
  const job = await world.place(['member1']);
  world.write(job, STARTING);
  world.simulated.faults.add({ kind: 'status', code: 403, where: 'member1', matching: '/pods' });
  const ticks = await world.ticking({ startGraceMs: 0 });
  await ticks.until(job.id, ({ reason }) => reason === 'Starting');
  await ticks.pass(2);
  await eventually(
    () => podQueries(world),
    (count) => count > 0,
  );
  world.write(job, RUNNING);
  expect((await ticks.until(job.id, ({ status }) => status === 'Running')).unreachableSince).toEqual({});
});
