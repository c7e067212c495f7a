import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hasEnded } from '../../../service/contract/ended.ts';
import { isFinished } from '../../../service/jobs/job.ts';
import { fromBatchJob, fromRayJob, fromTrainingJob } from '../../../service/jobs/state/index.ts';

// infra asks hasEnded, the service reads the whole state: they must not differ.

const DEPLOYMENTS = [
  '',
  'Initializing',
  'Running',
  'Complete',
  'Failed',
  'ValidationFailed',
  'Suspending',
  'Suspended',
  'Retrying',
  'Waiting',
];
const JOBS = ['', 'PENDING', 'RUNNING', 'STOPPED', 'SUCCEEDED', 'FAILED'];

test('a RayJob has ended when its state is final, whatever KubeRay and Ray say of it', () => {
  for (const jobDeploymentStatus of DEPLOYMENTS) {
    for (const jobStatus of JOBS) {
      for (const failed of [0, 1]) {
        const object = {
          kind: 'RayJob',
          spec: { backoffLimit: 1 },
          status: { jobDeploymentStatus, jobStatus, failed },
        };
        expect(hasEnded(object), JSON.stringify(object.status)).toBe(isFinished(fromRayJob(object).status));
      }
    }
  }
});

test.each(['', 'Pending', 'Initializing', 'Running', 'Suspended', 'Completed', 'Failed'])(
  'a TrainingJob that is %j has ended when its state is final',
  (state) => {
    const object = { kind: 'TrainingJob', status: { state } };
    expect(hasEnded(object)).toBe(isFinished(fromTrainingJob(object).status));
  },
);

test('a batch Job has ended when its state is final, whatever its conditions', () => {
  const condition = fc.record({
    type: fc.constantFrom('Complete', 'Failed', 'Suspended', 'FailureTarget'),
    status: fc.constantFrom('True', 'False', 'Unknown'),
  });
  fc.assert(
    fc.property(fc.array(condition, { maxLength: 4 }), (conditions) => {
      const object = { kind: 'Job', spec: {}, status: { conditions, active: 1 } };
      expect(hasEnded(object)).toBe(isFinished(fromBatchJob(object).status));
    }),
  );
});

test('what has no status has not ended', () => {
  expect([hasEnded({ kind: 'Job' }), hasEnded({ kind: 'RayJob', status: null })]).toEqual([false, false]);
});
