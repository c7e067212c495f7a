import type { JobEvent, ListedJob } from '../api/types.ts';

/** The rows after the events: nothing is concluded from an event's words, each says how it left the job. */
export function withEvents(jobs: readonly ListedJob[], events: readonly JobEvent[]): readonly ListedJob[] {
  const byJob = new Map<string, JobEvent[]>();
  for (const event of events) byJob.set(event.jobId, [...(byJob.get(event.jobId) ?? []), event]);
  if (!jobs.some(({ id }) => byJob.has(id))) return jobs;
  return jobs.flatMap((job) => {
    const told = byJob.get(job.id) ?? [];
    return told.some(({ job: left }) => left === null) ? [] : [told.reduce(withEvent, job)];
  });
}

/** An event that comes late is older than the row: the list was read after it happened. */
const withEvent = (job: ListedJob, { job: left }: JobEvent): ListedJob =>
  left && left.updatedAt >= job.updatedAt ? { ...job, ...left } : job;

/** Events of an earlier version of the service do not say it: the list has to be read again. */
export const tellTheJob = (events: readonly JobEvent[]): boolean => events.every(({ job }) => job !== undefined);
