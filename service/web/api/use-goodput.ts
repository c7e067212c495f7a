import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type ChosenPeriod, momentsOf, writePeriod } from '../lib/goodput.ts';
import { KEYS } from './cache.ts';
import { getGoodput } from './service.ts';

/** Hours change slowly, and are some work to count. */
const FRESH_FOR_MS = 60_000;

export const useGoodput = (period: ChosenPeriod) =>
  useQuery({
    queryKey: [...KEYS.goodput, writePeriod(period)],
    queryFn: ({ signal }) => getGoodput(momentsOf(period, new Date()), signal),
    staleTime: FRESH_FOR_MS,
    placeholderData: keepPreviousData,
  });
