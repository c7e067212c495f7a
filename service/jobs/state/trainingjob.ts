import type { AnyReason } from '../../contract/reasons.ts';
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

/** What the operator in the member wrote about a TrainingJob. */
export function fromTrainingJob(object: { readonly spec?: unknown; readonly status?: unknown }): ClusterState {
  const status = fieldsOf(object.status);
  const state = textOf(status.state);
  const verdict = judge(state, status, fieldsOf(object.spec).suspend === true);
  const said = state === 'Failed' ? messageOf(status.failureMessage) : '';
  return {
    status: verdict.status,
    reason: verdict.reason,
    message: said || messageOf(status.message) || verdict.otherwise,
    startedAt: timeOf(status.startTime),
    finishedAt: timeOf(status.completionTime),
    columns: printCells('TrainingJob', {
      State: state,
      Attempt: typeof status.attempt === 'number' ? String(status.attempt) : '',
      Reason: textOf(status.reason),
    }),
    rayCluster: null,
  };
}

/** Kubernetes' word is for a pod that runs out of memory again and again as it starts; this is an end. */
const failureOf = (reason: string): AnyReason =>
  reason === 'OOMKilled' ? 'OutOfMemory' : reasonOf(reason, 'AppFailed');

function judge(state: string, status: Readonly<Record<string, unknown>>, isToBeSuspended: boolean): Verdict {
  switch (state) {
    case 'Completed':
      return succeeded('The training is complete');
    case 'Failed':
      return failed(failureOf(textOf(status.failureReason)), 'The training failed');
    case 'Suspended':
      return pending('Suspended', 'Suspended in its cluster; resume starts it again from its last checkpoint');
    case '':
      return pending('Created', 'In its cluster, where the operator of TrainingJobs has not taken it up yet');
    default:
      if (isToBeSuspended) return pending('Suspending', 'Its pods are being removed');
      if (state === 'Running') return running('The training runs');
      // Restarts are counted, resumptions are not.
      return countOf(status.restartCount) > 0
        ? pending('Retrying', 'All its workers are started again, from the last checkpoint')
        : pending('Starting', 'Its workers are starting');
  }
}
