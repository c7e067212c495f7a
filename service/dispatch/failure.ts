import { factsOf } from '../contract/reasons.ts';
import { isFinished, type Job } from '../jobs/job.ts';
import { KarmadaError, type KarmadaFailure } from '../karmada/errors.ts';
import type { CommonObstacle } from '../store/store.ts';
import { Refusal } from './create.ts';
import type { Pause } from './outage.ts';
import { failed, type Obstacle, type Outcome, waiting } from './outcome.ts';
import { retryDelay } from './pacing.ts';
import { reasonOf } from './remove.ts';

/** What the user is told of each failure that time or an administrator cures. */
const OBSTACLES: Readonly<Record<KarmadaFailure, Omit<Obstacle, 'detail'>>> = {
  unavailable: { reason: 'KarmadaUnavailable', message: 'Karmada does not answer; it is asked again until it does' },
  unauthenticated: { reason: 'KarmadaUnauthenticated', message: "Karmada does not accept the service's credentials" },
  forbidden: { reason: 'KarmadaForbidden', message: 'Karmada does not let the service do what this job needs' },
  refused: { reason: 'KarmadaRefused', message: 'Karmada refuses what was asked; it is asked again' },
  namespaceMissing: { reason: 'NamespaceMissing', message: 'The namespace has gone from Karmada; it is made again' },
  conflict: {
    reason: 'KarmadaConflict',
    message: 'Somebody changed it on Karmada at the same time; it is tried again',
  },
  garbled: { reason: 'KarmadaGarbled', message: "Karmada's answer cannot be read; it is asked again" },
  memberUnavailable: {
    reason: 'ClusterUnavailable',
    message: 'A cluster does not answer; it is asked again until it does',
  },
  unknownCluster: { reason: 'ClusterUnknown', message: 'Karmada does not know the cluster; it is asked again' },
  missing: { reason: 'KarmadaConflict', message: 'An object has gone meanwhile; it is tried again' },
  notReady: { reason: 'KarmadaUnavailable', message: 'Karmada is not ready; it is asked again until it is' },
  expired: { reason: 'KarmadaConflict', message: 'What was read is too old; it is read again' },
};

/** What a server answered tells the user something; whose address refuses connections does not, and is in the log. */
function detailOf({ failure, message, words }: KarmadaError): string {
  if (failure === 'memberUnavailable') return '';
  return failure === 'unavailable' ? words : message;
}

/** What becomes of the job after a step that threw: a refusal ends it, all else waits and says why. */
export function afterFailure(job: Job, error: unknown, attempts: number): Outcome {
  if (error instanceof Refusal) return failed('Refused', error.message);
  const retryAfter = error instanceof KarmadaError ? (error.retryAfterSeconds ?? 0) : 0;
  const dueInSeconds = Math.max(retryDelay(attempts), retryAfter);
  const outcome = waitingFor(job, error, dueInSeconds);
  return { ...outcome, next: { dueInSeconds, failed: true } };
}

export function waitingFor(job: Job, error: unknown, dueInSeconds: number): Outcome {
  if (runsAsWanted(job)) return { set: {}, next: { dueInSeconds } };
  const why = whyOf(error);
  const reason = ['cancel', 'delete'].includes(job.wanted) ? reasonOf(job) : why.reason;
  return waiting(job, { ...why, reason }, dueInSeconds);
}

/** What every job is told while the control plane does not answer. */
export function obstacleOf({ cause }: Pause): CommonObstacle {
  const { reason, message, detail } = whyOf(cause);
  return { reason, message: detail ? `${message}: ${detail}` : message };
}

function whyOf(error: unknown): Obstacle {
  if (error instanceof KarmadaError) {
    const obstacle = OBSTACLES[error.failure];
    const detail = detailOf(error);
    return detail === '' ? obstacle : { ...obstacle, detail };
  }
  // The words of a mistake of ours are for the log.
  return { reason: 'InternalError', message: 'The service made a mistake (its log has it); it is tried again' };
}

/** Its state comes from its cluster, or is final: that we could not look after it just now is no news about the job. */
const runsAsWanted = (job: Job): boolean =>
  job.wanted !== 'delete' &&
  (isFinished(job.status) || (job.wanted === 'run' && job.clusters.length > 0 && !isBeingResumed(job)));

const isBeingResumed = ({ reason }: Job): boolean => factsOf(reason)?.suspension === true;
