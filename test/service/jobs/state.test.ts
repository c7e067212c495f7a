import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factsOf } from '../../../service/contract/reasons.ts';
import {
  fromBatchJob,
  fromRayJob,
  fromRayJobCells,
  fromTrainingJob,
  isFinished,
  type Job,
  printCells,
  summarise,
  transition,
} from '../../../service/jobs/index.ts';
import type { ClusterState } from '../../../service/jobs/job.ts';
import { accepted, minimal } from './requests.ts';

const START = '2026-11-21T09:00:00Z';
const END = '2026-11-21T09:05:00Z';
const NOW = new Date('2026-11-21T10:00:00Z');

const ray = (jobStatus: string, jobDeploymentStatus: string, more: Record<string, unknown> = {}, spec: unknown = {}) =>
  fromRayJob({ spec, status: { jobStatus, jobDeploymentStatus, ...more } });

describe('a RayJob', () => {
  const cases: [string, string, string, string][] = [
    // jobStatus, jobDeploymentStatus -> status, reason
    ['', '', 'Pending', 'Created'],
    ['', 'Initializing', 'Pending', 'Starting'],
    ['', 'Running', 'Pending', 'Submitting'],
    ['PENDING', 'Running', 'Pending', 'Submitted'],
    ['RUNNING', 'Running', 'Running', 'Running'],
    ['SUCCEEDED', 'Running', 'Succeeded', 'Succeeded'],
    ['SUCCEEDED', 'Complete', 'Succeeded', 'Succeeded'],
    ['FAILED', 'Running', 'Failed', 'AppFailed'],
    ['FAILED', 'Complete', 'Failed', 'AppFailed'],
    ['FAILED', 'Failed', 'Failed', 'AppFailed'],
    ['STOPPED', 'Complete', 'Failed', 'Stopped'],
    ['STOPPED', 'Running', 'Failed', 'Stopped'],
    ['', 'Failed', 'Failed', 'DeploymentFailed'],
    ['RUNNING', 'Failed', 'Failed', 'DeploymentFailed'],
    ['', 'ValidationFailed', 'Failed', 'ValidationFailed'],
    ['FAILED', 'Retrying', 'Pending', 'Retrying'],
    ['RUNNING', 'Suspending', 'Pending', 'Suspending'],
    ['', 'Suspended', 'Pending', 'Suspended'],
    ['', 'Waiting', 'Pending', 'Waiting'],
    ['RUNNING', 'Complete', 'Failed', 'OutcomeUnknown'],
    ['SOMETHING_NEW', 'Running', 'Pending', 'Submitted'],
    ['', 'SomethingNew', 'Pending', 'Starting'],
  ];
  it.each(cases)('%s / %s is %s, %s', (job, deployment, status, reason) => {
    expect(ray(job, deployment)).toMatchObject({ status, reason });
  });

  it.each(cases)(
    '%s / %s is told by its row alone, unless its object has more to say',
    (job, deployment, status, reason) => {
      const cells = {
        'job status': job,
        'deployment status': deployment,
        'ray cluster name': 'rc-1',
        'start time': START,
        'end time': null,
      };
      const told = fromRayJobCells(cells);
      if (status === 'Failed' || reason === 'Retrying') expect(told).toBeUndefined();
      else expect(told).toEqual(ray(job, deployment, { rayClusterName: 'rc-1', startTime: START, message: 'of Ray' }));
      const { 'ray cluster name': _, ...ofAnOldVersion } = cells;
      expect(fromRayJobCells(ofAnOldVersion)).toBeUndefined();
    },
  );

  it.each([
    'SubmissionFailed',
    'DeadlineExceeded',
    'PreRunningDeadlineExceeded',
    'AppFailed',
    'ValidationFailed',
    'JobDeploymentStatusTransitionGracePeriodExceeded',
    'JobStatusCheckTimeoutExceeded',
  ])('that failed tells the reason %s', (reason) => {
    expect(ray('RUNNING', 'Failed', { reason })).toMatchObject({ status: 'Failed', reason });
  });

  it('that failed with tries left is not at its end', () => {
    expect(ray('FAILED', 'Running', { failed: 0 }, { backoffLimit: 1 })).toMatchObject({
      status: 'Pending',
      reason: 'Retrying',
    });
    expect(ray('FAILED', 'Failed', { failed: 1 }, { backoffLimit: 1 })).toMatchObject({ status: 'Failed' });
  });

  it('gives its words, times and Ray cluster, and the columns that its Table row has', () => {
    const state = ray('FAILED', 'Failed', {
      message: 'exit code 1',
      reason: 'AppFailed',
      startTime: START,
      endTime: END,
      rayClusterName: 'demo-x7k2p',
    });
    expect(state).toEqual({
      status: 'Failed',
      reason: 'AppFailed',
      message: 'exit code 1',
      startedAt: START,
      finishedAt: END,
      rayCluster: 'demo-x7k2p',
      columns: `FAILED|Failed|demo-x7k2p|${START}|${END}|`,
    });
  });

  it('keeps the start and the end of a message with a long log in it, in a form that PostgreSQL stores', () => {
    const { message } = ray('FAILED', 'Failed', { message: `exit code 1\0${'😀'.repeat(10_000)}ValueError` });
    expect(message).toMatch(/^exit code 1/);
    expect(message).toMatch(/ValueError$/);
    expect(message.length).toBeLessThan(2100);
    expect(message).not.toMatch(/\0|\p{Surrogate}/u);
  });

  it('of any form is read without throwing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (spec, status) => {
        expect(fromRayJob({ spec, status }).reason).toMatch(/^[A-Za-z0-9]+$/);
        expect(fromBatchJob({ metadata: spec, spec, status }).reason).toMatch(/^[A-Za-z0-9]+$/);
      }),
    );
  });
});

