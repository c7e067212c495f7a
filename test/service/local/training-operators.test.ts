import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TRAINING_JOB } from '../../../service/local/karmada/kinds.ts';
import type { Member } from '../../../service/local/karmada/member.ts';
import { type SimulatedKarmada, startSimulatedKarmada } from '../../../service/local/karmada/simulated-karmada.ts';
import { JOB } from '../../../service/local/kube/job-kind.ts';
import { CONFIG_MAP, EVENT, PERSISTENT_VOLUME_CLAIM, POD } from '../../../service/local/kube/kinds.ts';
import { listAt, textAt } from '../../../service/local/kube/objects.ts';
import { type MemberOperator, startTrainingOperators } from '../../../service/local/training-operators.ts';
import type { SpecInput, Status } from '../../../service/trainingjob/index.ts';
import { kubernetesTool } from '../../tools/kubernetes-tools.ts';

// The operator as it is, against the simulated members of npm start, whose Job controller, kubelets and trainings move by themselves.

const NAMESPACE = 'ml-training';

let folder: string;
let karmada: SimulatedKarmada;
let operators: MemberOperator[];
let member: Member;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'members-'));
  // A training of 30 s takes a second: long enough for several reports.
  karmada = await startSimulatedKarmada({ speed: 30 });
  const log = pino({ level: 'silent' });
  operators = await startTrainingOperators(karmada.members.values(), { folder, log });
  member = karmada.member('member2');
});
afterEach(async () => {
  for (const each of operators) await each.stop();
  await karmada.close();
  rmSync(folder, { recursive: true });
});

const addressOf = (cluster: string): string => operators.find((each) => each.cluster === cluster)?.address ?? '';

