import { useQuery } from '@tanstack/react-query';
import { KEYS } from './cache.ts';
import { getAlgorithms, getClusters } from './service.ts';
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
