import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  decide,
  isFinal,
  type Pod,
  type Seen,
  type Status,
  type TrainingJob,
} from '../../../service/trainingjob/index.ts';
import { batchJobOf, later, nothing, podOf, trainingJob, withSpec } from './some-jobs.ts';

// A cluster small enough to be sure of: one TrainingJob, its Job, two workers. Whatever happens to it, in whatever
// order, and
// however late it is seen, what is decided must be explained by what was seen.

const WORKERS = 2;
const LIMIT = 2;

type Worker = 'none' | 'scheduled' | 'running' | 'succeeded' | 'failed' | 'permanent' | 'evicted' | 'ended';

interface Cluster {
  job: TrainingJob;
  attempt: number | undefined;
  isBeingDeleted: boolean;
  workers: Worker[];
}

const FAILURES: readonly Worker[] = ['failed', 'permanent', 'evicted'];
const hasFailed = (workers: readonly Worker[]) => workers.some((worker) => FAILURES.includes(worker));

const EVENTS = [
  'schedule',
  'start',
  'succeed',
  'fail',
  'permanent',
  'evict',
  'deleteJob',
  'finishDeletion',
  'suspend',
  'resume',
  'observe',
  'observe',
  'reconcile',
  'reconcile',
  'reconcile',
] as const;

const event = fc.record({ what: fc.constantFrom(...EVENTS), worker: fc.nat(WORKERS - 1) });

const MOVES: Partial<Record<(typeof EVENTS)[number], readonly [Worker, Worker]>> = {
  schedule: ['none', 'scheduled'],
  start: ['scheduled', 'running'],
  succeed: ['running', 'succeeded'],
  fail: ['running', 'failed'],
  permanent: ['running', 'permanent'],
};

function happen(cluster: Cluster, { what, worker }: { what: (typeof EVENTS)[number]; worker: number }): void {
  const { workers } = cluster;
  const current = workers[worker];
  const move = MOVES[what];
  if (cluster.attempt !== undefined && !cluster.isBeingDeleted && !hasFailed(workers)) {
    if (move && current === move[0]) workers[worker] = move[1];
    if (what === 'evict' && (current === 'running' || current === 'scheduled')) workers[worker] = 'evicted';
    // The Job controller ends the peers of a worker that failed.
    if (hasFailed(workers)) {
      cluster.workers = workers.map((each) => (each === 'running' || each === 'scheduled' ? 'ended' : each));
    }
  }
  if (what === 'deleteJob' && cluster.attempt !== undefined) cluster.isBeingDeleted = true;
  if (what === 'finishDeletion' && cluster.isBeingDeleted) remove(cluster);
  if (what === 'suspend') cluster.job = withSpec(cluster.job, { suspend: true });
  if (what === 'resume') cluster.job = withSpec(cluster.job, { suspend: false });
}

function remove(cluster: Cluster): void {
  cluster.attempt = undefined;
  cluster.isBeingDeleted = false;
  cluster.workers = [];
}

const POD: Record<Exclude<Worker, 'none'>, Parameters<typeof podOf>[3]> = {
  scheduled: { phase: 'Pending' },
  running: { phase: 'Running' },
  succeeded: { phase: 'Succeeded', exitCode: 0 },
  failed: { phase: 'Failed', exitCode: 1 },
  permanent: { phase: 'Failed', exitCode: 42 },
  ended: { phase: 'Failed', exitCode: 143 },
  evicted: { phase: 'Failed', conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'Eviction' }] },
};

function look({ job, attempt, isBeingDeleted, workers }: Cluster): Seen {
  if (attempt === undefined) return nothing;
  const isComplete = workers.every((worker) => worker === 'succeeded');
  const condition = hasFailed(workers) ? { type: 'Failed' } : isComplete ? { type: 'Complete' } : undefined;
  return {
    batchJob: batchJobOf(job, attempt, { deleted: isBeingDeleted, ...(condition ? { condition } : {}) }),
    pods: workers.flatMap((worker, rank) => (worker === 'none' ? [] : podOf(job, attempt, rank, POD[worker]))),
  };
}

