import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import { isFinished } from '../lib/job-state.ts';
import type { JobPage } from './service.ts';
import type { JobEvent, ListedJob } from './types.ts';

/** The names under which the page keeps what it fetched. A prefix stands for everything below it. */
export const KEYS = {
  auth: ['auth'],
  me: ['me'],
  algorithms: ['algorithms'],
  clusters: ['clusters'],
  summaries: ['summary'],
  jobLists: ['jobs'],
  job: (id: string) => ['job', id],
  ofJob: (id: string, part: 'events' | 'pods' | 'manifest' | 'attempts') => ['job', id, part],
} as const;

/** How often counts are read again while many jobs change. */
const SUMMARY_EVERY_MS = 1000;

/** Rows change where they stand: nothing is fetched again, and nothing moves under the reader's eyes. */
export const applyEvents = (queryClient: QueryClient, events: readonly JobEvent[]): void => {
  const byJob = new Map<string, JobEvent[]>();
  for (const event of events) byJob.set(event.jobId, [...(byJob.get(event.jobId) ?? []), event]);
  queryClient.setQueriesData<InfiniteData<JobPage>>({ queryKey: KEYS.jobLists }, (lists) => {
    if (lists === undefined) return lists;
    let touched = false;
    const pages = lists.pages.map((page) => {
      if (!page.jobs.some((job) => byJob.has(job.id))) return page;
      touched = true;
      const jobs = page.jobs.filter((job) => !byJob.get(job.id)?.some(isDeletion));
      return { ...page, jobs: jobs.map((job) => (byJob.get(job.id) ?? []).reduce(withEvent, job)) };
    });
    return touched ? { ...lists, pages } : lists;
  });
  for (const id of byJob.keys()) void queryClient.invalidateQueries({ queryKey: KEYS.job(id) });
  refreshCounts(queryClient);
};

/** The last event of a job: there is nothing left to look at. */
const isDeletion = (event: JobEvent): boolean => event.reason === 'Deleted';

/** The end of a disturbance; what the job was doing before is not said again. */
const isRelief = (event: JobEvent): boolean => event.reason === 'ClusterReachable';

const withEvent = (job: ListedJob, event: JobEvent): ListedJob => ({
  ...job,
  status: event.status,
  reason: isRelief(event) ? event.status : event.reason,
  message: isRelief(event) ? '' : event.message,
  clusters: event.cluster !== null && job.clusters.length === 0 ? [event.cluster] : job.clusters,
  startedAt: job.startedAt ?? (event.status === 'Running' ? event.at : null),
  finishedAt: job.finishedAt ?? (isFinished(event.status) ? event.at : null),
  updatedAt: event.at,
});

let counting: ReturnType<typeof setTimeout> | undefined;

const refreshCounts = (queryClient: QueryClient): void => {
  if (counting !== undefined) return;
  counting = setTimeout(() => {
    counting = undefined;
    void queryClient.invalidateQueries({ queryKey: KEYS.summaries });
  }, SUMMARY_EVERY_MS);
};
