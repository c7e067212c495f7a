import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JOB } from '../../../service/local/kube/job-kind.ts';
import { SECRET } from '../../../service/local/kube/kinds.ts';
import { type Operator, startOperator } from '../../../service/operator/operator.ts';
import { loadSettings, type OperatorSettings } from '../../../service/operator/settings.ts';
import { program } from '../../program.ts';
import { LEASE, TRAINING_JOB } from './cluster.ts';
import { startWorld, type World } from './world.ts';

// The whole operator: metrics, probes, election, progress, and as a process.

let world: World;
let folder: string;
const operators: Operator[] = [];
const processes: ChildProcess[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'operator-'));
  world = await startWorld();
});
afterEach(async () => {
  await Promise.all(operators.splice(0).map((operator) => operator.stop()));
  for (const child of processes.splice(0)) child.kill('SIGKILL');
  await world.close();
  rmSync(folder, { recursive: true });
});

const SETTINGS: OperatorSettings = {
  ownNamespace: 'operator',
  ownName: 'controller-manager-0',
  namespaces: [],
  workers: 4,
  kubeconfig: undefined,
  metricsPort: 0,
  progressPort: 0,
  progressUrl: 'https://127.0.0.1:8443',
  progressCertificates: undefined,
  progressFromLogs: false,
  podGroups: false,
  leaderElection: true,
  logLevel: 'silent',
};

async function start(settings: Partial<OperatorSettings> = {}, onLost = (_why: string) => {}): Promise<Operator> {
  const operator = await startOperator({
    identity: world.cluster.identity,
    settings: { ...SETTINGS, ...settings },
    log: pino({ level: 'silent' }),
    onLost,
    // Nobody here takes over from one that does not let go: no lease runs out on a busy machine.
    times: { leaseMs: 60_000, renewMs: 40_000, retryMs: 100 },
  });
  operators.push(operator);
  return operator;
}

const ask = async ({ metricsPort }: Operator, path: string) => {
  const answer = await fetch(`http://127.0.0.1:${metricsPort}${path}`);
  return { status: answer.status, text: await answer.text() };
};
const metricsOf = async (operator: Operator): Promise<string[]> =>
  (await ask(operator, '/metrics')).text.split('\n').filter((line) => /^trainingjob_/.test(line));

async function run(name: string): Promise<void> {
  await expect.poll(() => world.job(name)).toBeDefined();
  world.pods(name, 'Running');
  await expect.poll(() => world.status(name).state).toBe('Running');
}

describe('metrics', () => {
  it('have the names of the contract, right after a restart too, and forget what is deleted', async () => {
    const first = await start();
    const stall = { factor: 2, minimumSeconds: 1 };
    world.submit('bert', { numWorkers: 2, gpusPerWorker: 4, failurePolicy: { stall } });
    world.submit('bad', { failurePolicy: { restartPolicy: 'Never' } });
    await run('bert');
    world.reportStep('bert', 0.1);
    await expect.poll(() => world.job('bad')).toBeDefined();
    world.fail('bad', 0);
    await expect.poll(() => world.status('bad').state).toBe('Failed');
    const expected = [
      'trainingjob_created_total{namespace="ml"} 2',
      'trainingjob_failed_total{namespace="ml",reason="WorkerFailed"} 1',
      'trainingjob_completed_total{namespace="ml",result="failed"} 1',
      'trainingjob_restarted_total{namespace="ml",training_job="bert"} 0',
      'trainingjob_count{namespace="ml",state="Running"} 1',
      'trainingjob_active_workers{namespace="ml",training_job="bert"} 2',
      'trainingjob_allocated_gpus{namespace="ml",training_job="bert"} 8',
      'trainingjob_stalled{namespace="ml",training_job="bert"} 1',
      'trainingjob_stalled{namespace="ml",training_job="bad"} 0',
      'trainingjob_active_workers{namespace="ml",training_job="bad"} 0',
      'trainingjob_leader 1',
    ];
    await expect.poll(() => metricsOf(first)).toEqual(expect.arrayContaining(expected));
    const lines = (await metricsOf(first)).join('\n');
    expect(lines).toMatch(/trainingjob_reconciliation_duration_seconds_count\{result="success"\} [1-9]/);
    expect(lines).toMatch(/trainingjob_api_requests_total\{verb="create",outcome="ok"\} [1-9]/);

    await first.stop();
    operators.length = 0;
    const second = await start();
    await expect.poll(() => metricsOf(second)).toEqual(expect.arrayContaining(expected));

    world.cluster.registry.delete(TRAINING_JOB, 'ml', 'bad');
    await expect.poll(() => metricsOf(second)).not.toContain(expected.at(-2));
    expect(await metricsOf(second)).toEqual(expect.arrayContaining(expected.slice(0, 2)));
  });

  it('of jobs are told by the replica that acts only', async () => {
    await start();
    world.submit('bert');
    await run('bert');
    const [, other] = [operators[0], await start({ ownName: 'controller-manager-1' })];
    const lines = await metricsOf(other);
    expect(lines).toContain('trainingjob_leader 0');
    expect(lines.join()).not.toContain('trainingjob_created_total{');
  });

  it('come with probes', async () => {
    const operator = await start();
    expect(await ask(operator, '/healthz')).toEqual({ status: 200, text: 'ok' });
    expect(await ask(operator, '/readyz')).toEqual({ status: 200, text: 'ok' });
    expect((await ask(operator, '/')).status).toBe(404);
  });
});

