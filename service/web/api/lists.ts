import { useQuery } from '@tanstack/react-query';
import { KEYS } from './cache.ts';
import { getAlgorithms, getClusters, getFilterValues, getQueue } from './service.ts';
import type { Clusters } from './types.ts';

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
    select: clustersOf,
  });

const clustersOf = ({ clusters }: Clusters) => clusters;

const KARMADA_EVERY_MS = 15_000;

/** Since when Karmada does not answer the service; null when it does, or when that cannot be told. */
export const useKarmadaAway = (): string | null =>
  useQuery({
    queryKey: KEYS.clusters,
    queryFn: ({ signal }) => getClusters(signal),
    staleTime: 5_000,
    refetchInterval: KARMADA_EVERY_MS,
    select: ({ unreachableSince }) => unreachableSince,
  }).data ?? null;

/** Who opens the list again may find new ones; while one looks at it they are no news. */
export const useFilterValues = () =>
  useQuery({ queryKey: KEYS.filterValues, queryFn: ({ signal }) => getFilterValues(signal), staleTime: 15_000 });

const QUEUE_EVERY_MS = 5000;

/** Places change with every job that comes or goes: read again now and then, while somebody waits. */
export const useQueue = (waits: boolean) =>
  useQuery({
    queryKey: KEYS.queue,
    queryFn: ({ signal }) => getQueue(signal),
    enabled: waits,
    refetchInterval: QUEUE_EVERY_MS,
  });