/** What the controller does with a decision. */
function reconcile(cluster: Cluster, seen: Seen): void {
  const before = cluster.job.status;
  const decision = decide(cluster.job, seen, later(60));
  const status = { ...before, ...decision.status } as Status;
  cluster.job = { ...cluster.job, status };
  explained(before, status, seen, cluster.job.spec.suspend);
  if (seen.batchJob && seen.batchJob.attempt !== decision.attempt && cluster.attempt === seen.batchJob.attempt) {
    cluster.isBeingDeleted = true;
  }
  if (decision.attempt === undefined || seen.batchJob) return;
  if (cluster.attempt !== undefined) {
    // The name is taken: the API server refuses, or has this very Job.
    expect(cluster.attempt).toBeLessThanOrEqual(decision.attempt);
    return;
  }
  cluster.attempt = decision.attempt;
  cluster.workers = Array.from({ length: WORKERS }, () => 'none');
}

const isEvicted = ({ disruption }: Pod) => disruption !== undefined;

/** Each change of what is counted has its cause in what was seen. */
function explained(before: Status, after: Status, { batchJob, pods }: Seen, isSuspended: boolean): void {
  const attempts = (after.attempt ?? 0) - (before.attempt ?? 0);
  const restarts = (after.restartCount ?? 0) - (before.restartCount ?? 0);
  const failures = (after.failures ?? 0) - (before.failures ?? 0);
  const isTheOne = batchJob?.attempt === before.attempt;
  expect([0, 1]).toContain(attempts);
  expect(restarts).toBeLessThanOrEqual(attempts);
  if (isFinal(before.state)) expect(after).toEqual(before);
  if (failures > 0) {
    expect(failures).toBe(1);
    expect(isTheOne && batchJob?.ending?.type === 'Failed' && !pods.some(isEvicted)).toBe(true);
  }
  if (restarts === 1 && failures === 0) {
    const isGone = batchJob === undefined || batchJob.isBeingDeleted;
    expect(isGone || (isTheOne && pods.some(isEvicted))).toBe(true);
  }
  if (attempts === 1 && restarts === 0) expect(before.attempt === undefined || before.state === 'Suspended').toBe(true);
  if (after.state === 'Completed' && before.state !== 'Completed') {
    expect(isTheOne && pods.every(({ phase }) => phase === 'Succeeded')).toBe(true);
  }
  if (after.state === 'Failed' && before.state !== 'Failed') {
    const isPermanent = pods.some(({ exitCode }) => exitCode === 42);
    expect(isPermanent || after.failures === LIMIT + 1).toBe(true);
  }
  if (after.state === 'Running')
    expect(pods.filter(({ phase }) => /Running|Succeeded/.test(phase))).toHaveLength(WORKERS);
  expect((after.failures ?? 0) <= LIMIT + 1).toBe(true);
  if (isSuspended && !isFinal(after.state)) expect(after.state).toBe('Suspended');
}

/** With nothing in its way any job comes to its end. */
function toTheEnd(cluster: Cluster): void {
  happen(cluster, { what: 'resume', worker: 0 });
  for (let round = 0; round < 40 && !isFinal(cluster.job.status.state); round += 1) {
    happen(cluster, { what: 'finishDeletion', worker: 0 });
    for (const what of ['schedule', 'start', 'succeed'] as const) {
      for (let worker = 0; worker < WORKERS; worker += 1) happen(cluster, { what, worker });
    }
    reconcile(cluster, look(cluster));
  }
  expect(isFinal(cluster.job.status.state)).toBe(true);
}

it('1,000 sequences of events lead where they must, and never to two Jobs', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      const spec = {
        model: 'm',
        dataset: 'd',
        numWorkers: WORKERS,
        failurePolicy: { backoffLimit: LIMIT, permanentExitCodes: [42] },
      };
      const cluster: Cluster = { job: trainingJob(spec), attempt: undefined, isBeingDeleted: false, workers: [] };
      let seen = look(cluster);
      for (const each of events) {
        if (each.what === 'observe') seen = look(cluster);
        else if (each.what === 'reconcile') reconcile(cluster, seen);
        else happen(cluster, each);
      }
      toTheEnd(cluster);
    }),
    { numRuns: 1000 },
  );
});