it('two replicas share a certificate, and one acts', async () => {
  const [one, two] = await Promise.all([start(), start({ ownName: 'controller-manager-1' })]);
  await expect.poll(() => [one.isLeading(), two.isLeading()].filter(Boolean)).toHaveLength(1);
  expect(world.cluster.registry.store.list(SECRET, 'operator')).toHaveLength(1);
  expect(world.cluster.registry.store.list(LEASE, 'operator')).toHaveLength(1);
  expect(one.progressPort).toBeGreaterThan(0);
});

it('only the namespaces that it is told are watched', async () => {
  await start({ namespaces: ['operator'] });
  world.submit('bert');
  await start({ namespaces: ['operator', 'ml'], leaderElection: false });
  await expect.poll(() => world.job('bert')).toBeDefined();
  const lists = world.cluster.requests.filter((title) => /^WATCH trainingjobs/.test(title));
  expect(lists).toEqual([]);
});

describe('as a process', () => {
  it('what it is told wrongly is said at once, all of it', () => {
    expect(loadSettings({ WORKERS: '0', PROGRESS_URL: 'http://x', WATCH_NAMESPACES: 'a, B' })).toEqual({
      mistakes: [
        'WATCH_NAMESPACES: must be the name of a Kubernetes object',
        'WORKERS: must be a whole number from 1 to 100',
        'PROGRESS_URL: must be an https:// address',
      ],
    });
    expect(loadSettings({ WORKERS: '', WATCH_NAMESPACES: 'a, b' })).toMatchObject({
      settings: { workers: 16, namespaces: ['a', 'b'], metricsPort: 8080, leaderElection: true },
    });
  });

  it('a leader that was stopped for a while finds another in its place, writes nothing, and ends', async () => {
    const made: string[] = [];
    world.cluster.registry.store.onChange(({ type, resource, object }) => {
      if (type === 'ADDED' && resource === JOB) made.push(object.metadata.name);
    });
    const holder = () => {
      const lease = world.cluster.registry.store.get(LEASE, 'operator', 'trainingjob-controller');
      return String((lease?.spec as { holderIdentity?: string } | undefined)?.holderIdentity ?? '').split('_')[0];
    };
    const first = await spawnOperator('one');
    await expect.poll(holder).toBe('one');
    const second = await spawnOperator('two');
    world.submit('before');
    await expect.poll(() => made).toEqual(['before-training']);

    first.kill('SIGSTOP');
    world.submit('after');
    await expect.poll(holder).toBe('two');
    await expect.poll(() => made).toEqual(['before-training', 'after-training']);
    const over = once(first, 'exit');
    first.kill('SIGCONT');
    expect(await over).toEqual([1, null]);
    expect(made).toEqual(['before-training', 'after-training']);

    const gone = once(second, 'exit');
    second.kill('SIGTERM');
    expect(await gone).toEqual([0, null]);
    expect(holder()).toBe('');
  });
});

async function spawnOperator(name: string): Promise<ChildProcess> {
  const kubeconfig = join(folder, 'kubeconfig.json');
  writeFileSync(kubeconfig, kubeconfigOf(world.cluster.identity.server));
  const child = spawn(process.execPath, [await program('service/operator/main.ts')], {
    env: {
      ...process.env,
      KUBECONFIG: kubeconfig,
      POD_NAME: name,
      POD_NAMESPACE: 'operator',
      METRICS_PORT: '0',
      PROGRESS_PORT: '0',
      LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  processes.push(child);
  return child;
}

const kubeconfigOf = (server: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    clusters: [{ name: 'test', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'test', user: { token: 'x' } }],
  });
