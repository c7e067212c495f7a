import { expect, test } from 'vitest';
import type { KubeObject } from '../../../../service/kube/kube.ts';
import { RAY_JOB } from '../../../../service/local/karmada/kinds.ts';
import {
  eventually,
  namespaceObject,
  place,
  policyFor,
  rayJob,
  referenceTo,
  startWorld,
  TEAM,
} from '../../karmada/simulation.ts';

const claim = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name, namespace: TEAM },
  spec: { accessModes: ['ReadWriteMany'], resources: { requests: { storage: '5Gi' } } },
});

const withVolume = (name: string): KubeObject => {
  const containers = [{ name: 'ray-head', image: 'rayproject/ray' }];
  const volumes = [{ name: 'results', persistentVolumeClaim: { claimName: name } }];
  const headGroupSpec = { rayStartParams: {}, template: { spec: { containers, volumes } } };
  return rayJob(name, { rayClusterSpec: { headGroupSpec } });
};

test('with spreadConstraints 1..1 jobs are spread over the clusters, the least loaded first; without, they go to all', async () => {
  const { karmada } = await startWorld();
  const placed: string[] = [];
  for (const name of ['a', 'b', 'c']) placed.push(await place(karmada, rayJob(name)));
  expect(placed.sort()).toEqual(['member1', 'member2', 'member3']);
  await karmada.apply(policyFor(rayJob('all'), [], { placement: {} }));
  await karmada.apply(rayJob('all'));
  const everywhere = await eventually(async () => {
    const placement = await karmada.placement(referenceTo(rayJob('all')));
    return placement?.clusters.length === 3 && placement.clusters;
  });
  expect(everywhere).toEqual(['member1', 'member2', 'member3']);
});

test('the policy may come after the object', async () => {
  const { karmada } = await startWorld();
  await karmada.apply(namespaceObject());
  await karmada.apply(rayJob('a'));
  expect(await karmada.placement(referenceTo(rayJob('a')))).toBeUndefined();
  await karmada.apply(policyFor(rayJob('a'), ['member3']));
  const clusters = await eventually(async () => {
    const placement = await karmada.placement(referenceTo(rayJob('a')));
    return placement?.scheduled ? placement.clusters : undefined;
  });
  expect(clusters).toEqual(['member3']);
});

test('propagateDeps takes the volume claim along, and the claim goes from the member with the job', async () => {
  const { karmada } = await startWorld();
  await karmada.apply(namespaceObject());
  await karmada.apply(claim('job'));
  await karmada.apply(policyFor(withVolume('job'), ['member2'], { propagateDeps: true }));
  await karmada.apply(withVolume('job'));
  const member = karmada.member('member2');
  await eventually(() => member.get(referenceTo(claim('job'))));
  expect(await karmada.member('member1').get(referenceTo(claim('job')))).toBeUndefined();
  await karmada.delete(referenceTo(withVolume('job')));
  await eventually(async () => (await member.get(referenceTo(claim('job')))) === undefined);
  expect(await karmada.get(referenceTo(claim('job')))).toBeDefined();
});

test('what is deleted in a member comes back, unless that is switched off', async () => {
  const { simulated, karmada } = await startWorld();
  const cluster = await place(karmada, rayJob('a'));
  const { registry } = simulated.member(cluster).server;
  const { uid } = registry.read(RAY_JOB, TEAM, 'a').metadata;
  registry.delete(RAY_JOB, TEAM, 'a');
  await eventually(() => {
    const there = registry.store.get(RAY_JOB, TEAM, 'a');
    return there && there.metadata.uid !== uid;
  });
  simulated.setRecreate(false);
  registry.delete(RAY_JOB, TEAM, 'a');
  await karmada.apply(rayJob('a', { activeDeadlineSeconds: 5 }));
  await place(karmada, rayJob('later'), [cluster]);
  expect(registry.store.get(RAY_JOB, TEAM, 'a')).toBeUndefined();
});

test('while a member is out of reach its copy goes stale, its Cluster not ready, and it catches up afterwards', async () => {
  const { simulated, karmada } = await startWorld({ notReadyAfterMs: 50 });
  await place(karmada, rayJob('a'), ['member1']);
  const { registry } = simulated.member('member1').server;
  const isUp = simulated.faults.add({ kind: 'refuse', where: 'member1' });
  await eventually(async () => {
    const [member1] = await karmada.clusters();
    return member1?.ready === false && member1.reason === 'ClusterNotReachable';
  });
  registry.setStatus(RAY_JOB, TEAM, 'a', { jobStatus: 'RUNNING', jobDeploymentStatus: 'Running' });
  await karmada.apply(policyFor(rayJob('b'), ['member1']));
  await karmada.apply(rayJob('b'));
  const waiting = await eventually(async () => {
    const placement = await karmada.placement(referenceTo(rayJob('b')));
    return placement?.reason && placement;
  });
  expect(waiting).toMatchObject({ scheduled: false, message: expect.stringContaining('untolerated taint') });
  expect((await karmada.get(referenceTo(rayJob('a'))))?.status).toBeUndefined();
  isUp();
  await eventually(() => karmada.member('member1').get(referenceTo(rayJob('b'))));
  registry.setStatus(RAY_JOB, TEAM, 'a', { jobStatus: 'SUCCEEDED', jobDeploymentStatus: 'Complete' });
  await eventually(async () => (await karmada.get(referenceTo(rayJob('a'))))?.status !== undefined);
});
