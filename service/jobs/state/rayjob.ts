import type { Reason } from '../../contract/reasons.ts';
import { EXIT_KILLED, endingOf, exitCodeIn } from '../../contract/trainers.ts';
import { fieldsOf } from '../fields.ts';
import type { ClusterState } from '../job.ts';
import { type CellsOf, printCells, STATE_COLUMNS } from './cells.ts';
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

/** What KubeRay wrote about a RayJob: see `jobStatus` (Ray's own view) and `jobDeploymentStatus` (the operator's). */
export function fromRayJob(object: { readonly spec?: unknown; readonly status?: unknown }): ClusterState {
  const status = fieldsOf(object.status);
  const cells: RayJobCells = {
    'job status': textOf(status.jobStatus),
    'deployment status': textOf(status.jobDeploymentStatus),
    'ray cluster name': textOf(status.rayClusterName),
    'start time': timeOf(status.startTime),
    'end time': timeOf(status.endTime),
  };
  const plain = fromRayJobCells(cells);
  if (plain) return plain;
  const verdict = judge({
    ...statesIn(cells),
    reason: status.reason,
    hasRetriesLeft: countOf(fieldsOf(object.spec).backoffLimit) > countOf(status.failed),
  });
  const said = verdict.reason === 'AppFailed' ? saidOfEnd(textOf(status.message)) : undefined;
  const told = said ? { ...verdict, reason: said.reason } : verdict;
  return stateOf(cells, told, messageOf(said?.sentence ?? status.message) || verdict.otherwise);
}

/** Whatever the program prints, memory is what it lacked: nothing but the kernel, or Ray before that, ends it so. */
function saidOfEnd(message: string): { readonly reason: Reason; readonly sentence?: string } | undefined {
  if (exitCodeIn(message) === EXIT_KILLED || message.includes('ray.exceptions.OutOfMemoryError'))
    return { reason: 'OutOfMemory' };
  return endingOf(message);
}

/**
 * The same from the columns of a Table, so that a job that simply goes on costs no further request. undefined: the object has more to
 * say, which is why something failed and whether it is tried again. What Ray writes about jobs that go on ("Job is currently running.")
 * adds nothing to our own words.
 */
export function fromRayJobCells(cells: RayJobCells): ClusterState | undefined {
  // Older versions of KubeRay print fewer columns.
  if (STATE_COLUMNS.RayJob.some((column) => cells[column] === undefined)) return undefined;
  const verdict = judge({ ...statesIn(cells), reason: undefined, hasRetriesLeft: false });
  if (verdict.status === 'Failed' || verdict.reason === 'Retrying') return undefined;
  return stateOf(cells, verdict, verdict.otherwise);
}

type RayJobCells = CellsOf<'RayJob'>;

const statesIn = (cells: RayJobCells): Pick<Said, 'job' | 'deployment'> => ({
  job: (cells['job status'] ?? '').toUpperCase(),
  deployment: cells['deployment status'] ?? '',
});

function stateOf(cells: RayJobCells, { status, reason }: Verdict, message: string): ClusterState {
  return {
    status,
    reason,
    message,
    startedAt: timeOf(cells['start time']),
    finishedAt: timeOf(cells['end time']),
    columns: printCells('RayJob', cells),
    rayCluster: cells['ray cluster name'] || null,
  };
}

interface Said {
  readonly job: string;
  readonly deployment: string;
  readonly reason: unknown;
  readonly hasRetriesLeft: boolean;
}

/** The operator's view comes first: it ends a job that Ray still calls running, and starts over one that Ray calls failed. */
function judge({ job, deployment, reason, hasRetriesLeft }: Said): Verdict {
  switch (deployment) {
    case 'Failed':
      return failed(
        reasonOf(reason, job === 'FAILED' ? 'AppFailed' : 'DeploymentFailed'),
        'KubeRay says that the job failed',
      );
    case 'ValidationFailed':
      return failed('ValidationFailed', 'KubeRay finds the RayJob invalid');
    case 'Retrying':
      return pending('Retrying', 'The last try failed; KubeRay starts another');
    case 'Suspending':
      return pending('Suspending', 'Its pods are being removed');
    case 'Suspended':
      return pending('Suspended', 'Suspended in its cluster; resume starts it again');
    case 'Waiting':
      return pending('Waiting', 'The Ray cluster waits for a job to be submitted');
    case 'Complete':
      return ended(job) ?? failed('OutcomeUnknown', `KubeRay calls it complete while Ray says ${job || 'nothing'}`);
    default:
      // Ray may call it failed before KubeRay has decided on another try.
      if (job === 'FAILED' && hasRetriesLeft) return pending('Retrying', 'The last try failed; KubeRay starts another');
      return ended(job) ?? underWay(job, deployment);
  }
}

function ended(job: string): Verdict | undefined {
  if (job === 'SUCCEEDED') return succeeded('The job finished');
  if (job === 'FAILED') return failed('AppFailed', 'The program of the job failed');
  if (job === 'STOPPED') return failed('Stopped', 'The job was stopped in its Ray cluster');
  return undefined;
}

function underWay(job: string, deployment: string): Verdict {
  if (job === 'RUNNING') return running('The program of the job runs');
  if (job !== '') return pending('Submitted', 'Ray has the job and starts it; its log says what it waits for');
  if (deployment === '') return pending('Created', 'In its cluster, where KubeRay has not taken it up yet');
  if (deployment === 'Running') return pending('Submitting', 'The Ray cluster is up; the job is being submitted to it');
  return pending('Starting', 'Its Ray cluster is starting');
}
