import { useQuery } from '@tanstack/react-query';
import { KEYS } from './cache.ts';
import { getJob, getJobAttempts, getJobEvents, getJobManifest, getJobPods, getLogRuns } from './service.ts';

// Events of the job make these stale (cache.ts), and read again while someone looks.

export const useJob = (id: string) => useQuery({ queryKey: KEYS.job(id), queryFn: ({ signal }) => getJob(id, signal) });

export const useJobEvents = (id: string) =>
  useQuery({ queryKey: KEYS.ofJob(id, 'events'), queryFn: ({ signal }) => getJobEvents(id, signal) });

export const useJobAttempts = (id: string) =>
  useQuery({ queryKey: KEYS.ofJob(id, 'attempts'), queryFn: ({ signal }) => getJobAttempts(id, signal) });

export const useJobManifest = (id: string) =>
  useQuery({ queryKey: KEYS.ofJob(id, 'manifest'), queryFn: ({ signal }) => getJobManifest(id, signal) });

export const useLogRuns = (id: string) =>
  useQuery({ queryKey: KEYS.ofJob(id, 'runs'), queryFn: ({ signal }) => getLogRuns(id, signal) });

/** A pod's own troubles are no events of the job: they are looked at again while the job is on its way. */
const PODS_EVERY_MS = 3000;

export const useJobPods = (id: string, active: boolean) =>
  useQuery({
    queryKey: KEYS.ofJob(id, 'pods'),
    queryFn: ({ signal }) => getJobPods(id, signal),
    refetchInterval: active ? PODS_EVERY_MS : false,
  });