/** As curl does it. */
async function post(name: string, spec: Partial<SpecInput> = {}, cluster = 'member2'): Promise<void> {
  const body = {
    apiVersion: 'ml.example.com/v1',
    kind: 'TrainingJob',
    metadata: { name },
    spec: { model: 'resnet50', dataset: 'imagenet', hyperparameters: { epochs: 10 }, ...spec },
  };
  const answer = await fetch(`${addressOf(cluster)}/apis/ml.example.com/v1/namespaces/${NAMESPACE}/trainingjobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(answer.status, await answer.text()).toBe(201);
}

const status = (name: string): Status =>
  (member.server.registry.read(TRAINING_JOB, NAMESPACE, name).status ?? {}) as Status;
const ends = (name: string, state: string) => expect.poll(() => status(name).state).toBe(state);
const podsOf = (name: string) =>
  member.server.registry.store
    .list(POD, NAMESPACE)
    .filter(({ metadata }) => metadata.labels?.['training-job'] === name);

/** Values of a status as they came. */
function history(name: string, value: (status: Status) => unknown): unknown[] {
  const seen: unknown[] = [];
  member.server.registry.store.onChange(({ resource, object }) => {
    if (resource !== TRAINING_JOB || object.metadata.name !== name) return;
    const now = value((object.status ?? {}) as Status);
    if (now !== undefined && seen.at(-1) !== now) seen.push(now);
  });
  return seen;
}

describe('a TrainingJob posted to a member', () => {
  it('runs to its end, with progress and epochs as it goes', async () => {
    // Four seconds: time for several reports on a busy machine, too.
    const states = history('sleep-120', ({ state }) => state);
    const progress = history('sleep-120', ({ progress }) => Number.parseInt(progress ?? '', 10) || undefined);
    await post('sleep-120', { numWorkers: 2, checkpoint: { storage: { type: 'pvc' } } });
    await ends('sleep-120', 'Completed');
    // An operator that is slower than the kubelets may find the pods running already.
    expect(states.filter((state) => state !== 'Initializing')).toEqual(['Pending', 'Running', 'Completed']);
    expect(states.indexOf('Initializing')).toBeLessThan(2);
    expect(progress.length).toBeGreaterThan(1);
    expect(progress).toEqual(progress.toSorted((a, b) => Number(a) - Number(b)));
    expect(status('sleep-120')).toMatchObject({
      progress: '100%',
      currentEpoch: 10,
      totalEpochs: 10,
      checkpoint: { latest: '/checkpoints/epoch-10.pt', epoch: 10 },
      attempt: 1,
      workers: { succeeded: 2, summary: '2/2' },
    });
    const hosts = podsOf('sleep-120').map((pod) => [textAt(pod, 'spec', 'hostname'), textAt(pod, 'spec', 'subdomain')]);
    expect(hosts).toEqual([
      ['sleep-120-training-0', 'sleep-120-headless'],
      ['sleep-120-training-1', 'sleep-120-headless'],
    ]);
    const job = member.server.registry.read(JOB, NAMESPACE, 'sleep-120-training');
    expect(job.status).toMatchObject({ succeeded: 2, completedIndexes: '0-1' });
  });

  it('goes on from its last checkpoint when a worker fails, and when one is evicted that does not count', async () => {
    const checkpoint = { storage: { type: 'pvc' } } as const;
    await post('flaky', { numWorkers: 2, checkpoint });
    await post('evicted', { numWorkers: 2, checkpoint });
    await ends('flaky', 'Completed');
    await ends('evicted', 'Completed');
    expect(status('flaky')).toMatchObject({ attempt: 2, failures: 1, restartCount: 1, progress: '100%' });
    expect(status('evicted')).toMatchObject({ attempt: 2, failures: 0, restartCount: 1, progress: '100%' });
    const [pod] = podsOf('flaky');
    const env = listAt(listAt(pod, 'spec', 'containers')[0], 'env');
    expect(env).toContainEqual({ name: 'RESUME_FROM', value: '/checkpoints/epoch-5.pt' });
  });

  it('fails after its restarts, and not before', async () => {
    await post('fail', { failurePolicy: { backoffLimit: 1 } });
    await ends('fail', 'Failed');
    expect(status('fail')).toMatchObject({ failureReason: 'BackoffLimitExceeded', attempt: 2, failures: 2 });
  });

  it('is suspended with all its pods, and goes on', async () => {
    await post('forever', { checkpoint: { storage: { type: 'pvc' } } });
    await ends('forever', 'Running');
    const suspend = async (value: boolean) =>
      fetch(`${addressOf('member2')}/apis/ml.example.com/v1/namespaces/${NAMESPACE}/trainingjobs/forever`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/merge-patch+json' },
        body: JSON.stringify({ spec: { suspend: value } }),
      });
    await suspend(true);
    await ends('forever', 'Suspended');
    await expect.poll(() => podsOf('forever')).toEqual([]);
    await suspend(false);
    await ends('forever', 'Running');
    expect(status('forever').attempt).toBe(2);
  });

  it('that no node can take says which resource is missing', async () => {
    await post('too-many', { gpusPerWorker: 8 });
    await expect.poll(() => status('too-many').reason).toBe('Unschedulable');
    expect(status('too-many').message).toBe('0/3 nodes are available: 3 Insufficient nvidia.com/gpu.');
  });

  it('that is deleted takes everything with it but a claim that was named', async () => {
    const { registry } = member.server;
    await post('forever', { numWorkers: 2, checkpoint: { storage: { type: 'pvc', pvcName: 'kept' } } });
    await ends('forever', 'Running');
    await fetch(`${addressOf('member2')}/apis/ml.example.com/v1/namespaces/${NAMESPACE}/trainingjobs/forever`, {
      method: 'DELETE',
    });
    await expect.poll(() => [JOB, POD, CONFIG_MAP].flatMap((type) => registry.store.list(type, NAMESPACE))).toEqual([]);
    expect(registry.read(PERSISTENT_VOLUME_CLAIM, NAMESPACE, 'kept').status).toMatchObject({ phase: 'Bound' });
  });

  it('survives a restart of the operator, which has no part in its trainings', async () => {
    await post('sleep-60');
    await ends('sleep-60', 'Running');
    for (const each of operators.splice(0)) await each.stop();
    const log = pino({ level: 'silent' });
    operators = await startTrainingOperators(karmada.members.values(), { folder, log });
    await ends('sleep-60', 'Completed');
    expect(status('sleep-60')).toMatchObject({ attempt: 1, restartCount: 0, progress: '100%' });
  });
});

it('a worker whose reports nobody takes writes them into its log, from which the operator has them', async () => {
  member.services.clear();
  await post('quiet', { hyperparameters: { epochs: 2 } });
  await ends('quiet', 'Completed');
  const [pod] = podsOf('quiet');
  const path = `/api/v1/namespaces/${NAMESPACE}/pods/${pod?.metadata.name}/log`;
  const log = await fetch(`${addressOf('member2')}${path}`).then((answer) => answer.text());
  expect(log).toMatch(/^\{"trainerStatus":.*"progressPercentage":100/m);
  expect(status('quiet')).toMatchObject({ currentEpoch: 2, totalEpochs: 2, progress: '100%' });
  const events = member.server.registry.store.list(EVENT, NAMESPACE).map((event) => event.reason);
  expect(events).toContain('SuccessfulCreate');
});

const tool = kubernetesTool('kubectl');

/** With the kubeconfig that `npm start` writes. */
async function kubectl(...args: string[]): Promise<string> {
  const { kubeconfig = '' } = operators.find(({ cluster }) => cluster === 'member2') ?? {};
  const own = ['--kubeconfig', kubeconfig, '--cache-dir', join(folder, 'kubectl')];
  const { stdout } = await promisify(execFile)(tool ?? '', [...own, ...args]);
  return stdout;
}
const words = (line = ''): string[] => line.trim().split(/\s+/);

it.skipIf(tool === undefined)(
  'the commands that users of the first operator know do what they did, from apply to delete',
  async () => {
    const here = ['-n', NAMESPACE];
    expect(await kubectl('apply', '-f', 'examples/trainingjob-simple.yaml')).toBe(
      'trainingjob.ml.example.com/resnet-simple created\n',
    );
    expect(await kubectl('apply', '-f', 'examples/trainingjob-simple.yaml')).toContain('resnet-simple unchanged');
    await kubectl(
      'wait',
      'trainingjob/resnet-simple',
      ...here,
      '--for=jsonpath={.status.state}=Completed',
      '--timeout=60s',
    );
    await kubectl('wait', 'tj/resnet-simple', ...here, '--for=condition=Ready', '--timeout=60s');

    const [head, row] = (await kubectl('get', 'trainingjobs', ...here)).split('\n');
    expect(words(head)).toEqual(['NAME', 'STATE', 'PROGRESS', 'EPOCH', 'AGE']);
    expect(words(row).slice(0, 4)).toEqual(['resnet-simple', 'Completed', '100%', '5']);
    const [wide] = (await kubectl('get', 'tj', '--all-namespaces', '-o', 'wide')).split('\n');
    expect(words(wide)).toEqual(
      'NAMESPACE NAME STATE PROGRESS EPOCH AGE LOSS ETA CHECKPOINT ATTEMPT WORKERS REASON METRICS STALL'.split(' '),
    );
    const described = await kubectl('describe', 'trainingjob', 'resnet-simple', ...here);
    expect(described).toMatch(/State: +Completed/);
    expect(described).toMatch(/Normal +Started .*The first attempt begins/);

    const { operator } = operators.find(({ cluster }) => cluster === 'member2') ?? expect.fail('no operator');
    const metrics = await fetch(`http://127.0.0.1:${operator.metricsPort}/metrics`).then((answer) => answer.text());
    for (const name of ['created_total', 'active_workers', 'allocated_gpus', 'failed_total']) {
      expect(metrics).toContain(`# TYPE trainingjob_${name} `);
    }
    await kubectl('delete', 'trainingjob', 'resnet-simple', ...here);
    await expect.poll(() => kubectl('get', 'jobs', ...here, '-o', 'name')).toBe('');
  },
  120_000,
);