describe('a batch Job', () => {
  const condition = (type: string, reason = '', message = '') => ({
    type,
    status: 'True',
    reason,
    message,
    lastTransitionTime: END,
  });
  const cases: [string, Record<string, unknown>, Record<string, unknown>, string, string, string][] = [
    ['new', {}, {}, 'Pending', 'Starting', ''],
    ['with a pod that pulls its image', {}, { startTime: START, active: 1, ready: 0 }, 'Pending', 'Starting', ''],
    ['with a pod that runs', {}, { startTime: START, active: 1, ready: 1 }, 'Running', 'Running', 'Running|0/1|'],
    [
      'of a Kubernetes that does not count ready pods',
      {},
      { startTime: START, active: 1 },
      'Running',
      'Running',
      'Running|0/1|',
    ],
    [
      'being suspended',
      { suspend: true },
      { startTime: START, active: 1, ready: 1 },
      'Pending',
      'Suspending',
      'Running|0/1|',
    ],
    [
      'suspended',
      { suspend: true },
      { conditions: [condition('Suspended')] },
      'Pending',
      'Suspended',
      'Suspended|0/1|',
    ],
    [
      'complete',
      {},
      { succeeded: 1, conditions: [condition('SuccessCriteriaMet'), condition('Complete')] },
      'Succeeded',
      'Succeeded',
      'Complete|1/1|',
    ],
    [
      'failed',
      {},
      { conditions: [condition('FailureTarget'), condition('Failed', 'DeadlineExceeded', 'too long')] },
      'Failed',
      'DeadlineExceeded',
      'Failed|0/1|',
    ],
  ];
  it.each(cases)('%s', (_what, spec, status, expected, reason, columns) => {
    expect(fromBatchJob({ spec: { completions: 1, ...spec }, status })).toMatchObject({
      status: expected,
      reason,
      columns,
    });
  });

  it('that failed tells why and when', () => {
    expect(
      fromBatchJob({
        status: {
          conditions: [condition('Failed', 'BackoffLimitExceeded', 'Job has reached the specified backoff limit')],
        },
      }),
    ).toMatchObject({
      message: 'Job has reached the specified backoff limit',
      finishedAt: END,
    });
  });

  it('goes by conditions that are true', () => {
    expect(fromBatchJob({ status: { ready: 1, conditions: [{ type: 'Failed', status: 'False' }] } }).status).toBe(
      'Running',
    );
  });
});

