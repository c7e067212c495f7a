import { factsOf, type Reason } from '../contract/reasons.ts';
import { isFinished, type JobEvent } from '../jobs/job.ts';

/** What people want to be told of: an end, and what does not go on unless somebody does something. */
type NoticeType = 'job.succeeded' | 'job.failed' | 'job.cancelled' | 'job.stuck' | 'job.retried';

export function noticeOf({ status, previous, reason, job }: JobEvent): NoticeType | undefined {
  if (job === null) return undefined;
  if (isFinished(status)) {
    if (previous === status) return undefined;
    if (status === 'Succeeded') return 'job.succeeded';
    return factsOf(reason)?.stopped === 'cancelled' ? 'job.cancelled' : 'job.failed';
  }
  if (reason === ('AwaitingAttempt' satisfies Reason)) return 'job.retried';
  return factsOf(reason)?.attention ? 'job.stuck' : undefined;
}

/** What is sent; additions are possible, nothing is taken away. */
export const messageOf = (type: NoticeType, event: JobEvent) => ({
  type,
  timestamp: event.at,
  data: {
    jobId: event.jobId,
    // An id is the name and eight hexadecimal digits.
    jobName: event.jobId.slice(0, -9),
    namespace: event.namespace,
    status: event.status,
    reason: event.reason,
    message: event.message,
    cluster: event.cluster,
    clusters: event.job?.clusters ?? [],
    attempt: event.job?.attempt ?? null,
    startedAt: event.job?.startedAt ?? null,
    finishedAt: event.job?.finishedAt ?? null,
  },
});
