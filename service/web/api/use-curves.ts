import { useQuery } from '@tanstack/react-query';
import { isFinished } from '../lib/job-state.ts';
import { KEYS } from './cache.ts';
import { compareJobs, getJobCurves } from './service.ts';

/** What trainings tell is written every second or so, and nobody sees more of a curve than that. */
const CURVES_EVERY_MS = 3000;

export const useCurves = (id: string, goesOn: boolean) =>
  useQuery({
    queryKey: KEYS.ofJob(id, 'curves'),
    queryFn: ({ signal }) => getJobCurves(id, signal),
    refetchInterval: goesOn ? CURVES_EVERY_MS : false,
  });

export const useComparison = (ids: readonly string[]) =>
  useQuery({
    queryKey: [...KEYS.comparison, ...ids],
    queryFn: ({ signal }) => compareJobs(ids, signal),
    refetchInterval: ({ state: { data } }) =>
      data?.jobs.every(({ status }) => isFinished(status)) ? false : CURVES_EVERY_MS,
  });
