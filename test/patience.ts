import { setTimeout as sleep } from 'node:timers/promises';

/**
 * How long a test waits for what must come: milliseconds on an idle machine, and never so long on the busiest. Only a test that fails
 * waits to the end of it. What takes longer than this by itself says so where it is.
 */
export const PATIENCE_MS = 60_000;

const MIN_PAUSE_MS = 5;
const MAX_PAUSE_MS = 40;

/** What is seen as soon as it holds; where that never comes, what was seen last is told. */
export async function eventually<T>(
  look: () => T | Promise<T>,
  holds: (seen: T) => boolean,
  { what = '', patienceMs = PATIENCE_MS }: { what?: string; patienceMs?: number } = {},
): Promise<T> {
  // By a clock that no test sets.
  const startedAt = performance.now();
  for (;;) {
    const seen = await look();
    if (holds(seen)) return seen;
    const waited = performance.now() - startedAt;
    if (waited > patienceMs)
      throw new Error(`Waited ${patienceMs} ms in vain${what && ` for: ${what}`}; last seen: ${JSON.stringify(seen)}`);
    // What comes soon is seen soon, and what takes long is not asked for all the time.
    await sleep(Math.min(Math.max(waited / 20, MIN_PAUSE_MS), MAX_PAUSE_MS));
  }
}
