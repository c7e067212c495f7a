import { describe, expect, test } from 'vitest';
import { troubleAmong } from '../../../service/monitor/pod-trouble.ts';

const pod = (name: string, status: object, metadata: object = {}) => ({ metadata: { name, ...metadata }, status });
const container = (state: object, more: object = {}) => ({
  phase: 'Pending',
  containerStatuses: [{ name: 'c', ready: false, restartCount: 0, state, ...more }],
});
const waits = (reason: string, message = '') => container({ waiting: { reason, message } });
const OOM = { restartCount: 3, lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } } };
const unschedulable = (message: string) => ({
  phase: 'Pending',
  conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }],
});
const UNSCHEDULABLE = unschedulable('0/4 nodes');

describe('what is told of a job, of all that its pods suffer from', () => {
  test.each<[string, object, string | undefined]>([
    ['no node', UNSCHEDULABLE, 'PodUnschedulable'],
    ['no node that is ready', unschedulable('3 node(s) were unschedulable'), 'NodesClosed'],
    ['no volume', unschedulable('persistentvolumeclaim "v" not found'), 'VolumeNotReady'],
    ['image', waits('ErrImagePull'), 'ImagePullBackOff'],
    ['crash loop', waits('CrashLoopBackOff'), 'CrashLoopBackOff'],
    ['crash loop for want of memory', container({ waiting: { reason: 'CrashLoopBackOff' } }, OOM), 'OOMKilled'],
    ['running again after one', container({ running: {} }, OOM), 'OOMKilled'],
    ['still pulling', waits('ContainerCreating'), undefined],
    ['not ready yet', container({ running: {} }), undefined],
    ['a word that is not known may pass', waits('SomethingNew'), undefined],
    ['put out', { phase: 'Failed', reason: 'Evicted', message: 'low on memory' }, 'PodEvicted'],
    ['its end', { phase: 'Failed', reason: 'DeadlineExceeded' }, 'PodStuck'],
  ])('%s', (_, status, reason) => {
    expect(troubleAmong([pod('p', status)])?.reason).toBe(reason);
  });

  test('the worst of several pods, with their number, in whatever order they come', () => {
    const pods = [
      pod('c', UNSCHEDULABLE),
      pod('b', waits('ImagePullBackOff', 'no')),
      pod('a', waits('ImagePullBackOff', 'no')),
    ];
    const told = {
      reason: 'ImagePullBackOff',
      message: 'ImagePullBackOff: no (container c of pod a and of one more pod)',
    };
    expect(troubleAmong(pods)).toEqual(told);
    expect(troubleAmong([...pods].reverse())).toEqual(told);
  });

  test('pods that have ended or are going tell nothing while others are there', () => {
    const failed = pod('a', { phase: 'Failed', reason: 'Evicted' });
    expect(troubleAmong([failed, pod('b', waits('ContainerCreating'))])).toBeNull();
    expect(troubleAmong([pod('b', waits('ErrImagePull'), { deletionTimestamp: '2026-11-21T09:00:00Z' })])).toBeNull();
    expect(troubleAmong([])).toBeNull();
  });
});
