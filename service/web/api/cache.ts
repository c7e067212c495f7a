import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import { tellTheJob, withEvents } from '../lib/row-events.ts';
import type { JobEvent, JobPage } from './types.ts';

/** The names under which the page keeps what it fetched. A prefix stands for everything below it. */
export const KEYS = {
  auth: ['auth'],
  me: ['me'],
  algorithms: ['algorithms'],
  clusters: ['clusters'],
  summaries: ['summary'],
  filterValues: ['filters'],
  queue: ['queue'],
  jobLists: ['jobs'],
  job: (id: string) => ['job', id],
  ofJob: (id: string, part: 'events' | 'pods' | 'manifest' | 'attempts' | 'runs') => ['job', id, part],
} as const;

/** How often counts are read again while many jobs change. */
const SUMMARY_EVERY_MS = 1000;

/** Rows change where they stand: nothing is fetched again, and nothing moves under the reader's eyes. */
export const applyEvents = (queryClient: QueryClient, events: readonly JobEvent[]): void => {
  queryClient.setQueriesData<InfiniteData<JobPage>>({ queryKey: KEYS.jobLists }, (lists) => {
    if (lists === undefined) return lists;
    const pages = lists.pages.map((page) => {
      const jobs = withEvents(page.jobs, events);
      return jobs === page.jobs ? page : { ...page, jobs };
    });
    return pages.some((page, index) => page !== lists.pages[index]) ? { ...lists, pages } : lists;
  });
  if (!tellTheJob(events)) void queryClient.invalidateQueries({ queryKey: KEYS.jobLists });
  for (const id of new Set(events.map(({ jobId }) => jobId))) {
    void queryClient.invalidateQueries({ queryKey: KEYS.job(id) });
  }
  refreshCounts(queryClient);
};

let counting: ReturnType<typeof setTimeout> | undefined;

const refreshCounts = (queryClient: QueryClient): void => {
  if (counting !== undefined) return;
  counting = setTimeout(() => {
    counting = undefined;
    void queryClient.invalidateQueries({ queryKey: KEYS.summaries });
  }, SUMMARY_EVERY_MS);
};
