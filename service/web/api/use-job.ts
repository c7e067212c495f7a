import { useQuery } from '@tanstack/react-query';
import { KEYS } from './cache.ts';
import { useLive } from './live.tsx';
import {
  getJob,
  getJobAttempts,
  getJobEvents,
  getJobManifest,
  getJobOutputs,
  getJobPods,
  getLogRuns,
} from './service.ts';

// Events of the job make these stale (cache.ts), and read again while someone looks.

/** Read once the event stream is open: whatever happens after that is told. */
const useFollowed = <T>(
  queryKey: readonly string[],
  read: (signal: AbortSignal) => Promise<T>,
  everyMs: (read: T | undefined) => number | false = () => false,
) => {
  const { listening } = useLive();
  return useQuery({
    queryKey,
    queryFn: async ({ signal }) => {
      await listening;
      return read(signal);
    },
    refetchInterval: ({ state }) => everyMs(state.data as T | undefined),
  });
};

/** What a job uses is no event of it: while it runs it is read again now and then. */
const USE_EVERY_MS = 20_000;

export const useJob = (id: string) =>
  useFollowed(
    KEYS.job(id),
    (signal) => getJob(id, signal),
    (job) => job?.status === 'Running' && USE_EVERY_MS,
  );

export const useJobEvents = (id: string) => useFollowed(KEYS.ofJob(id, 'events'), (signal) => getJobEvents(id, signal));

export const useJobAttempts = (id: string) =>
  useFollowed(KEYS.ofJob(id, 'attempts'), (signal) => getJobAttempts(id, signal));

export const useJobManifest = (id: string) =>
  useFollowed(KEYS.ofJob(id, 'manifest'), (signal) => getJobManifest(id, signal));

export const useJobOutputs = (id: string) =>
  useFollowed(KEYS.ofJob(id, 'outputs'), (signal) => getJobOutputs(id, signal));

export const useLogRuns = (id: string) => useFollowed(KEYS.ofJob(id, 'runs'), (signal) => getLogRuns(id, signal));

/** A pod's own troubles are no events of the job: they are looked at again while the job is on its way. */
const PODS_EVERY_MS = 3000;

export const useJobPods = (id: string, active: boolean) =>
  useQuery({
    queryKey: KEYS.ofJob(id, 'pods'),
    queryFn: ({ signal }) => getJobPods(id, signal),
    refetchInterval: active ? PODS_EVERY_MS : false,
  });