function job(more: Partial<Job> = {}): Job {
  return {
    id: 'demo-0a1b2c3d',
    jobName: 'demo',
    namespace: 'default',
    algorithm: 'xgboost',
    priority: 500,
    kind: 'RayJob',
    request: accepted(minimal()),
    status: 'Pending',
    reason: 'Scheduled',
    message: '',
    wanted: 'run',
    objectName: 'demo-0a1b2c3d',
    clusters: ['member1'],
    clusterStates: {},
    unreachableSince: {},
    retryOf: null,
    attempt: 1,
    retryPolicy: null,
    recovery: null,
    attention: null,
    createdBy: null,
    createdAt: NOW,
    updatedAt: NOW,
    dispatchedAt: NOW,
    startedAt: null,
    finishedAt: null,
    ranForMs: 0,
    runningSince: null,
    progress: null,
    utilisation: null,
    volumeRemovedAt: null,
    version: 1,
    ...more,
  };
}

/** What the store would do with it. */
function seen(before: Job, state: ClusterState, cluster = 'member1'): Job {
  const change = transition(before, { cluster, state, at: NOW });
  if (!change) return before;
  const { clusterStates, ...fields } = change.set;
  return { ...before, ...fields, clusterStates: { ...before.clusterStates, ...clusterStates } };
}

/** status/reason of each event, in order */
function history(states: readonly ClusterState[], start = job()): string[] {
  const events: string[] = [];
  let current = start;
  for (const state of states) {
    const change = transition(current, { cluster: 'member1', state, at: NOW });
    if (change?.event) events.push(`${change.set.status ?? current.status}/${change.event.reason}`);
    current = seen(current, state);
  }
  return events;
}

describe('a TrainingJob', () => {
  const training = (status: Record<string, unknown>, spec: unknown = {}) => fromTrainingJob({ spec, status });

  it.each([
    ['', 'Pending', 'Created'],
    ['Pending', 'Pending', 'Starting'],
    ['Initializing', 'Pending', 'Starting'],
    ['Running', 'Running', 'Running'],
    ['Suspended', 'Pending', 'Suspended'],
    ['Completed', 'Succeeded', 'Succeeded'],
    ['Failed', 'Failed', 'AppFailed'],
    ['SomethingNew', 'Pending', 'Starting'],
  ])('that is %j is %s (%s)', (state, status, reason) => {
    expect(training({ state })).toMatchObject({ status, reason, rayCluster: null });
  });

  it('says what the operator says, and of a failure what went wrong', () => {
    expect(training({ state: 'Pending', message: '0 of 4 workers have a node' }).message).toBe(
      '0 of 4 workers have a node',
    );
    const failure = { failureReason: 'BackoffLimitExceeded', failureMessage: 'Failed 4 times; the last: exit code 1' };
    expect(training({ state: 'Failed', message: 'Failed', ...failure })).toMatchObject({
      reason: 'BackoffLimitExceeded',
      message: 'Failed 4 times; the last: exit code 1',
    });
  });

  it('a failure keeps a word of its own, and a word of ours that no cluster says is told apart', () => {
    expect(training({ state: 'Failed', failureReason: 'PermanentExitCode' }).reason).toBe('PermanentExitCode');
    expect(training({ state: 'Failed', failureReason: 'OOMKilled' }).reason).toBe('OutOfMemory');
    expect(training({ state: 'Failed', failureReason: 'Cancelled' }).reason).toBe('MemberCancelled');
  });

  it('is tried again when its workers are restarted, which a resumption is not', () => {
    expect(training({ state: 'Pending', attempt: 2, restartCount: 1 }).reason).toBe('Retrying');
    expect(training({ state: 'Initializing', attempt: 2, restartCount: 0 }).reason).toBe('Starting');
  });

  it('a suspension that the operator has not acted on yet is under way', () => {
    expect(training({ state: 'Running' }, { suspend: true }).reason).toBe('Suspending');
    expect(training({ state: 'Completed' }, { suspend: true }).status).toBe('Succeeded');
  });

  it('has its times, and the columns that tell its state as the Table prints them', () => {
    const status = { state: 'Completed', attempt: 2, reason: 'Succeeded', startTime: START, completionTime: END };
    expect(training(status)).toMatchObject({
      startedAt: START,
      finishedAt: END,
      columns: printCells('TrainingJob', { State: 'Completed', Attempt: '2', Reason: 'Succeeded' }),
    });
  });
});

