import { describe, expect, test } from 'vitest';
import { isWell, readPod, restartsOf } from '../../../../service/kube/pods/pod.ts';
import { troublesOf } from '../../../../service/kube/pods/trouble.ts';

const podWith = (status: object): object => ({ metadata: { name: 'p', uid: 'u' }, status });
const container = (name: string, state: object, more: object = {}) => ({ name, ready: false, state, ...more });
const told = (status: object) =>
  troublesOf(readPod(podWith(status))).map(({ container: of, message, pace, reason }) => [of, reason, pace, message]);

describe('why a pod is stuck', () => {
  test.each<[string, object, (string | null)[][]]>([
    [
      'no node takes it',
      {
        phase: 'Pending',
        conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes' }],
      },
      [[null, 'Unschedulable', 'slow', '0/3 nodes']],
    ],
    [
      'its node put it out',
      { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' },
      [[null, 'Evicted', 'final', 'The node was low on resource: memory.']],
    ],
    [
      'an image that cannot be pulled',
      { containerStatuses: [container('c', { waiting: { reason: 'ImagePullBackOff', message: 'no such image' } })] },
      [['c', 'ImagePullBackOff', 'lasting', 'no such image']],
    ],
    [
      'a crash loop, with what ended it last',
      {
        containerStatuses: [
          container(
            'c',
            { waiting: { reason: 'CrashLoopBackOff' } },
            {
              restartCount: 3,
              lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
            },
          ),
        ],
      },
      [['c', 'CrashLoopBackOff', 'lasting', 'ended with exit code 137 (OOMKilled)']],
    ],
    [
      'between two crashes it runs for a while',
      {
        containerStatuses: [
          container(
            'c',
            { running: {} },
            { restartCount: 1, lastState: { terminated: { exitCode: 1, reason: 'Error' } } },
          ),
        ],
      },
      [['c', 'Error', 'lasting', 'ended with exit code 1 (Error)']],
    ],
    [
      'it runs and is not ready',
      { containerStatuses: [container('c', { running: {} })] },
      [['c', 'NotReady', 'passing', 'runs, and its readiness probe does not succeed']],
    ],
    [
      'the init container that fails, not the containers that wait for it',
      {
        initContainerStatuses: [
          container('done', { terminated: { exitCode: 0, reason: 'Completed' } }),
          container('init', { terminated: { exitCode: 2, reason: 'Error', message: 'no database' } }),
        ],
        containerStatuses: [container('c', { waiting: { reason: 'PodInitializing' } })],
      },
      [['init', 'Error', 'lasting', 'no database']],
    ],
    [
      'the worst container comes first, whatever their order',
      {
        containerStatuses: [
          container('a', { waiting: { reason: 'ContainerCreating' } }),
          container('b', { waiting: { reason: 'CreateContainerConfigError' } }),
          container('c', { waiting: { reason: 'InvalidImageName' } }),
        ],
      },
      [
        ['c', 'InvalidImageName', 'final', ''],
        ['b', 'CreateContainerConfigError', 'lasting', ''],
        ['a', 'ContainerCreating', 'passing', ''],
      ],
    ],
    [
      'a reason that nobody knows yet may pass',
      { containerStatuses: [container('c', { waiting: { reason: 'New' } })] },
      [['c', 'New', 'passing', '']],
    ],
    ['nothing, of a pod that is ready', { conditions: [{ type: 'Ready', status: 'True' }], reason: 'Odd' }, []],
    ['nothing, of a pod that is done', { phase: 'Succeeded' }, []],
    ['nothing, of a pod without a status', {}, []],
  ])('%s', (_, status, expected) => {
    expect(told(status)).toEqual(expected);
  });

  test('what is known comes with advice; what ended a crash loop says more than the loop', () => {
    const adviceOf = (status: object) => troublesOf(readPod(podWith(status)))[0]?.advice;
    expect(adviceOf({ reason: 'Evicted' })).toMatch(/memory or disk/);
    const looping = (reason: string) => ({
      containerStatuses: [
        container(
          'c',
          { waiting: { reason: 'CrashLoopBackOff' } },
          { lastState: { terminated: { exitCode: 1, reason } }, restartCount: 1 },
        ),
      ],
    });
    expect(adviceOf(looping('OOMKilled'))).toMatch(/raise the limit/);
    expect(adviceOf(looping('Odd'))).toBe('its log says why');
    expect(adviceOf({ containerStatuses: [container('c', { waiting: { reason: 'New' } })] })).toBe('');
  });

  test('a trouble keeps its key while it is the same, of the same pod', () => {
    const keyOf = (uid: string, reason: string, name = 'c') =>
      troublesOf(
        readPod({
          metadata: { name: 'p', uid },
          status: { containerStatuses: [container(name, { waiting: { reason } })] },
        }),
      )[0]?.key;
    expect(keyOf('u', 'ErrImagePull')).toBe(keyOf('u', 'ImagePullBackOff'));
    expect(keyOf('u', 'ErrImagePull')).not.toBe(keyOf('v', 'ErrImagePull'));
    expect(keyOf('u', 'ErrImagePull')).not.toBe(keyOf('u', 'ErrImagePull', 'd'));
  });
});

test('how a pod is, from whatever is there of it', () => {
  const bare = readPod({ metadata: { name: 'p' } });
  expect([bare.status.phase, isWell(bare), restartsOf(bare)]).toEqual(['Unknown', false, 0]);
  const restarted = readPod(
    podWith({
      initContainerStatuses: [container('i', {}, { restartCount: 2 })],
      containerStatuses: [container('c', {}, { restartCount: 3 })],
    }),
  );
  expect(restartsOf(restarted)).toBe(5);
  expect(() => readPod({ metadata: {} })).toThrow();
});
