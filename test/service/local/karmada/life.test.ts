import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Karmada, Member } from '../../../../service/karmada/karmada.ts';
import type { KubeObject } from '../../../../service/kube/kube.ts';
import {
  batchJob,
  eventually,
  place,
  rayJob,
  referenceTo,
  startWorld,
  TEAM,
  temporaryDirectory,
} from '../../karmada/simulation.ts';

// Two hundred simulated seconds a second: a training of 30 s takes 0.15 s.
const FAST = { speed: 200 };

interface Status {
  readonly jobStatus?: string;
  readonly jobDeploymentStatus?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly failed?: number;
  readonly succeeded?: number;
  readonly rayClusterName?: string;
  readonly conditions?: readonly { readonly type: string; readonly reason: string }[];
}

const statusOf = async (member: Member, object: KubeObject): Promise<Status> =>
  ((await member.get(referenceTo(object)))?.status ?? {}) as Status;

const reaches = (member: Member, object: KubeObject, deployment: string): Promise<Status> =>
  eventually(async () => {
    const status = await statusOf(member, object);
    return status.jobDeploymentStatus === deployment && status;
  });

async function start(karmada: Karmada, object: KubeObject): Promise<Member> {
  return karmada.member(await place(karmada, object, ['member1']));
}

async function logsOf(member: Member, jobName: string): Promise<string> {
  const { items } = await member.list('pods', { namespace: TEAM, labelSelector: `job-name=${jobName}` });
  const [pod] = items;
  if (!pod) throw new Error(`No pod of ${jobName}`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of await member.logs({ namespace: TEAM, name: pod.metadata.name }, {}, {})) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

test('a RayJob goes through the states of KubeRay, one after the other, with its cluster, pods and output', async () => {
  const { simulated, karmada } = await startWorld(FAST);
  const states: string[] = [];
  simulated.member('member1').server.registry.store.onChange(({ resource, object }) => {
    if (resource.kind !== 'RayJob') return;
    const { jobDeploymentStatus = '', jobStatus = '' } = (object.status ?? {}) as Status;
    const state = `${jobDeploymentStatus}/${jobStatus}`;
    if (states.at(-1) !== state) states.push(state);
  });
  const job = rayJob('good');
  const member = await start(karmada, job);
  const { rayClusterName } = await reaches(member, job, 'Complete');
  expect(states).toEqual([
    '/',
    'Initializing/',
    'Running/',
    'Running/PENDING',
    'Running/RUNNING',
    'Running/SUCCEEDED',
    'Complete/SUCCEEDED',
  ]);
  const rayPods = await member.list('pods', { namespace: TEAM, labelSelector: `ray.io/cluster=${rayClusterName}` });
  expect(rayPods.items.map(({ metadata }) => metadata.labels?.['ray.io/node-type'])).toEqual(['head']);
  expect(await logsOf(member, 'good')).toMatch(/epoch 1\/20 .*loss: 0\.\d+[\s\S]*epoch 20\/20[\s\S]*saved/);
  const { items } = await member.list('events', { namespace: TEAM });
  const reasons = items.map((event) => (event as { reason?: string }).reason);
  expect(new Set(reasons)).toEqual(new Set(['Scheduled', 'Pulling', 'Pulled', 'Started']));
  const copy = await eventually(async () => {
    const status = (await karmada.get(referenceTo(job)))?.status as Status | undefined;
    return status?.jobDeploymentStatus === 'Complete' && status;
  });
  expect(copy).toEqual(await statusOf(member, job));
});

test('a job called to fail fails with the end of its output, after as many tries as it has', async () => {
  const { karmada } = await startWorld(FAST);
  const job = rayJob('fail-twice', { backoffLimit: 1 });
  const member = await start(karmada, job);
  const status = await reaches(member, job, 'Failed');
  expect(status).toMatchObject({ jobStatus: 'FAILED', reason: 'AppFailed', failed: 2 });
  expect(status.message).toContain('ValueError: loss is NaN');
});

test('a flaky one is tried again, on another Ray cluster, and succeeds', async () => {
  const { karmada } = await startWorld(FAST);
  const job = rayJob('flaky', { backoffLimit: 2 });
  const member = await start(karmada, job);
  expect(await reaches(member, job, 'Complete')).toMatchObject({ jobStatus: 'SUCCEEDED', failed: 1, succeeded: 1 });
});

test.each([
  ['invalid', {}, 'ValidationFailed', { reason: 'ValidationFailed' }],
  ['submission', {}, 'Failed', { reason: 'SubmissionFailed' }],
  ['stop', {}, 'Complete', { jobStatus: 'STOPPED' }],
  ['forever', { activeDeadlineSeconds: 20, backoffLimit: 3 }, 'Failed', { reason: 'DeadlineExceeded', failed: 1 }],
])('%s', async (name, spec, deployment, status) => {
  const { karmada } = await startWorld(FAST);
  const job = rayJob(name, spec);
  const member = await start(karmada, job);
  expect(await reaches(member, job, deployment)).toMatchObject(status);
});

test('a job is suspended with all its pods, and resumed from the start', async () => {
  const { karmada } = await startWorld(FAST);
  const job = rayJob('forever');
  const member = await start(karmada, job);
  const { rayClusterName } = await reaches(member, job, 'Running');
  await karmada.apply(rayJob('forever', { suspend: true }));
  const suspended = await reaches(member, job, 'Suspended');
  expect(suspended).not.toHaveProperty('rayClusterName');
  expect((await member.list('pods', { namespace: TEAM })).items).toEqual([]);
  await karmada.apply(rayJob('forever'));
  const resumed = await reaches(member, job, 'Running');
  expect(resumed.rayClusterName).not.toBe(rayClusterName);
});

test('an image that is not there and pods that fit nowhere keep the job waiting, and events say why', async () => {
  const { karmada } = await startWorld(FAST);
  const container = (more: object) => ({
    rayClusterSpec: {
      headGroupSpec: { rayStartParams: {}, template: { spec: { containers: [{ name: 'ray-head', ...more }] } } },
    },
  });
  const noImage = rayJob('no-image', container({ image: 'registry.example/missing:1' }));
  const tooLarge = rayJob('too-large', container({ image: 'ray', resources: { requests: { cpu: '1000' } } }));
  const member = await start(karmada, noImage);
  await start(karmada, tooLarge);
  const messages = await eventually(async () => {
    const { items } = await member.list('events', { namespace: TEAM });
    const warnings = items.filter((event) => (event as { type?: string }).type === 'Warning');
    const text = warnings.map((event) => (event as { message?: string }).message).join('\n');
    return (
      text.includes('Back-off pulling image "registry.example/missing:1"') && text.includes('Insufficient') && text
    );
  });
  expect(messages).toContain('nodes are available');
  expect((await statusOf(member, noImage)).jobDeploymentStatus).toBe('Initializing');
  expect((await statusOf(member, tooLarge)).jobDeploymentStatus).toBe('Initializing');
});

test('batch Jobs run, fail after their retries, and stop at their deadline', async () => {
  const { karmada } = await startWorld(FAST);
  const jobs = [
    batchJob('good'),
    batchJob('fail', { backoffLimit: 1 }),
    batchJob('forever', { activeDeadlineSeconds: 20 }),
  ] as const;
  for (const job of jobs) await start(karmada, job);
  const member = karmada.member('member1');
  const ends = await eventually(async () => {
    const { rows } = await member.table('Job');
    const states = Object.fromEntries(rows.map(({ name, cells }) => [name, `${cells.Status} ${cells.Completions}`]));
    return !Object.values(states).join().includes('Running') && rows.length === 3 && states;
  });
  expect(ends).toEqual({ good: 'Complete 1/1', fail: 'Failed 0/1', forever: 'Failed 0/1' });
  const reason = async (job: KubeObject) =>
    (await statusOf(member, job)).conditions?.find(({ type }) => type === 'Failed')?.reason;
  expect(await reason(jobs[1])).toBe('BackoffLimitExceeded');
  expect(await reason(jobs[2])).toBe('DeadlineExceeded');
  expect(await logsOf(member, 'good')).toContain('epoch 20/20');
});

test('deleting a job removes it and all that it owned from the member', async () => {
  const { karmada } = await startWorld(FAST);
  const job = rayJob('forever');
  const member = await start(karmada, job);
  await reaches(member, job, 'Running');
  expect(await karmada.delete(referenceTo(job))).toBe(true);
  await eventually(async () => (await member.get(referenceTo(job))) === undefined);
  for (const kind of ['pods', 'jobs', 'rayclusters', 'services'] as const) {
    expect((await member.list(kind, { namespace: TEAM })).items).toEqual([]);
  }
  await eventually(async () => (await karmada.placement(referenceTo(job))) === undefined);
});

test('with a state file a job goes on where it was when the simulation is started again', async () => {
  const stateFile = join(await temporaryDirectory(), 'karmada.json');
  const job = rayJob('sleep-100');
  const before = await startWorld({ ...FAST, stateFile });
  const there = await start(before.karmada, job);
  const { rayClusterName } = await reaches(there, job, 'Running');
  const { metadata } = (await there.get(referenceTo(job))) ?? job;
  await before.simulated.close();

  const { karmada } = await startWorld({ ...FAST, stateFile });
  const member = karmada.member('member1');
  expect(await reaches(member, job, 'Complete')).toMatchObject({ jobStatus: 'SUCCEEDED', rayClusterName });
  expect((await member.get(referenceTo(job)))?.metadata.uid).toBe(metadata.uid);
  expect(await karmada.clusters()).toHaveLength(3);
  await expect(
    member
      .watch('RayJob', metadata.resourceVersion ?? '', patient())
      [Symbol.asyncIterator]()
      .next(),
  ).rejects.toMatchObject({
    failure: 'expired',
  });
  await karmada.delete(referenceTo(job));
  await eventually(async () => (await member.get(referenceTo(job))) === undefined);
});

test('with a state file a batch Job goes on, too', async () => {
  const stateFile = join(await temporaryDirectory(), 'karmada.json');
  const job = batchJob('sleep-100');
  const before = await startWorld({ ...FAST, stateFile });
  const there = await start(before.karmada, job);
  await eventually(async () => ((await there.get(referenceTo(job)))?.status as { ready?: number } | undefined)?.ready);
  await before.simulated.close();

  const { karmada } = await startWorld({ ...FAST, stateFile });
  await eventually(async () => (await statusOf(karmada.member('member1'), job)).succeeded);
  const { items } = await karmada.member('member1').list('pods', { namespace: TEAM });
  expect(items).toHaveLength(1);
});

test('with a state file a job that waits for its image still does when the simulation is started again', async () => {
  const stateFile = join(await temporaryDirectory(), 'karmada.json');
  const template = { spec: { containers: [{ name: 'ray-head', image: 'registry.example.com/missing/train:1' }] } };
  const job = rayJob('stuck', { rayClusterSpec: { headGroupSpec: { rayStartParams: {}, template } } });
  const before = await startWorld({ ...FAST, stateFile });
  const there = await start(before.karmada, job);
  const pods = async (member: Member) =>
    (await member.list('pods', { namespace: TEAM })).items.map(({ metadata }) => metadata.uid);
  const waiting = await eventually(async () => {
    const found = await pods(there);
    return found.length > 0 && found;
  });
  await before.simulated.close();

  const { karmada } = await startWorld({ ...FAST, stateFile });
  expect(await pods(karmada.member('member1'))).toEqual(waiting);
});

const patient = () => ({ signal: new AbortController().signal, idleTimeoutMs: 5_000 });
