import { afterEach, beforeEach, expect, test } from 'vitest';
import { newJobId, objectNameOf } from '../../../service/jobs/ids.ts';
import { objectsOf } from '../../../service/jobs/manifests/index.ts';
import { parseJobRequest } from '../../../service/jobs/request.ts';
import { createKarmada } from '../../../service/karmada/client.ts';
import { RAY_JOB } from '../../../service/local/karmada/kinds.ts';
import { type SimulatedKarmada, startSimulatedKarmada } from '../../../service/local/karmada/simulated-karmada.ts';
import { PERSISTENT_VOLUME_CLAIM as CLAIM } from '../../../service/local/kube/kinds.ts';
import { kubeconfigOf, MANIFESTS } from '../../service/dispatch/settings.ts';
import { startWorld, type World } from './command.ts';

// What jobs have on Karmada and in the members, when the platform that made them is removed.

let world: World;
let karmada: SimulatedKarmada;
let variables: Record<string, string>;

beforeEach(async () => {
  world = await startWorld();
  karmada = await startSimulatedKarmada({ speed: 0, propagationDelayMs: 10, notReadyAfterMs: 0 });
  variables = { KARMADA_KUBECONFIG: `${world.folder}/karmada-with-members` };
  await karmada.writeKubeconfig(`${world.folder}/karmada-with-members`);
  for (const targetClusters of [['member1'], ['member1'], ['member2']]) await place(targetClusters);
  await expect.poll(() => inMembers()).toEqual({ member1: 4, member2: 2, member3: 0 });
});
afterEach(async () => {
  await Promise.all([world.close(), karmada.close()]);
});

/** A job as the service sends it. */
async function place(targetClusters: string[]): Promise<void> {
  const parsed = parseJobRequest({
    jobName: 'train',
    namespace: 'team-a',
    algorithm: { algorithmName: 'xgboost' },
    targetClusters,
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const { request } = parsed;
  const id = newJobId('train');
  const job = {
    id,
    objectName: objectNameOf(id),
    namespace: 'team-a',
    kind: 'RayJob',
    priority: 1,
    wanted: 'run',
    retryOf: null,
    recovery: null,
    request,
  } as const;
  const client = createKarmada(kubeconfigOf(karmada.url));
  for (const object of objectsOf(job, MANIFESTS, targetClusters)) await client.apply(object);
  await client.close();
}

const inMembers = () =>
  Object.fromEntries(
    [...karmada.members].map(([name, { server }]) => [
      name,
      [RAY_JOB, CLAIM].flatMap((type) => server.registry.store.list(type)).length,
    ]),
  );

const onKarmada = () => [RAY_JOB, CLAIM].flatMap((type) => karmada.control.registry.store.list(type)).length;

test('without --delete-data they stay, and are counted', async () => {
  const { code, out } = await world.run('destroy', ['--yes'], { variables });
  expect(code, out).toBe(0);
  expect(out).toContain('3 jobs have not ended, and go on in their clusters unwatched: team-a/train-');
  expect(out).toContain(
    'of its jobs stay 3 RayJobs, 3 PersistentVolumeClaims, 2 PropagationPolicies on Karmada (in member1 4, in member2 2) (--delete-data removes them)',
  );
  expect(inMembers()).toEqual({ member1: 4, member2: 2, member3: 0 });
});

test('with --delete-data they are counted and named before anybody is asked, and nothing goes without the answer', async () => {
  const { code, out } = await world.run('destroy', ['--delete-data'], { input: 'another\n', variables });
  expect(code).toBe(1);
  const asked = out.slice(0, out.indexOf('Type the name of the namespace'));
  expect(asked).toContain('3 jobs have not ended, and end with their data');
  expect(asked).toContain('Of jobs, with all their results: 3 RayJobs, 3 PersistentVolumeClaims');
  for (const { metadata } of karmada.control.registry.store.list(CLAIM))
    expect(asked).toContain(`PersistentVolumeClaim team-a/${metadata.name} on Karmada`);
  expect(onKarmada()).toBe(6);
});

test('they go, on Karmada and in the members', async () => {
  const { code, out } = await world.run('destroy', ['--delete-data', '--yes'], { variables });
  expect(code, out).toBe(0);
  expect(out).toContain('removed all objects of jobs, on Karmada and in the members');
  expect(inMembers()).toEqual({ member1: 0, member2: 0, member3: 0 });
  expect(onKarmada()).toBe(0);
  const again = await world.run('destroy', ['--delete-data', '--yes'], { variables });
  expect(again.out).toContain('has nothing to remove');
});

test('a member that does not answer: what is left there is told, and the same command goes on', async () => {
  const endOutage = karmada.faults.add({ kind: 'refuse', where: 'member2' });
  const first = await world.run('destroy', ['--delete-data', '--yes', '--timeout', '1s'], { variables });
  expect(first.code).toBe(1);
  expect(first.err).toMatch(/after 1 s there is still .*member2/);
  expect(inMembers()).toEqual({ member1: 0, member2: 2, member3: 0 });
  endOutage();
  const second = await world.run('destroy', ['--delete-data', '--yes'], { variables });
  expect(second.code, second.out + second.err).toBe(0);
  expect(inMembers()).toEqual({ member1: 0, member2: 0, member3: 0 });
});

test('what a member has and Karmada has forgotten goes as well; where nobody may remove it, it is told by name', async () => {
  const { registry } = karmada.member('member3').server;
  const metadata = { name: 'stray', namespace: 'default', labels: { 'app.kubernetes.io/managed-by': 'ml-platform' } };
  const spec = { accessModes: ['ReadWriteMany'], resources: { requests: { storage: '1Gi' } } };
  const endProtection = karmada.faults.add({
    kind: 'status',
    code: 403,
    where: 'member3',
    method: 'DELETE',
    matching: '/stray',
  });
  const stray = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec };
  registry.create(CLAIM, stray, { manager: 'karmada' });
  const first = await world.run('destroy', ['--delete-data', '--yes', '--timeout', '1s'], { variables });
  expect(first.code).toBe(1);
  expect(first.err).toContain('1 PersistentVolumeClaim in member3: PersistentVolumeClaim default/stray');
  endProtection();
  const second = await world.run('destroy', ['--delete-data', '--yes'], { variables });
  expect(second.code, second.out + second.err).toBe(0);
  expect(inMembers()).toEqual({ member1: 0, member2: 0, member3: 0 });
});
