import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import { isNewer, withProgress } from '../lib/progress.ts';
import { tellTheJob, withEvents } from '../lib/row-events.ts';
import { withUse } from '../lib/utilisation.ts';
import type { Job, JobEvent, JobPage, ListedJob, ProgressNews } from './types.ts';

/** The names under which the page keeps what it fetched. A prefix stands for everything below it. */
export const KEYS = {
  auth: ['auth'],
  me: ['me'],
  algorithms: ['algorithms'],
  clusters: ['clusters'],
  summaries: ['summary'],
  filterValues: ['filters'],
  queue: ['queue'],
  goodput: ['goodput'],
  jobLists: ['jobs'],
  use: ['use'],
  comparison: ['comparison'],
  job: (id: string) => ['job', id],
  ofJob: (id: string, part: 'events' | 'pods' | 'manifest' | 'attempts' | 'runs' | 'curves' | 'outputs') => [
    'job',
    id,
    part,
  ],
} as const;

/** How often counts are read again while many jobs change. */
const SUMMARY_EVERY_MS = 1000;

/** Rows change where they stand: nothing is fetched again, and nothing moves under the reader's eyes. */
export const applyEvents = (queryClient: QueryClient, events: readonly JobEvent[]): void => {
  setRows(queryClient, (jobs) => withEvents(jobs, events));
  if (!tellTheJob(events)) void queryClient.invalidateQueries({ queryKey: KEYS.jobLists });
  for (const id of new Set(events.map(({ jobId }) => jobId))) {
    void queryClient.invalidateQueries({ queryKey: KEYS.job(id) });
  }
  refreshCounts(queryClient);
};

/** How far trainings are, where it is shown. */
export const applyProgress = (queryClient: QueryClient, news: ReadonlyMap<string, ProgressNews>): void => {
  setRows(queryClient, (jobs) => withProgress(jobs, news));
  for (const [id, { progress }] of news) {
    queryClient.setQueryData<Job>(KEYS.job(id), (job) =>
      job && isNewer(progress, job.progress) ? { ...job, progress } : job,
    );
  }
};

/** What jobs use, as just read, where it is shown. */
export const applyUse = (queryClient: QueryClient, read: readonly ListedJob[]): void =>
  setRows(queryClient, (jobs) => withUse(jobs, read));

const setRows = (queryClient: QueryClient, change: (jobs: readonly ListedJob[]) => readonly ListedJob[]): void => {
  queryClient.setQueriesData<InfiniteData<JobPage>>({ queryKey: KEYS.jobLists }, (lists) => {
    if (lists === undefined) return lists;
    const pages = lists.pages.map((page) => {
      const jobs = change(page.jobs);
      return jobs === page.jobs ? page : { ...page, jobs };
    });
    return pages.some((page, index) => page !== lists.pages[index]) ? { ...lists, pages } : lists;
  });
};

let counting: ReturnType<typeof setTimeout> | undefined;

const refreshCounts = (queryClient: QueryClient): void => {
  if (counting !== undefined) return;
  counting = setTimeout(() => {
    counting = undefined;
    void queryClient.invalidateQueries({ queryKey: KEYS.summaries });
  }, SUMMARY_EVERY_MS);
};
