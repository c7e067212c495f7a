import { expect, test } from 'vitest';
import { podView } from '../../../service/api/pod-view.ts';
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
