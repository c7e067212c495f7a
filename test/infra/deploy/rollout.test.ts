import { afterEach, beforeEach, expect, test } from 'vitest';
import { createPatience } from '../../../infra/deploy/rollout/patience.ts';
import { troubleOf } from '../../../infra/deploy/rollout/pods.ts';
import { type Progress, progressOf, type Workload } from '../../../infra/deploy/rollout/progress.ts';
import { readPod } from '../../../service/kube/pods/pod.ts';
import { POD } from '../../../service/local/kube/kinds.ts';
import { DAEMON_SET, DEPLOYMENT } from '../../simulation/cluster/kinds.ts';
import { NAMESPACE, startWorld, type World } from './command.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

test.each([
  ['an image whose name is none', 'image', 'InvalidImageName', 'InvalidImageName: not there'],
  ['a Secret that nobody made', 'config', undefined, 'CreateContainerConfigError: not there'],
  ['a quota', 'refused', undefined, 'not there'],
] as const)('%s is told long before the time-out', async (_, kind, reason, told) => {
  const trouble = { kind, message: 'not there', ...(reason && { reason }) };
  world.management.wishes.troubles.set('ml-platform-backend', trouble as never);
  const { code, err } = await world.deploy('--timeout', '10m', '--patience', '1s');
  expect(code).toBe(1);
  expect(err).toContain('Deployment ml-platform-backend does not come up: 0 of 1 up');
  expect(err).toContain(told);
});

test('a trouble that passes within the patience is none', async () => {
  world.management.wishes.troubles.set('ml-platform-backend', { kind: 'image', message: 'a moment' });
  const unsubscribe = world.management.registry.store.onChange(({ resource }) => {
    if (resource !== DEPLOYMENT || !world.management.wishes.troubles.delete('ml-platform-backend')) return;
    setImmediate(() => world.management.tryAgain());
  });
  const { code, err } = await world.deploy('--patience', '5s');
  if (typeof unsubscribe === 'function') unsubscribe();
  expect(code, err).toBe(0);
});

test('a pod of a StatefulSet that never came up gives way to the version that mends it', async () => {
  world.management.wishes.troubles.set('postgres', { kind: 'image', message: 'no such tag' });
  expect((await world.deploy('--patience', '1s')).code).toBe(1);
  world.management.wishes.troubles.clear();
  const before = podsOf('postgres');
  const variables = { IMAGE_PULL_POLICY: 'Always' };
  const { code, err, out } = await world.run('deploy', ['--patience', '10s'], { variables });
  expect(code, err).toBe(0);
  expect(out).toContain(`pod ${before[0]} of the version before never came up, and gives way to the new one`);
});

test('the check of the stack ends the deployment, well or with its last words', async () => {
  const { lines, troubles } = world.management.wishes;
  lines.set('ml-platform-check', ['job 1 submitted', 'job 1 succeeded after 3 s']);
  const { code, err, out } = await world.deploy('--probe-job');
  expect(code, err).toBe(0);
  expect(out).toContain('Check: job 1 succeeded after 3 s');
  troubles.set('ml-platform-check', { kind: 'crash', lines: ['probe: job 2 failed: ImagePull: no such image'] });
  const failed = await world.deploy('--probe-job');
  expect(failed.code).toBe(1);
  expect(failed.err).toContain('Check failed: probe: job 2 failed: ImagePull: no such image');
  expect(podsOf('ml-platform-check')).toEqual([]);
});

test('the service is asked through a forwarded port where the proxy may not be used', async () => {
  const { forbidden } = world.management.wishes;
  world.management.wishes.proxied = () => ({ status: 403, body: '{"kind":"Status","message":"forbidden"}' });
  world.management.wishes.forwarded = (_pod, path) => ({ status: 200, body: path });
  const { code, err, out } = await world.deploy();
  expect(code, err).toBe(0);
  expect(out).toContain('/health answers 200 through a forwarded port, /ready answers 200 through a forwarded port');
  world.management.wishes.forwarded = (_pod, path) => ({
    status: path === '/ready' ? 503 : 200,
    body: '{"title":"away"}',
  });
  const notReady = await world.deploy();
  expect(notReady.err).toContain('Verification failed: /ready answers 503: {"title":"away"}');
  expect(forbidden.size).toBe(0);
});

const podsOf = (workload: string): string[] =>
  world.management.registry.store
    .list(POD, NAMESPACE)
    .map(({ metadata }) => metadata.name)
    .filter((name) => name.startsWith(workload));

const workload = (kind: string, status: object, more: object = {}): Progress['state'] =>
  progressOf({ apiVersion: 'v1', kind, metadata: { name: 'x', ...more }, status } as Workload).state;
const late = { annotations: { 'argocd.argoproj.io/sync-wave': '5' } };

test('each kind is up by what its controller says', () => {
  expect(workload(DAEMON_SET.kind, { desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 2 })).toBe(
    'waiting',
  );
  expect(workload(DAEMON_SET.kind, { desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 3 })).toBe(
    'up',
  );
  expect(workload('PersistentVolumeClaim', { phase: 'Pending' })).toBe('up');
  expect(workload('PersistentVolumeClaim', { phase: 'Lost' })).toBe('failed');
  expect(workload('Job', { ready: 1 })).toBe('waiting');
  expect(workload('Job', { ready: 1 }, late)).toBe('up');
  expect(workload('Job', {}, late)).toBe('waiting');
  expect(workload('Job', { conditions: [{ type: 'Failed', status: 'True' }] }, late)).toBe('failed');
  expect(workload('Cluster', { phase: 'Setting up primary' })).toBe('waiting');
  expect(workload('Cluster', { conditions: [{ type: 'Ready', status: 'True' }] })).toBe('up');
});

test('patience begins when a trouble is first seen, and anew when it comes back', () => {
  const pod = (state: object, more: object = {}, phase = 'Running') =>
    readPod({
      metadata: { name: 'x', uid: '1' },
      status: { phase, containerStatuses: [{ name: 'c', ready: false, state, ...more }] },
    });
  const waiting = troubleOf(pod({ waiting: { reason: 'ImagePullBackOff' } }));
  const crashed = troubleOf(pod({ running: {} }, { restartCount: 1, lastState: { terminated: { exitCode: 1 } } }));
  if (!waiting || !crashed) expect.fail('no troubles');
  expect(troubleOf(pod({ waiting: { reason: 'ContainerCreating' } }))).toBeUndefined();
  // Its controller makes another: a Job that is tried again, a pod that was evicted.
  expect(troubleOf(pod({ terminated: { exitCode: 1 } }, {}, 'Failed'))).toBeUndefined();
  let now = 0;
  const patience = createPatience(1_000, () => now);
  expect(patience.exhausted([waiting])).toEqual([]);
  now = 999;
  expect(patience.exhausted([crashed])).toEqual([]);
  now = 1_000;
  expect(patience.exhausted([waiting])).toHaveLength(1);
  expect(patience.exhausted([])).toEqual([]);
  expect(patience.exhausted([waiting])).toEqual([]);
});
