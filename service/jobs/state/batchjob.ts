import type { AnyReason } from '../../contract/reasons.ts';
import { EXIT_KILLED, exitCodeIn, TRAINER_EXITS } from '../../contract/trainers.ts';
import { fieldsOf } from '../fields.ts';
import type { ClusterState } from '../job.ts';
import { NO_CELLS, printCells } from './cells.ts';
import {
  countOf,
  failed,
  messageOf,
  pending,
  reasonOf,
  running,
  succeeded,
  textOf,
  timeOf,
  type Verdict,
} from './observed.ts';

interface Condition {
  readonly type: string;
  readonly reason: unknown;
  readonly message: unknown;
  readonly lastTransitionTime: unknown;
}

/** What Kubernetes wrote about a batch Job. */
export function fromBatchJob(object: {
  readonly metadata?: unknown;
  readonly spec?: unknown;
  readonly status?: unknown;
}): ClusterState {
  const spec = fieldsOf(object.spec);
  const status = fieldsOf(object.status);
  const conditions = trueConditions(status.conditions);
  const verdict = judge(status, spec, conditions);
  const ending = conditions.get(verdict.status === 'Failed' ? 'Failed' : 'Complete');
  const isRemoved = textOf(fieldsOf(object.metadata).deletionTimestamp) !== '';
  const printed = printedStatus(conditions, isRemoved);
  const completions = `${countOf(status.succeeded)}/${countOf(spec.completions) || 1}`;
  return {
    status: verdict.status,
    reason: verdict.reason,
    message: messageOf(ending?.message) || verdict.otherwise,
    startedAt: timeOf(status.startTime),
    finishedAt: timeOf(status.completionTime) ?? timeOf(ending?.lastTransitionTime),
    // Kubernetes prints "Running" for a Job whose pods are still starting, so the columns do not tell when they have started.
    columns:
      verdict.reason === 'Starting' ? NO_CELLS : printCells('Job', { Status: printed, Completions: completions }),
    rayCluster: null,
  };
}

function judge(
  status: Readonly<Record<string, unknown>>,
  spec: Readonly<Record<string, unknown>>,
  conditions: ReadonlyMap<string, Condition>,
): Verdict {
  const failure = conditions.get('Failed');
  if (failure) return failed(endOf(failure), 'The container of the job failed');
  if (conditions.has('Complete')) return succeeded('The job finished');
  if (conditions.has('Suspended')) return pending('Suspended', 'Suspended in its cluster; resume starts it again');
  if (spec.suspend === true) return pending('Suspending', 'Its pods are being removed');
  // `ready` is younger than `active`, which counts pods that still pull their image.
  const started =
    status.ready === undefined ? countOf(status.active) : countOf(status.ready) + countOf(status.succeeded);
  return started > 0 ? running('The container of the job runs') : pending('Starting', 'Its pods are starting');
}

/** By the rules that a job with a retryPolicy has (service/jobs/manifests/batchjob.ts). */
function endOf({ message, reason }: Condition): AnyReason {
  const word = reasonOf(reason, 'AppFailed');
  if (word !== 'PodFailurePolicy') return word;
  const text = textOf(message);
  if (text.includes('has condition DisruptionTarget')) return 'Preempted';
  const code = exitCodeIn(text);
  return code === EXIT_KILLED ? 'OutOfMemory' : (TRAINER_EXITS[code ?? 0] ?? word);
}

function trueConditions(conditions: unknown): ReadonlyMap<string, Condition> {
  if (!Array.isArray(conditions)) return new Map();
  return new Map(
    conditions
      .map(fieldsOf)
      .filter(({ status }) => status === 'True')
      .map(({ type, reason, message, lastTransitionTime }) => [
        textOf(type),
        { type: textOf(type), reason, message, lastTransitionTime },
      ]),
  );
}

/** The Status column, in the order in which Kubernetes decides what to print. */
function printedStatus(conditions: ReadonlyMap<string, Condition>, isRemoved: boolean): string {
  for (const type of ['Complete', 'Failed']) if (conditions.has(type)) return type;
  if (isRemoved) return 'Terminating';
  for (const type of ['Suspended', 'FailureTarget', 'SuccessCriteriaMet']) if (conditions.has(type)) return type;
  return 'Running';
}
