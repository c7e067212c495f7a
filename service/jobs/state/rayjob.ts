import { fieldsOf } from '../fields.ts';
import type { ClusterState } from '../job.ts';
import { printCells } from './cells.ts';
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
  const verdict = judge({
    job: textOf(status.jobStatus).toUpperCase(),
    deployment: textOf(status.jobDeploymentStatus),
    reason: status.reason,
    hasRetriesLeft: countOf(fieldsOf(object.spec).backoffLimit) > countOf(status.failed),
  });
  const startedAt = timeOf(status.startTime);
  const finishedAt = timeOf(status.endTime);
  const rayCluster = textOf(status.rayClusterName) || null;
  return {
    status: verdict.status,
    reason: verdict.reason,
    message: messageOf(status.message) || verdict.otherwise,
    startedAt,
    finishedAt,
    columns: printCells('RayJob', {
      'job status': textOf(status.jobStatus),
      'deployment status': textOf(status.jobDeploymentStatus),
      'ray cluster name': rayCluster,
      'start time': startedAt,
      'end time': finishedAt,
    }),
    rayCluster,
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
  if (job !== '') return pending('Submitted', 'Ray has the job and starts it');
  if (deployment === '') return pending('Created', 'In its cluster, where KubeRay has not taken it up yet');
  if (deployment === 'Running') return pending('Submitting', 'The Ray cluster is up; the job is being submitted to it');
  return pending('Starting', 'Its Ray cluster is starting');
}
