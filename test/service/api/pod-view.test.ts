import { expect, test } from 'vitest';
import { kubeEventView, podView } from '../../../service/api/pod-view.ts';
import type { JobKind } from '../../../service/jobs/job.ts';

test.each<[JobKind, Record<string, string>, string]>([
  ['RayJob', { 'ray.io/node-type': 'head' }, 'head'],
  ['RayJob', { 'ray.io/node-type': 'worker' }, 'worker'],
  ['RayJob', {}, 'submitter'],
  ['Job', {}, 'job'],
])('a pod of a %s labelled %o is its %s', (kind, labels, role) => {
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', labels } };
  expect(podView(pod, kind).role).toBe(role);
});

test('a pod that is stuck says why and what to do; one that is not ready yet is left alone', () => {
  const pod = (state: object) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    status: { phase: 'Pending', containerStatuses: [{ name: 'c', ready: false, state }] },
  });
  const waiting = { reason: 'ImagePullBackOff', message: 'no such image' };
  expect(podView(pod({ waiting }), 'Job')).toMatchObject({
    ...waiting,
    advice: expect.stringContaining('imagePullSecrets'),
  });
  expect(podView(pod({ running: {} }), 'Job')).toMatchObject({ reason: null, message: null, advice: null });
});

test("a cluster's event comes with what to do, where that is known", () => {
  const event = (reason: string) =>
    kubeEventView({ apiVersion: 'v1', kind: 'Event', metadata: { name: 'e' }, ...{ reason, type: 'Warning' } });
  expect(event('FailedScheduling')).toMatchObject({
    reason: 'FailedScheduling',
    advice: expect.stringMatching(/node/),
  });
  expect(event('FailedMount').advice).toMatch(/storage class/);
  expect(event('OOMKilled').advice).toMatch(/memory/);
  expect(event('Odd').advice).toBeNull();
});
