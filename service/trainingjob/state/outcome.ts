import type { Spec } from '../schema/spec.ts';
import type { BatchJob, Pod, Seen } from './seen.ts';

/** What has become of an attempt. */
export type Outcome =
  /** A queue holds its Job. */
  | { readonly kind: 'queued' }
  /** Some pod has no node, or is not made yet. */
  | { readonly kind: 'waiting'; readonly reason: string; readonly message: string }
  /** All have a node; some pull their image or mount. */
  | { readonly kind: 'starting'; readonly reason: string; readonly message: string }
  | { readonly kind: 'running' }
  | { readonly kind: 'succeeded' }
  /** It has failed, but how is not known yet. */
  | { readonly kind: 'unclear' }
  | Failure;

export interface Failure {
  readonly kind: 'failed';
  /** worker: may be tried again, and counts. disruption: does not count. permanent and deadline: the end. */
  readonly cause: 'worker' | 'permanent' | 'disruption' | 'deadline';
  readonly reason: string;
  readonly message: string;
}

/** The Job's condition may be seen before its failed pod is. */
const PODS_MAY_LAG_MS = 5_000;

/** `pods`: those of this very Job. */
export function outcomeOf(spec: Spec, batchJob: BatchJob, pods: readonly Pod[], now: Date): Outcome {
  const { ending } = batchJob;
  if (ending?.type === 'Complete') return { kind: 'succeeded' };
  if (ending?.type === 'Failed') {
    const failure = failureOf(spec, ending, pods);
    const isFresh = now.getTime() - Date.parse(ending.time) < PODS_MAY_LAG_MS;
    return failure ?? (isFresh ? { kind: 'unclear' } : unexplained(ending));
  }
  if (batchJob.isSuspended) return { kind: 'queued' };
  return beforeTheEnd(spec, pods);
}

function failureOf(spec: Spec, ending: { reason: string; message: string }, pods: readonly Pod[]): Failure | undefined {
  if (ending.reason === 'DeadlineExceeded') {
    return failed('deadline', 'DeadlineExceeded', 'The job took longer than activeDeadlineSeconds');
  }
  // When one worker is turned out, its peers fail because they miss it: such an attempt is disrupted, whoever
  // failed first.
  const disrupted = pods.find(({ disruption }) => disruption !== undefined);
  if (disrupted?.disruption) {
    const { reason, message } = disrupted.disruption;
    return failed(
      'disruption',
      reason,
      `Worker ${disrupted.rank} (${disrupted.name}) was disrupted: ${message || reason}`,
    );
  }
  if (/DisruptionTarget/.test(ending.message)) return failed('disruption', 'Disrupted', ending.message);

  const exitCodes = spec.failurePolicy?.permanentExitCodes ?? [];
  const ended = pods.filter(({ phase }) => phase === 'Failed').sort((a, b) => a.rank - b.rank);
  const permanent = ended.find(({ exitCode }) => exitCode !== undefined && exitCodes.includes(exitCode));
  if (permanent) return failed('permanent', 'PermanentExitCode', tellEnd(permanent));
  if (/with exit code \d+ matching FailJob/.test(ending.message)) {
    return failed('permanent', 'PermanentExitCode', ending.message);
  }
  // Peers of the one that failed are ended by SIGTERM: the one that ended otherwise is the cause.
  const first = ended.find(({ exitCode }) => exitCode !== SIGTERM && exitCode !== undefined) ?? ended[0];
  return first && failed('worker', first.endReason === 'OOMKilled' ? 'OOMKilled' : 'WorkerFailed', tellEnd(first));
}

const SIGTERM = 128 + 15;

const unexplained = ({ reason, message }: { reason: string; message: string }): Failure =>
  failed('worker', 'WorkerFailed', message || reason);

const failed = (cause: Failure['cause'], reason: string, message: string): Failure => ({
  kind: 'failed',
  cause,
  reason,
  message,
});

const tellEnd = ({ rank, name, exitCode, endReason }: Pod): string =>
  `Worker ${rank} (${name}) ended with ${exitCode === undefined ? 'no exit code' : `exit code ${exitCode}`}${
    endReason && endReason !== 'Error' ? `: ${endReason}` : ''
  }`;

function beforeTheEnd({ numWorkers }: Spec, pods: readonly Pod[]): Outcome {
  const alive = pods.filter(({ phase }) => phase !== 'Failed');
  const going = alive.filter(({ phase }) => phase === 'Running' || phase === 'Succeeded');
  if (going.length >= numWorkers) return { kind: 'running' };
  const stuck = alive.filter(({ waits }) => waits !== undefined).sort((a, b) => a.rank - b.rank);
  const unscheduled = stuck.find(({ isScheduled }) => !isScheduled);
  if (unscheduled?.waits) return { kind: 'waiting', ...unscheduled.waits };
  const scheduled = alive.filter(({ isScheduled }) => isScheduled);
  if (scheduled.length < numWorkers) {
    return {
      kind: 'waiting',
      reason: alive.length < numWorkers ? 'CreatingPods' : 'Scheduling',
      message: `${scheduled.length} of ${numWorkers} workers have a node`,
    };
  }
  const [first] = stuck;
  return {
    kind: 'starting',
    ...(first?.waits ?? { reason: 'Starting', message: startedText(going.length, numWorkers) }),
  };
}

const startedText = (started: number, all: number): string => `${started} of ${all} workers run`;

export interface Workers {
  readonly active: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly pending: number;
  readonly summary: string;
}

export function countWorkers({ numWorkers }: Spec, { batchJob, pods }: Seen): Workers {
  const inPhase = (wanted: Pod['phase']) => pods.filter(({ phase }) => phase === wanted).length;
  const active = inPhase('Running');
  const succeeded = Math.max(inPhase('Succeeded'), batchJob?.succeeded ?? 0);
  const failures = inPhase('Failed');
  return {
    active,
    succeeded,
    failed: failures,
    pending: Math.max(0, numWorkers - active - succeeded - failures),
    summary: `${Math.min(numWorkers, active + succeeded)}/${numWorkers}`,
  };
}
