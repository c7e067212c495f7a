import { type InfiniteData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo } from 'react';
import { applyUse, KEYS } from '../../api/cache.ts';
import { useLive } from '../../api/live.tsx';
import { FIRST_PAGE_SIZE, getSummary, listJobs, PAGE_SIZE } from '../../api/service.ts';
import type { JobEvent, JobPage } from '../../api/types.ts';
import { type JobFilters, NEWEST_FIRST } from '../../lib/filters.ts';
import { withEvents } from '../../lib/row-events.ts';
import { lastKnownList, rememberList } from './last-known-list.ts';

/** How long the page listens for more before it asks how many jobs are new. */
const PROBE_AFTER_MS = 400;
/** More are shown as "99+". */
export const MAX_NEW = 100;

/**
 * The list as it was read, page by page. Events change its rows where they stand (api/cache.ts); what is new at the top is
 * only counted, until `showNew` is called: nothing moves while one reads.
 */
export const useJobList = (filters: JobFilters) => {
  const queryClient = useQueryClient();
  const { listening, onEvents } = useLive();
  const queryKey = useMemo(() => [...KEYS.jobLists, filters], [filters]);
  const newKey = useMemo(() => ['new-jobs', filters], [filters]);
  const kept = useMemo(() => lastKnownList(filters), [filters]);

  const list = useInfiniteQuery({
    queryKey,
    queryFn: async ({ pageParam, signal }) => {
      await listening;
      const heard: JobEvent[] = [];
      const stopListening = onEvents((events) => heard.push(...events));
      const size = pageParam === null ? FIRST_PAGE_SIZE : PAGE_SIZE;
      const read = await listJobs(filters, pageParam, size, signal).finally(stopListening);
      // What happened while it was read may or may not be in it.
      const page = { ...read, jobs: [...withEvents(read.jobs, heard)] };
      if (pageParam === null) rememberList(filters, page);
      return page;
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    // Comparing ten thousand rows with each other after each page would be most of the work.
    structuralSharing: false,
    // The event stream keeps it up to date; a list kept from before a reload is shown, and read again.
    staleTime: Number.POSITIVE_INFINITY,
    ...(kept && { initialData: { pages: [kept.page], pageParams: [null] }, initialDataUpdatedAt: 0 }),
  });
  const jobs = useMemo(() => list.data?.pages.flatMap((page) => page.jobs) ?? [], [list.data]);

  const newest = jobs.reduce((latest, job) => (job.createdAt > latest ? job.createdAt : latest), '');
  const arrived = useQuery({
    queryKey: newKey,
    queryFn: async ({ signal }) =>
      (await listJobs({ ...filters, sort: NEWEST_FIRST }, null, MAX_NEW, signal)).jobs.map((job) => job.createdAt),
    enabled: list.data !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnMount: 'always',
  });
  const newCount = arrived.data?.filter((createdAt) => createdAt > newest).length ?? 0;

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = onEvents((events) => {
      if (!events.some((event) => event.previous === null)) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        void queryClient.invalidateQueries({ queryKey: newKey });
      }, PROBE_AFTER_MS);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [onEvents, queryClient, newKey]);

  const { refetch } = list;
  /** Reads the top again and lets go of what was loaded further down. */
  const showNew = useCallback(async () => {
    queryClient.setQueryData<InfiniteData<JobPage, string | null>>(
      queryKey,
      (data) => data && { pages: data.pages.slice(0, 1), pageParams: data.pageParams.slice(0, 1) },
    );
    await refetch();
  }, [queryClient, queryKey, refetch]);

  // Nobody is reading an empty list: its first job need not be asked for.
  const isEmpty = list.isSuccess && jobs.length === 0;
  useEffect(() => {
    if (isEmpty && newCount > 0) void showNew();
  }, [isEmpty, newCount, showNew]);

  return { list, jobs, newCount, showNew };
};

export const useSummary = (filters: JobFilters) => {
  const { state: _, sort: __, ...others } = filters;
  return useQuery({
    queryKey: [...KEYS.summaries, others],
    queryFn: ({ signal }) => getSummary(others, signal),
    placeholderData: (previous) => previous,
  });
};

const USE_EVERY_MS = 60_000;

/** What jobs use is no event: while it is shown it is read again now and then, of the first that run. */
export const useFreshUse = (filters: JobFilters, isShown: boolean): void => {
  const queryClient = useQueryClient();
  useQuery({
    queryKey: [...KEYS.use, filters],
    queryFn: async ({ signal }) => {
      const { jobs } = await listJobs({ ...filters, state: 'Running' }, null, PAGE_SIZE, signal);
      applyUse(queryClient, jobs);
      return null;
    },
    // The list has just been read, with it.
    initialData: null,
    enabled: isShown && ['', 'Running'].includes(filters.state),
    staleTime: USE_EVERY_MS,
    refetchInterval: USE_EVERY_MS,
  });
};
