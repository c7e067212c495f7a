import { expect, test } from 'vitest';
import { RAY_JOB } from '../../../service/local/karmada/kinds.ts';
import { createBulk } from '../../simulation/karmada/bulk.ts';
import {
  batchJob,
  eventually,
  namespaceObject,
  place,
  policyFor,
  rayJob,
  referenceTo,
  startWorld,
  TEAM,
} from './simulation.ts';

test('a cluster is one Table request, without objects, from the cache, for our jobs only', async () => {
  const { simulated, karmada } = await startWorld();
  const cluster = await place(karmada, rayJob('ours'));
  const { registry } = simulated.member(cluster).server;
  registry.create(
    RAY_JOB,
    { ...rayJob('theirs'), metadata: { name: 'theirs', namespace: TEAM } },
    { manager: 'kubectl' },
  );
  simulated.requests.clear();
  const { rows } = await karmada.member(cluster).table('RayJob');
  expect(rows.map(({ name }) => name)).toEqual(['ours']);
  const [request, ...more] = simulated.requests.entries();
  expect(more).toEqual([]);
  expect(request).toMatchObject({ cluster, path: '/apis/ray.io/v1/rayjobs' });
  const query = new URLSearchParams(request?.query);
  expect(Object.fromEntries(query)).toMatchObject({
    includeObject: 'None',
    resourceVersion: '0',
    labelSelector: 'app.kubernetes.io/managed-by=ml-platform',
  });
});

test('a large cluster comes zipped and whole', async () => {
  const { simulated, karmada, reports } = await startWorld();
  const bulk = createBulk(new Map([['member1', simulated.member('member1')]]));
  bulk.load({ jobsPerCluster: 2_000, namespace: TEAM, prefix: 'job' });
  bulk.stop();
  const { rows } = await karmada.member('member1').table('RayJob');
  expect(new Set(rows.map(({ name }) => name)).size).toBe(2_000);
  // 2,000 rows are some 260 kB as JSON.
  expect(reports.at(-1)?.bytes).toBeLessThan(60_000);
});

test('a server that pages is read to the last page, though it heeds the limit where the cache does not', async () => {
  const { simulated, karmada } = await startWorld();
  const bulk = createBulk(new Map([['member1', simulated.member('member1')]]));
  bulk.load({ jobsPerCluster: 1_203, namespace: TEAM, prefix: 'job' });
  bulk.stop();
  simulated.requests.clear();
  const { items, resourceVersion } = await karmada.member('member1').list('rayjobs', {});
  expect(new Set(items.map(({ metadata }) => metadata.name)).size).toBe(1_203);
  expect(simulated.requests.count()).toBe(3);
  expect(Number(resourceVersion)).toBeGreaterThan(0);
  const some = await karmada.member('member1').list('rayjobs', { limit: 7, resourceVersion: '0' });
  expect(some.items).toHaveLength(7);
});

test('apply says everything: a field left out later is taken away, what Karmada added stays', async () => {
  const { karmada } = await startWorld();
  await karmada.apply(namespaceObject());
  await karmada.apply(policyFor(rayJob('a')));
  await karmada.apply(rayJob('a', { suspend: true, activeDeadlineSeconds: 60 }));
  const claimed = await eventually(async () => {
    const object = await karmada.get(referenceTo(rayJob('a')));
    return 'propagationpolicy.karmada.io/permanent-id' in (object?.metadata.labels ?? {}) && object;
  });
  const { spec, metadata } = await karmada.apply(rayJob('a', { activeDeadlineSeconds: 90 }));
  expect(spec).not.toHaveProperty('suspend');
  expect(spec).toMatchObject({ activeDeadlineSeconds: 90 });
  expect(metadata.labels).toEqual(claimed.metadata.labels);
  expect(metadata.uid).toBe(claimed.metadata.uid);
});

test('what someone else wrote into our fields is taken back, what they added stays', async () => {
  const { simulated, karmada } = await startWorld();
  await karmada.apply(namespaceObject());
  await karmada.apply(rayJob('a', { activeDeadlineSeconds: 60 }));
  const { registry } = simulated.control;
  const theirs = registry.read(RAY_JOB, TEAM, 'a');
  const spec = { ...(theirs.spec as object), activeDeadlineSeconds: 1, preRunningDeadlineSeconds: 9 };
  registry.update(RAY_JOB, { ...theirs, spec }, { manager: 'kubectl-edit' });
  const { spec: ours } = await karmada.apply(rayJob('a', { activeDeadlineSeconds: 60 }));
  expect(ours).toMatchObject({ activeDeadlineSeconds: 60, preRunningDeadlineSeconds: 9 });
});

test('where Karmada put each job is asked for one or for all', async () => {
  const { karmada } = await startWorld();
  await place(karmada, rayJob('first'), ['member2']);
  await place(karmada, batchJob('second'), ['member3']);
  await karmada.apply(policyFor(rayJob('nowhere'), ['member9']));
  await karmada.apply(rayJob('nowhere'));
  const refused = await eventually(async () => {
    const placement = await karmada.placement(referenceTo(rayJob('nowhere')));
    return placement?.reason && placement;
  });
  expect(refused).toEqual({
    clusters: [],
    scheduled: false,
    reason: 'NoClusterFit',
    message: '0/3 clusters are available: 3 cluster(s) did not match the placement cluster affinity constraint.',
  });
  const all = await karmada.placements('RayJob');
  expect([...all.keys()].sort()).toEqual(['first', 'nowhere']);
  expect(all.get('first')).toMatchObject({ clusters: ['member2'], scheduled: true });
  expect([...(await karmada.placements('Job')).keys()]).toEqual(['second']);
  expect(await karmada.placement(referenceTo(rayJob('unheard-of')))).toBeUndefined();
});
