import { describe, expect, it } from 'vitest';
import {
  childrenOf,
  decide,
  type Pod,
  readBatchJob,
  readPod,
  type Status,
} from '../../../service/trainingjob/index.ts';
import {
  attemptOf,
  batchJobOf,
  DISTRIBUTED,
  later,
  NOW,
  nothing,
  podOf,
  podsOf,
  running,
  SIMPLE,
  step,
  trainingJob,
  withSpec,
  withStatus,
} from './some-jobs.ts';

const failedJob = { condition: { type: 'Failed', reason: 'BackoffLimitExceeded', message: 'Job has failed' } };
const DISRUPTED = {
  phase: 'Failed',
  exitCode: 143,
  conditions: [
    { type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting' },
  ],
};
const unscheduled = {
  phase: 'Pending',
  node: undefined,
  conditions: [
    { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/4 nodes: Insufficient gpu' },
  ],
};

/** Worker 1 of the attempt ended with this; its peers were ended by SIGTERM. */
const failure = (job: ReturnType<typeof running>, attempt: number, exitCode = 1, now = NOW) =>
  step(
    job,
    {
      batchJob: batchJobOf(job, attempt, failedJob),
      pods: podsOf(
        job,
        attempt,
        { phase: 'Failed', exitCode: 143 },
        { phase: 'Failed', exitCode },
        { phase: 'Failed', exitCode: 143 },
        { phase: 'Failed', exitCode: 143 },
      ),
    },
    now,
  );

const condition = ({ conditions = [] }: Status, type: string) => conditions.find((each) => each.type === type);

describe('a job goes', () => {
  it('from nothing to Pending, with its first attempt to be made', () => {
    const { decision } = step(trainingJob(), nothing);
    expect(decision).toMatchObject({
      attempt: 1,
      status: { state: 'Pending', attempt: 1, restartCount: 0, failures: 0, startTime: '2026-11-28T09:00:00Z' },
      happening: { type: 'Normal', reason: 'Started' },
    });
  });

  const four = running(DISTRIBUTED);
  const cases: [string, Pod[], string, string, string][] = [
    ['no pod is made', [], 'Pending', 'CreatingPods', '0/4'],
    [
      'one has no node',
      podsOf(four, 1, 'Running', 'Running', 'Running', unscheduled),
      'Pending',
      'Unschedulable',
      '3/4',
    ],
    [
      'one pulls its image',
      podsOf(four, 1, 'Running', 'Running', 'Running', { phase: 'Pending', waiting: { reason: 'ContainerCreating' } }),
      'Initializing',
      'ContainerCreating',
      '3/4',
    ],
    [
      'an image is not there',
      podsOf(
        four,
        1,
        { phase: 'Pending', waiting: { reason: 'ImagePullBackOff', message: 'not found' } },
        'Pending',
        'Pending',
        'Pending',
      ),
      'Initializing',
      'ImagePullBackOff',
      '0/4',
    ],
    ['all run', podsOf(four, 1, 'Running', 'Running', 'Running', 'Running'), 'Running', 'Running', '4/4'],
    [
      'one has succeeded, the others run',
      podsOf(four, 1, 'Succeeded', 'Running', 'Running', 'Running'),
      'Running',
      'Running',
      '4/4',
    ],
  ];
  it.each(cases)('when %s', (_what, pods, state, reason, summary) => {
    const { decision } = step(four, { batchJob: batchJobOf(four, 1), pods });
    expect(decision.status).toMatchObject({ state, reason, workers: { summary } });
    expect(decision.attempt).toBe(1);
  });

  it('to Completed only when all of its workers have succeeded', () => {
    const one = step(four, {
      batchJob: batchJobOf(four, 1, { succeeded: 1 }),
      pods: podsOf(four, 1, 'Succeeded', 'Running', 'Running', 'Running'),
    });
    expect(one.decision.status.state).toBe('Running');
    const all = step(
      four,
      {
        batchJob: batchJobOf(four, 1, { succeeded: 4, condition: { type: 'Complete', at: later(100) } }),
        pods: podsOf(four, 1, 'Succeeded', 'Succeeded', 'Succeeded', 'Succeeded'),
      },
      later(101),
    );
    expect(all.decision).toMatchObject({
      attempt: 1,
      status: {
        state: 'Completed',
        progress: '100%',
        duration: '1m40s',
        workers: { active: 0, succeeded: 4, failed: 0, pending: 0, summary: '4/4' },
      },
    });
    expect(condition(all.decision.status as Status, 'Ready')).toMatchObject({ status: 'True' });
  });

  it('nowhere once it is final, whatever its pods do, and nobody looks again', () => {
    const done = withStatus(four, { state: 'Completed', completionTime: later(1).toISOString() });
    const { decision } = step(done, { batchJob: batchJobOf(four, 1, failedJob), pods: [] }, later(1000));
    expect(decision).toMatchObject({
      status: { state: 'Completed' },
      happening: undefined,
      lookAgainSeconds: undefined,
    });
  });

  it('on without a write when nothing has changed', () => {
    const seen = { batchJob: batchJobOf(four, 1), pods: podsOf(four, 1, 'Running', 'Running', 'Running', 'Running') };
    const { decision } = step(four, seen, later(500));
    expect({ ...four.status, ...decision.status }).toEqual(four.status);
  });
});

describe('one worker that fails', () => {
  it('starts all of them again, as the next attempt', () => {
    const { decision } = failure(running(DISTRIBUTED), 1);
    expect(decision).toMatchObject({
      attempt: 2,
      status: {
        state: 'Pending',
        reason: 'Restarting',
        attempt: 2,
        restartCount: 1,
        failures: 1,
        failureReason: 'WorkerFailed',
        failureMessage: 'Worker 1 (bert-training-1-x1) ended with exit code 1',
      },
      happening: { type: 'Warning', reason: 'WorkerFailed' },
    });
  });

  it.each([0, 1, 3, 10])('is tried again exactly %i times with that backoffLimit', (backoffLimit) => {
    let job = running({ ...DISTRIBUTED, failurePolicy: { backoffLimit } });
    let failures = 0;
    for (; job.status.state !== 'Failed'; failures += 1) job = failure(job, job.status.attempt ?? 0).job;
    expect(failures).toBe(backoffLimit + 1);
    expect(job.status).toMatchObject({ failureReason: 'BackoffLimitExceeded', restartCount: backoffLimit });
    expect(condition(job.status, 'Failed')).toMatchObject({ status: 'True' });
    expect(condition(job.status, 'Stalled')).toMatchObject({ status: 'True', reason: 'BackoffLimitExceeded' });
  });

  it('is tried again three times when nothing is said, and as often as the older field says', () => {
    const limit = (spec: object) => {
      let job = running({ ...SIMPLE, ...spec });
      while (job.status.state !== 'Failed') {
        const attempt = job.status.attempt ?? 0;
        const pods = podsOf(job, attempt, { phase: 'Failed', exitCode: 1 });
        job = step(job, { batchJob: batchJobOf(job, attempt, failedJob), pods }).job;
      }
      return job.status.restartCount;
    };
    expect(limit({})).toBe(3);
    expect(limit({ backoffLimit: 5 })).toBe(5);
  });

  it('ends the job with restartPolicy Never', () => {
    const { decision } = failure(running({ ...DISTRIBUTED, failurePolicy: { restartPolicy: 'Never' } }), 1);
    expect(decision.status).toMatchObject({ state: 'Failed', failureReason: 'WorkerFailed', restartCount: 0 });
  });

  it('with an exit code that is permanent ends the job, tries left or not', () => {
    const job = running({ ...DISTRIBUTED, failurePolicy: { permanentExitCodes: [42] } });
    expect(failure(job, 1, 42).decision.status).toMatchObject({ state: 'Failed', reason: 'PermanentExitCode' });
    expect(failure(job, 1, 41).decision.status).toMatchObject({ state: 'Pending', attempt: 2 });
    const gone = batchJobOf(job, 1, {
      condition: {
        type: 'Failed',
        reason: 'PodFailurePolicy',
        message:
          'Container training for pod ml-training/bert-training-1 failed with exit code 42 matching FailJob rule at index 1',
      },
    });
    expect(step(job, { batchJob: gone, pods: [] }, later(60)).decision.status.reason).toBe('PermanentExitCode');
  });

  it('of memory says so', () => {
    const job = running();
    const pods = podsOf(job, 1, { phase: 'Failed', exitCode: 137, endReason: 'OOMKilled' });
    const { status } = step(job, { batchJob: batchJobOf(job, 1, failedJob), pods }).decision;
    expect(status).toMatchObject({ failureReason: 'OOMKilled', failures: 1 });
  });

  it('is waited for when its Job is seen to have failed before it', () => {
    const job = running();
    const batchJob = batchJobOf(job, 1, failedJob);
    const first = step(job, { batchJob, pods: podsOf(job, 1, 'Running') }, later(1));
    expect(first.decision).toMatchObject({ attempt: 1, lookAgainSeconds: 1, happening: undefined });
    expect(first.decision.status).toMatchObject({ state: 'Running' });
    expect(step(job, { batchJob, pods: [] }, later(30)).decision.status).toMatchObject({ failures: 1, attempt: 2 });
  });
});

describe('a disruption', () => {
  it('starts all again and does not count, whichever worker failed first', () => {
    const job = running(DISTRIBUTED);
    const pods = podsOf(
      job,
      1,
      { phase: 'Failed', exitCode: 1 },
      DISRUPTED,
      { phase: 'Failed', exitCode: 1 },
      'Running',
    );
    const { decision } = step(job, { batchJob: batchJobOf(job, 1, failedJob), pods });
    expect(decision.status).toMatchObject({
      attempt: 2,
      restartCount: 1,
      failures: 0,
      failureReason: 'EvictionByEvictionAPI',
    });
  });

  it.each(['Evicted', 'Preempting', 'NodeLost', 'OutOfcpu', 'UnexpectedAdmissionError'])(
    'may be told by the kubelet: %s',
    (reason) => {
      const job = running();
      const pods = podsOf(job, 1, { phase: 'Failed', reason });
      const { status } = step(job, { batchJob: batchJobOf(job, 1, failedJob), pods }).decision;
      expect(status).toMatchObject({ attempt: 2, failures: 0, failureReason: reason });
    },
  );

  it('is known from the Job when the pod went with its node', () => {
    const job = running();
    const batchJob = batchJobOf(job, 1, {
      condition: {
        type: 'Failed',
        reason: 'PodFailurePolicy',
        message: 'Pod ml-training/bert-training-0 has condition DisruptionTarget matching FailJob rule at index 0',
      },
    });
    expect(step(job, { batchJob, pods: [] }, later(60)).decision.status).toMatchObject({ attempt: 2, failures: 0 });
  });
});

describe('the next attempt', () => {
  it('waits until the pods of the one before are gone, and keeps saying why', () => {
    const { job } = failure(running(DISTRIBUTED), 1);
    const { decision } = step(job, { batchJob: batchJobOf(job, 1, { ...failedJob, deleted: true }), pods: [] });
    expect(decision.status).toMatchObject({ state: 'Pending', reason: 'Restarting', attempt: 2 });
    expect(decision.status.message).toContain('ended with exit code 1');
    expect(decision.happening).toBeUndefined();
  });

  it('is not begun twice when what was decided is seen late', () => {
    const { job } = failure(running(DISTRIBUTED), 1);
    expect(failure(job, 1).decision.status).toMatchObject({ attempt: 2, failures: 1, restartCount: 1 });
  });

  it('comes when others delete the Job, and does not count', () => {
    const job = running();
    for (const seen of [nothing, { batchJob: batchJobOf(job, 1, { deleted: true }), pods: [] }]) {
      expect(step(job, seen).decision.status).toMatchObject({ attempt: 2, failures: 0, failureReason: 'JobDeleted' });
    }
  });

  it('is not begun because the Job was not made yet', () => {
    const { job } = step(trainingJob(), nothing);
    expect(step(job, nothing, later(60)).decision.status).toMatchObject({ attempt: 1, restartCount: 0 });
  });

  it('is the one that runs when the status was lost', () => {
    const job = trainingJob(SIMPLE);
    const { decision } = step(job, { batchJob: batchJobOf(job, 4), pods: podsOf(job, 4, 'Running') });
    expect(decision).toMatchObject({ attempt: 4, status: { state: 'Running', attempt: 4 } });
  });
});

describe('suspend', () => {
  it('that is taken back before the Job has gone is another attempt all the same, and no restart', () => {
    const job = withSpec(running(), { suspend: true });
    const seen = { batchJob: batchJobOf(job, 1), pods: podsOf(job, 1, 'Running') };
    const stopped = step(job, seen, later(100));
    const resumed = step(withSpec(stopped.job, { suspend: false }), seen, later(101));
    expect(resumed.decision).toMatchObject({ attempt: 2, status: { state: 'Pending', restartCount: 0 } });
  });

  it('stops all pods, and resuming begins another attempt that is no restart', () => {
    const job = withSpec(running(), { suspend: true });
    const stopped = step(job, { batchJob: batchJobOf(job, 1), pods: podsOf(job, 1, 'Running') }, later(100));
    expect(stopped.decision).toMatchObject({ attempt: undefined, status: { state: 'Suspended', activeSeconds: 100 } });
    expect(condition(stopped.job.status, 'Suspended')).toMatchObject({ status: 'True' });
    const still = step(stopped.job, nothing, later(900));
    expect(still.decision).toMatchObject({ attempt: undefined, status: { state: 'Suspended', activeSeconds: 100 } });
    const resumed = step(withSpec(still.job, { suspend: false }), nothing, later(1000));
    expect(resumed.decision).toMatchObject({ attempt: 2, status: { state: 'Pending', attempt: 2, restartCount: 0 } });
    expect(condition(resumed.job.status, 'Suspended')).toMatchObject({ status: 'False' });
  });

  it('keeps a job from beginning at all', () => {
    const { decision } = step(trainingJob({ ...SIMPLE, suspend: true }), nothing);
    expect(decision).toMatchObject({ attempt: undefined, status: { state: 'Suspended' } });
    expect(decision.status.attempt).toBeUndefined();
  });

  it("is the queue's to end where one is named", () => {
    const job = trainingJob(SIMPLE, { labels: { 'kueue.x-k8s.io/queue-name': 'team-a' } });
    const made = childrenOf(attemptOf(job)).job;
    expect(made).toMatchObject({
      metadata: { labels: { 'kueue.x-k8s.io/queue-name': 'team-a' } },
      spec: { suspend: true },
    });
    const { decision } = step(step(job, nothing).job, { batchJob: batchJobOf(job, 1), pods: [] });
    expect(decision.status).toMatchObject({ state: 'Pending', reason: 'Queued' });
  });
});

describe('activeDeadlineSeconds', () => {
  const job = running({ ...SIMPLE, failurePolicy: { activeDeadlineSeconds: 600 } });

  it('ends the job, and its pods, when its time is over', () => {
    const seen = { batchJob: batchJobOf(job, 1), pods: podsOf(job, 1, 'Running') };
    expect(step(job, seen, later(100)).decision).toMatchObject({ lookAgainSeconds: 500, attempt: 1 });
    expect(step(job, seen, later(600)).decision).toMatchObject({
      attempt: undefined,
      status: { state: 'Failed', failureReason: 'DeadlineExceeded' },
    });
  });

  it('counts all attempts together: the next has what is left', () => {
    const pods = podsOf(job, 1, { phase: 'Failed', exitCode: 1 });
    const ended = batchJobOf(job, 1, { condition: { type: 'Failed', at: later(250) } });
    const { decision, job: again } = step(job, { batchJob: ended, pods }, later(300));
    expect(decision.status).toMatchObject({ attempt: 2, activeSeconds: 250 });
    expect(decide(again, nothing, later(310)).deadlineSeconds).toBe(350);
  });

  it('is believed of the Job, too', () => {
    const batchJob = batchJobOf(job, 1, { condition: { type: 'Failed', reason: 'DeadlineExceeded' } });
    expect(step(job, { batchJob, pods: [] }).decision.status).toMatchObject({ failureReason: 'DeadlineExceeded' });
  });
});

describe('successPolicy', () => {
  it.each([
    ['target reached', { targetAccuracy: 0.9 }, { metrics: { accuracy: 0.91 } }, 'TargetReached'],
    ['target reached in evaluation', { targetAccuracy: 0.9 }, { metrics: { eval_accuracy: 0.9 } }, 'TargetReached'],
    ['target not reached', { targetAccuracy: 0.9 }, { metrics: { accuracy: 0.89 } }, 'Running'],
    [
      'patience at its end',
      { earlyStoppingPatience: 3 },
      { currentEpoch: 8, best: { metric: 'loss', value: 1, epoch: 5 } },
      'EarlyStopped',
    ],
    [
      'patience left',
      { earlyStoppingPatience: 3 },
      { currentEpoch: 7, best: { metric: 'loss', value: 1, epoch: 5 } },
      'Running',
    ],
  ])('%s', (_title, successPolicy, status, reason) => {
    const job = withStatus(running({ ...SIMPLE, successPolicy }), status);
    const { decision } = step(job, { batchJob: batchJobOf(job, 1), pods: podsOf(job, 1, 'Running') });
    expect(decision.status.reason).toBe(reason);
    expect(decision.status.state).toBe(reason === 'Running' ? 'Running' : 'Completed');
    expect(decision.attempt).toBe(reason === 'Running' ? 1 : undefined);
  });
});

describe('a stall', () => {
  const stallAfter = (stall: object) => {
    const job = running({ ...SIMPLE, failurePolicy: { stall } });
    return withStatus(job, { stepSeconds: 2, stepTime: NOW.toISOString(), progressAttempt: 1 });
  };
  const look = (job: ReturnType<typeof running>, seconds: number) =>
    step(job, { batchJob: batchJobOf(job, 1), pods: podsOf(job, 1, 'Running') }, later(seconds));

  it('is no step for so many times the median step', () => {
    const job = stallAfter({ factor: 100, minimumSeconds: 60 });
    expect(look(job, 150).decision.lookAgainSeconds).toBe(50);
    expect(condition(look(job, 199).job.status, 'Stalled')).toBeUndefined();
    const stalled = look(job, 200);
    expect(condition(stalled.job.status, 'Stalled')).toMatchObject({ status: 'True', reason: 'NoStep' });
    expect(stalled.decision).toMatchObject({ attempt: 1, status: { state: 'Running' } });
    expect(look(stalled.job, 900).decision.status).toEqual(stalled.decision.status);
  });

  it('is none before the first progress of an attempt', () => {
    const job = { ...stallAfter({}), ...withStatus(stallAfter({}), { progressAttempt: 0 }) };
    expect(condition(look(job, 100_000).job.status, 'Stalled')).toBeUndefined();
  });

  it('may start all again, and counts', () => {
    const { decision } = look(stallAfter({ action: 'Restart' }), 1000);
    expect(decision.status).toMatchObject({ attempt: 2, failures: 1, failureReason: 'Stalled' });
  });
});

/** As kstatus reads any object, which Helm 4 and Argo CD's checks of unknown kinds go by. */
function kstatus({ generation, status }: ReturnType<typeof running>): 'InProgress' | 'Current' | 'Failed' {
  if (status.observedGeneration !== generation) return 'InProgress';
  if (condition(status, 'Reconciling')?.status === 'True') return 'InProgress';
  if (condition(status, 'Stalled')?.status === 'True') return 'Failed';
  return condition(status, 'Ready')?.status === 'True' ? 'Current' : 'InProgress';
}

it('tools that wait for any object understand the conditions', () => {
  const job = running(SIMPLE);
  const seen = (phase: Parameters<typeof podsOf>[2]) => ({ batchJob: batchJobOf(job, 1), pods: podsOf(job, 1, phase) });
  const runs = step(job, seen('Running')).job;
  expect(kstatus(runs)).toBe('Current');
  expect(kstatus(step(job, seen('Pending')).job)).toBe('InProgress');
  expect(kstatus({ ...runs, generation: runs.generation + 1 })).toBe('InProgress');
  const suspended = step(withSpec(runs, { suspend: true }), seen('Running')).job;
  expect(kstatus(suspended)).toBe('Current');
  const complete = batchJobOf(job, 1, { condition: { type: 'Complete' }, succeeded: 1 });
  expect(kstatus(step(job, { batchJob: complete, pods: [] }).job)).toBe('Current');
  const never = withSpec(job, { failurePolicy: { ...job.spec.failurePolicy, restartPolicy: 'Never' } as never });
  const failed = { batchJob: batchJobOf(job, 1, failedJob), pods: podsOf(job, 1, { phase: 'Failed', exitCode: 1 }) };
  expect(kstatus(step(job, failed).job)).toBe('InProgress');
  expect(kstatus(step(never, failed).job)).toBe('Failed');
});

it('times that an API server has as null are none: a Job and a pod are read, and the job goes on', () => {
  const job = running(SIMPLE);
  const owner = { apiVersion: 'v1', controller: true };
  const about = { namespace: job.namespace, labels: { 'training-job': job.name, 'ml.example.com/attempt': '1' } };
  const ended = {
    type: 'Failed',
    status: 'True',
    reason: 'PodFailurePolicy',
    lastProbeTime: null,
    lastTransitionTime: null,
  };
  const batchJob = readBatchJob({
    metadata: { ...about, name: 'j', uid: 'j', ownerReferences: [{ ...owner, kind: 'TrainingJob', uid: job.uid }] },
    status: { startTime: NOW.toISOString(), conditions: [ended] },
  });
  const target = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'EvictionByEvictionAPI',
    lastTransitionTime: null,
  };
  const pod = readPod({
    metadata: { ...about, name: 'p', uid: 'p', ownerReferences: [{ ...owner, kind: 'Job', uid: 'j' }] },
    status: { phase: 'Failed', conditions: [target] },
  });
  const { decision } = step(job, { batchJob, pods: [pod] }, later(60));
  expect(decision.status).toMatchObject({ attempt: 2, failures: 0, activeSeconds: 60 });
});

describe('what others do', () => {
  it('to the name of its Job stops it, with a word', () => {
    const job = trainingJob();
    const foreign = { ...batchJobOf(job, 1), owner: undefined };
    const { decision } = step(step(job, nothing).job, { batchJob: foreign, pods: [] });
    expect(decision.status).toMatchObject({ state: 'Pending', reason: 'NameTaken' });
    expect(decision.happening).toMatchObject({ type: 'Warning' });
  });

  it('to the spec while it runs is told', () => {
    const job = running(DISTRIBUTED);
    const seen = { batchJob: batchJobOf(job, 1), pods: podsOf(job, 1, 'Running', 'Running', 'Running', 'Running') };
    const changed = withSpec(job, { env: [{ name: 'A', value: '1' }] });
    expect(condition(step(changed, seen).job.status, 'Warning')?.message).toContain('the spec was changed');
    expect(condition(step(job, seen).job.status, 'Warning')).toBeUndefined();
  });

  it('to pods of another Job is not ours', () => {
    const job = running();
    const stranger = podOf(job, 9, 0, { phase: 'Failed', exitCode: 1 });
    const { decision } = step(job, { batchJob: batchJobOf(job, 1), pods: [stranger, ...podsOf(job, 1, 'Running')] });
    expect(decision.status).toMatchObject({ state: 'Running', workers: { failed: 0 } });
  });
});
