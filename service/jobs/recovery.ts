import { factsOf, type Loss } from '../contract/reasons.ts';
import { exitCodeIn, TRAINER_EXITS } from '../contract/trainers.ts';
import type { LostAttempt, Recovery } from './attempt.ts';
import type { ClusterState, Job } from './job.ts';
import type { JobRequest } from './request.ts';
import type { RetryPolicy } from './retry-policy.ts';

// A job whose attempt was lost to what is not its own fault is tried again by the hub: the same job, under another name of its
// objects. Which step of that it is at stands in its row, so that whoever goes on with it after a kill does the same.

const FIRST_ATTEMPT: Recovery = { tries: 1, pinnedTo: [], memoryGiB: null, lost: null };

export const recoveryOf = ({ recovery }: Pick<Job, 'recovery'>): Recovery => recovery ?? FIRST_ATTEMPT;

/** What an end was lost to; null: to the job itself. A program of the user's tells it by its exit code alone. */
export function lossOf({ message, reason }: Pick<ClusterState, 'reason' | 'message'>): Loss | null {
  const lostTo = factsOf(reason)?.lostTo;
  if (lostTo) return lostTo;
  return reason === 'AppFailed' && TRAINER_EXITS[exitCodeIn(message) ?? 0] === 'TemporaryFailure'
    ? 'infrastructure'
    : null;
}

type Ended = Pick<ClusterState, 'reason' | 'message' | 'startedAt' | 'finishedAt'>;

/** undefined: nobody wants it to be tried again, or it was often enough. */
export function lostAttempt(
  job: Pick<Job, 'retryPolicy' | 'recovery'>,
  { reason, message, startedAt, finishedAt }: Ended,
  at: Date,
): LostAttempt | undefined {
  const policy = job.retryPolicy;
  const lostTo = lossOf({ reason, message });
  const { tries } = recoveryOf(job);
  if (!policy || lostTo === null || !policy.on.includes(lostTo) || tries >= policy.maxAttempts) return undefined;
  const endedAt = finishedAt ?? at.toISOString();
  return { lostTo, reason, message, startedAt, endedAt, backoffSeconds: backoffSeconds(policy, tries) };
}

/** The same after every end of the same number, so that it can be foreseen. */
function backoffSeconds({ backoff: { maxSeconds, seconds } }: RetryPolicy, tries: number): number {
  return Math.min(maxSeconds, seconds * 2 ** (tries - 1));
}

export const nextAttemptAt = ({ lost }: Recovery): Date | null =>
  lost && new Date(Date.parse(lost.endedAt) + lost.backoffSeconds * 1000);

/** A sentence for people, and the event of the end. */
export function wordsOfLoss(job: Pick<Job, 'retryPolicy' | 'recovery'>, lost: LostAttempt): string {
  const { tries } = recoveryOf(job);
  const most = job.retryPolicy?.maxAttempts ?? tries;
  const when = lost.backoffSeconds === 0 ? 'at once' : `${lost.backoffSeconds} s after its end`;
  return `Attempt ${tries} of ${most} was lost (${lost.reason}: ${lost.message}); the next begins ${when}`;
}

/** Why a job cannot go on in another cluster than the one that it has lost; undefined: it can. */
export function whyItStays({ request, retryPolicy, recovery }: Leaving, lost: ReadonlySet<string>): string | undefined {
  const { targetClusters } = request;
  if (!retryPolicy) return 'it has no retryPolicy';
  if (retryPolicy.elsewhere === undefined)
    return request.pvcName === undefined
      ? 'its volume is in that cluster alone, and its retryPolicy does not say that it may begin anew elsewhere (elsewhere: fromStart)'
      : `its retryPolicy does not say whether the other clusters reach its storage ${request.pvcName} (elsewhere: fromCheckpoint)`;
  if (targetClusters.length > 0 && targetClusters.every((name) => lost.has(name)))
    return 'it may go to no other cluster (targetClusters)';
  const { lost: isLost, tries } = recoveryOf({ recovery });
  return !isLost && tries >= retryPolicy.maxAttempts
    ? `this was attempt ${tries} of ${retryPolicy.maxAttempts}`
    : undefined;
}

type Leaving = Pick<Job, 'request' | 'retryPolicy' | 'recovery'>;

/** It is no longer bound to the cluster that its volume was in, and has another one where it goes. */
export function uprooted(recovery: Recovery, { pvcName }: Pick<JobRequest, 'pvcName'>): Recovery {
  return { ...recovery, pinnedTo: [], ...(pvcName === undefined && { volume: (recovery.volume ?? 1) + 1 }) };
}

const DEFAULT_MEMORY_FACTOR = 1.5;
/** Of what was asked for: a training that needs more than that needs another request. */
const MOST_MEMORY = 4;
/** As the request's own. */
const MAX_MEMORY_GIB = 32_768;
/** Whole MiB, as manifests have it. */
const inMebibytes = (gibibytes: number): number => Math.round(gibibytes * 1024) / 1024;

/** What the next attempt is given. */
export function nextAttempt(job: Pick<Job, 'retryPolicy' | 'recovery' | 'request' | 'clusters'>): Recovery {
  const { lost, memoryGiB, tries, volume } = recoveryOf(job);
  const asked = job.request.resources.instanceResources.memoryGiB;
  const factor = job.retryPolicy?.memoryFactor ?? DEFAULT_MEMORY_FACTOR;
  const most = Math.min(MAX_MEMORY_GIB, asked * MOST_MEMORY);
  const raised = lost?.lostTo === 'oom' ? Math.min(most, inMebibytes((memoryGiB ?? asked) * factor)) : memoryGiB;
  return {
    tries: tries + 1,
    pinnedTo: job.clusters,
    memoryGiB: raised,
    lost: null,
    ...(volume !== undefined && { volume }),
  };
}

/** The request as the present attempt is to run it. */
export function presentRequest({ recovery, request }: Pick<Job, 'recovery' | 'request'>): JobRequest {
  const memoryGiB = recovery?.memoryGiB;
  if (memoryGiB === null || memoryGiB === undefined) return request;
  const { instanceResources } = request.resources;
  return {
    ...request,
    resources: { ...request.resources, instanceResources: { ...instanceResources, memoryGiB } },
  };
}