describe('an observation', () => {
  it('goes through Pending, Running and Succeeded with the times of the member', () => {
    const states = [
      ray('', ''),
      ray('', 'Initializing', { startTime: START }),
      ray('PENDING', 'Running', { startTime: START }),
      ray('RUNNING', 'Running', { startTime: START }),
      ray('SUCCEEDED', 'Complete', { startTime: START, endTime: END }),
    ];
    expect(history(states)).toEqual([
      'Pending/Created',
      'Pending/Starting',
      'Pending/Submitted',
      'Running/Running',
      'Succeeded/Succeeded',
    ]);
    const end = states.reduce((current, state) => seen(current, state), job());
    expect(end).toMatchObject({ startedAt: new Date(START), finishedAt: new Date(END) });
  });

  it('that is repeated changes nothing', () => {
    const runs = ray('RUNNING', 'Running');
    expect(transition(seen(job(), runs), { cluster: 'member1', state: runs, at: NOW })).toBeUndefined();
  });

  it('that comes late does not take a running job back', () => {
    const runs = seen(job(), ray('RUNNING', 'Running'));
    expect(transition(runs, { cluster: 'member1', state: ray('', 'Initializing'), at: NOW })).toBeUndefined();
    expect(transition(runs, { cluster: 'member1', state: ray('PENDING', 'Running'), at: NOW })).toBeUndefined();
  });

  it('of a submission goes forward only: it is submitted, then Ray has it', () => {
    const submitting = ray('', 'Running');
    const submitted = ray('PENDING', 'Running');
    expect(history([submitting, submitted])).toEqual(['Pending/Submitting', 'Pending/Submitted']);
    expect(history([submitted, submitting])).toEqual(['Pending/Submitted']);
  });

  it('of a retry or a suspension does take it back, and lets it start again', () => {
    expect(
      history([
        ray('RUNNING', 'Running'),
        ray('FAILED', 'Retrying'),
        ray('', 'Initializing'),
        ray('RUNNING', 'Running'),
      ]),
    ).toEqual(['Running/Running', 'Pending/Retrying', 'Pending/Starting', 'Running/Running']);
    expect(
      history([
        ray('RUNNING', 'Running'),
        ray('', 'Suspending'),
        ray('', 'Suspended'),
        ray('', ''),
        ray('RUNNING', 'Running'),
      ]),
    ).toEqual(['Running/Running', 'Pending/Suspending', 'Pending/Suspended', 'Pending/Created', 'Running/Running']);
  });

  it('after the end changes nothing', () => {
    const ended = seen(job(), ray('FAILED', 'Failed'));
    expect(transition(ended, { cluster: 'member1', state: ray('SUCCEEDED', 'Complete'), at: NOW })).toBeUndefined();
  });

  it.each(['cancel', 'delete'] as const)('of a job that the user wants to %s changes nothing', (wanted) => {
    expect(
      transition(job({ wanted }), { cluster: 'member1', state: ray('STOPPED', 'Complete'), at: NOW }),
    ).toBeUndefined();
  });

  it('of nothing but a new Ray cluster or a new word is stored without an event', () => {
    const retries = seen(job(), ray('', 'Retrying', { message: 'exit code 1' }));
    const change = transition(retries, {
      cluster: 'member1',
      state: ray('', 'Retrying', { message: 'exit code 2', rayClusterName: 'rc-2' }),
      at: NOW,
    });
    expect(change).toMatchObject({
      set: { message: 'exit code 2', clusterStates: { member1: { rayCluster: 'rc-2' } } },
    });
    expect(change?.event).toBeUndefined();
  });

  it("leaves the user's wish visible until the member acts on it", () => {
    const suspending = {
      ...seen(job(), ray('RUNNING', 'Running')),
      reason: 'Suspending' as const,
      wanted: 'suspend' as const,
    };
    const change = transition(suspending, {
      cluster: 'member1',
      state: ray('RUNNING', 'Running', { startTime: START }),
      at: NOW,
    });
    expect(change?.set.reason).toBeUndefined();
    expect(seen(suspending, ray('', 'Suspended'))).toMatchObject({ status: 'Pending', reason: 'Suspended' });
  });

  it('without a time of its own ends the job now', () => {
    expect(seen(job(), ray('STOPPED', 'Complete')).finishedAt).toEqual(NOW);
  });
});

