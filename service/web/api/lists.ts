import { useQuery } from '@tanstack/react-query';
import { KEYS } from './cache.ts';
import { getAlgorithms, getClusters } from './service.ts';

/** They change only with the service itself. */
export const useAlgorithms = () =>
  useQuery({
    queryKey: KEYS.algorithms,
    queryFn: ({ signal }) => getAlgorithms(signal),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Readiness and capacity have no events: read again now and then while someone looks. */
export const useClusters = (everyMs: number | false = false) =>
  useQuery({
    queryKey: KEYS.clusters,
    queryFn: ({ signal }) => getClusters(signal),
    staleTime: 5_000,
    refetchInterval: everyMs,
  });
