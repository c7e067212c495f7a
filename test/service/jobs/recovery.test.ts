import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { asReason } from '../../../service/contract/reasons.ts';
import {
  attemptNameOf,
  fromBatchJob,
  fromRayJob,
  lossOf,
  lostAttempt,
  newJobId,
  nextAttempt,
  objectNameOf,
} from '../../../service/jobs/index.ts';
import { accepted, container, minimal, refusedFields } from './requests.ts';

const withPolicy = (retryPolicy: object, more: object = {}) => minimal({ retryPolicy, ...more });
const jobWith = (retryPolicy: object) => {
  const request = accepted(withPolicy(retryPolicy));
  return { request, retryPolicy: request.retryPolicy ?? null, recovery: null, clusters: ['member1'] };
};
const ended = (reason: string, message = '') => ({
  reason: asReason(reason),
  message,
  startedAt: null,
  finishedAt: null,
});
const NOW = new Date('2026-11-28T12:00:00Z');

describe('a retryPolicy', () => {
  it('has defaults, and none is there unless asked for', () => {
    expect(accepted(withPolicy({})).retryPolicy).toEqual({
      maxAttempts: 3,
      on: ['infrastructure', 'preempted'],
      backoff: { seconds: 30, maxSeconds: 3_600 },
    });
    expect(accepted(minimal())).not.toHaveProperty('retryPolicy');
  });

  test.each([
    [withPolicy({ maxAttempts: 1 }), 'retryPolicy.maxAttempts'],
    [withPolicy({ on: [] }), 'retryPolicy.on'],
    [withPolicy({ on: ['oom', 'oom'] }), 'retryPolicy.on.1'],
    [withPolicy({ on: ['everything'] }), 'retryPolicy.on.0'],
    [withPolicy({ memoryFactor: 2 }), 'retryPolicy.memoryFactor'],
    [withPolicy({ backoff: { seconds: 60, maxSeconds: 30 } }), 'retryPolicy.backoff.maxSeconds'],
    [withPolicy({}, { clusterCount: 2 }), 'retryPolicy'],
    [withPolicy({ maxAtempts: 2 }), 'retryPolicy.maxAtempts'],
  ])('is refused where it cannot work: %j', (request, field) => {
    expect(refusedFields(request)).toEqual([field]);
  });
});

describe('an end is lost to', () => {
  test.each([
    ['TemporaryFailure', '', 'infrastructure'],
    ['AppFailed', 'Job entrypoint command failed with exit code 75, last available logs', 'infrastructure'],
    ['AppFailed', 'Job entrypoint command failed with exit code 1, after exit code 75', null],
    ['Interrupted', '', 'preempted'],
    ['OutOfMemory', '', 'oom'],
    ['Stalled', '', 'stalled'],
    ['UserError', '', null],
    ['Cancelled', '', null],
    ['SomethingNew', 'exit code 75', null],
  ])('%s %s: %s', (reason, message, loss) => {
    expect(lossOf(ended(reason, message))).toBe(loss);
  });

  it('memory, by the words of Ray, Kubernetes and the kernel', () => {
    const ray = (message: string) =>
      fromRayJob({ status: { jobStatus: 'FAILED', jobDeploymentStatus: 'Failed', reason: 'AppFailed', message } })
        .reason;
    expect(ray('Job entrypoint command failed with exit code 137, last available logs')).toBe('OutOfMemory');
    expect(ray('exit code 1: ray.exceptions.OutOfMemoryError: Task was killed')).toBe('OutOfMemory');
    expect(ray('exit code 1: ValueError')).toBe('AppFailed');
  });

  it('what the rules of a batch Job tell', () => {
    const batch = (message: string) =>
      fromBatchJob({
        status: { conditions: [{ type: 'Failed', status: 'True', reason: 'PodFailurePolicy', message }] },
      }).reason;
    const failed = (code: number) =>
      `Container training for pod a/b-0 failed with exit code ${code} matching FailJob rule at index 1`;
    expect(batch(failed(137))).toBe('OutOfMemory');
    expect(batch(failed(75))).toBe('TemporaryFailure');
    expect(batch(failed(143))).toBe('Interrupted');
    expect(batch('Pod a/b-0 has condition DisruptionTarget matching FailJob rule at index 0')).toBe('Preempted');
    expect(batch('something else')).toBe('PodFailurePolicy');
    expect(accepted(container({ runtime: 'job', retryPolicy: {} })).retryPolicy).toBeDefined();
  });
});

it('waits twice as long after each attempt, within the bound, and ends with the last', () => {
  const job = jobWith({ maxAttempts: 4, backoff: { seconds: 10, maxSeconds: 30 } });
  const waits = [1, 2, 3, 4].map((tries) => {
    const recovery = { tries, pinnedTo: [], memoryGiB: null, lost: null };
    return lostAttempt({ ...job, recovery }, ended('TemporaryFailure'), NOW)?.backoffSeconds;
  });
  expect(waits).toEqual([10, 20, 30, undefined]);
});

it('gives more memory for want of memory alone, in whole MiB', () => {
  const job = jobWith({ on: ['oom', 'infrastructure'], memoryFactor: 1.3 });
  const after = (reason: string, memoryGiB: number | null = null) => {
    const recovery = { tries: 1, pinnedTo: [], memoryGiB, lost: null };
    const lost = lostAttempt({ ...job, recovery }, ended(reason), NOW) ?? null;
    return nextAttempt({ ...job, recovery: { ...recovery, lost } }).memoryGiB;
  };
  const { memoryGiB } = job.request.resources.instanceResources;
  expect(after('OutOfMemory')).toBe(Math.round(memoryGiB * 1.3 * 1024) / 1024);
  expect(after('TemporaryFailure')).toBeNull();
  expect(after('TemporaryFailure', 20)).toBe(20);
  expect(after('OutOfMemory', memoryGiB * 3.9)).toBe(memoryGiB * 4);
});

it('names the objects of each attempt apart, as KubeRay takes them', () => {
  const jobName = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,52}[a-z0-9])?$/);
  fc.assert(
    fc.property(jobName, fc.integer({ min: 2, max: 100 }), (name, tries) => {
      const id = newJobId(name);
      const later = attemptNameOf(id, tries);
      expect(later).toMatch(/^[a-z]([-a-z0-9]{0,45}[a-z0-9])?$/);
      expect(later.endsWith(`${id.slice(-8)}-${tries}`)).toBe(true);
      expect(attemptNameOf(id, 1)).toBe(objectNameOf(id));
    }),
  );
});