describe('a job on several clusters', () => {
  const two = () => job({ clusters: ['a', 'b'] });
  const runs = ray('RUNNING', 'Running');
  const done = ray('SUCCEEDED', 'Complete');

  it('runs when it runs on all, succeeds when all have, and fails with the first', () => {
    expect(seen(two(), runs, 'a').status).toBe('Pending');
    const both = seen(seen(two(), runs, 'a'), runs, 'b');
    expect(both.status).toBe('Running');
    expect(seen(both, done, 'a').status).toBe('Running');
    expect(seen(seen(both, done, 'a'), done, 'b').status).toBe('Succeeded');
    expect(seen(both, ray('FAILED', 'Failed', { message: 'out of memory' }), 'b')).toMatchObject({
      status: 'Failed',
      message: 'b: out of memory',
    });
  });
});

describe('a cluster that has finished, beside one that has not,', () => {
  it('keeps its end, whatever comes late', () => {
    const both = job({ clusters: ['a', 'b'] });
    const done = seen(seen(both, ray('RUNNING', 'Running'), 'b'), ray('SUCCEEDED', 'Complete'), 'a');
    for (const late of [
      ray('RUNNING', 'Running'),
      ray('FAILED', 'Failed'),
      ray('', 'Suspended'),
      ray('', 'Retrying'),
    ]) {
      expect(transition(done, { cluster: 'a', state: late, at: NOW })).toBeUndefined();
    }
    expect(seen(done, ray('SUCCEEDED', 'Complete'), 'b')).toMatchObject({ status: 'Succeeded' });
  });
});

describe('a word of a member', () => {
  it('that is one of ours, but nothing that a member says, decides nothing', () => {
    expect(ray('FAILED', 'Failed', { reason: 'Refused' }).reason).toBe('MemberRefused');
    expect(ray('FAILED', 'Failed', { reason: 'Cancelled' }).reason).toBe('MemberCancelled');
    expect(factsOf(ray('FAILED', 'Failed', { reason: 'Cancelled' }).reason)).toBeUndefined();
  });

  it('that nobody knows is shown as it is', () => {
    expect(ray('FAILED', 'Failed', { reason: 'Something new!' }).reason).toBe('Somethingnew');
  });
});

describe('any sequence of observations', () => {
  const state = fc
    .tuple(
      fc.constantFrom('', 'PENDING', 'RUNNING', 'STOPPED', 'SUCCEEDED', 'FAILED'),
      fc.constantFrom(
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
      ),
    )
    .map(([jobStatus, deployment]) => ray(jobStatus, deployment));

  it('ends once, never changes after that, and never goes from Running to Pending unless the member says so', () => {
    fc.assert(
      fc.property(fc.array(state, { maxLength: 30 }), (states) => {
        let current = job();
        for (const next of states) {
          const before = current;
          current = seen(before, next);
          if (isFinished(before.status)) expect(current).toBe(before);
          if (before.status === 'Running' && current.status === 'Pending') {
            expect(['Retrying', 'Suspending', 'Suspended']).toContain(next.reason);
          }
          expect(summarise(current)?.status ?? 'Pending').toBe(current.status);
        }
      }),
    );
  });

  it('gives the same history when every answer comes twice', () => {
    fc.assert(
      fc.property(fc.array(state, { maxLength: 30 }), (states) => {
        expect(history(states.flatMap((one) => [one, one]))).toEqual(history(states));
      }),
    );
  });
});
