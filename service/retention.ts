import { setTimeout as rest } from 'node:timers/promises';
import type { Expired, RetentionStore } from './store/store.ts';

/** What is kept of jobs that have ended, of which nothing is left in any cluster. 0: for ever, or as many as there are. */
interface RetentionRules {
  readonly jobSeconds: number;
  readonly jobsPerNamespace: number;
  readonly logSeconds: number;
}

export interface RetentionOptions {
  readonly store: RetentionStore;
  readonly rules: RetentionRules;
  onRemoved(what: Expired['what'], count: number): void;
}

/** A statement that removes may take about so long: the events of all others are told when it has ended, and not before. */
const STATEMENT_MS = 50;
const FIRST_BATCH = 100;
const MIN_BATCH = 10;
export const MAX_BATCH = 2_000;
/** Jobs of earlier versions that are given back to the dispatcher in a minute, which is 50 ms each. */
const LOOKED_AFTER = 1_000;

/**
 * Removes what is over, bit by bit: each statement is short, and after it the database belongs to the others for as long as it took.
 * Two replicas that do this at a time take different rows.
 */
export async function removeExpired(options: RetentionOptions, signal: AbortSignal): Promise<void> {
  const { rules, store } = options;
  await store.lookAfterEnded(LOOKED_AFTER);
  const over = rules.jobsPerNamespace > 0 ? await store.namespacesOver(rules.jobsPerNamespace) : [];
  const expired: Expired[] = [
    { what: 'key' },
    { what: 'event' },
    ...(rules.logSeconds > 0 ? [{ what: 'log', olderThanSeconds: rules.logSeconds } as const] : []),
    ...(rules.jobSeconds > 0 ? [{ what: 'job', olderThanSeconds: rules.jobSeconds } as const] : []),
    ...over,
  ];
  for (const each of expired) await removeAll(options, each, signal);
}

async function removeAll({ onRemoved, store }: RetentionOptions, expired: Expired, signal: AbortSignal): Promise<void> {
  let size = FIRST_BATCH;
  while (!signal.aborted) {
    const began = performance.now();
    const { isMore, removed } = await store.remove(expired, size);
    const took = performance.now() - began;
    if (removed > 0) onRemoved(expired.what, removed);
    if (!isMore) return;
    size = nextBatch(size, took);
    await rest(took, undefined, { signal }).catch(() => undefined);
  }
}

const nextBatch = (size: number, took: number): number =>
  Math.round(Math.min(MAX_BATCH, size * 2, Math.max(MIN_BATCH, (size * STATEMENT_MS) / Math.max(took, 1))));
