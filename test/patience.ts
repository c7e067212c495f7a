import { setTimeout as sleep } from 'node:timers/promises';

/**
 * How long a test waits for what must come: milliseconds on an idle machine, and never so long on the busiest. Only a test that fails
 * waits to the end of it. What takes longer than this by itself says so where it is.
 */
export const PATIENCE_MS = 60_000;

/** What is seen as soon as it holds; where that never comes, what was seen last is told. */
export async function eventually<T>(
  look: () => T | Promise<T>,
  holds: (seen: T) => boolean,
  { what = '', patienceMs = PATIENCE_MS }: { what?: string; patienceMs?: number } = {},
): Promise<T> {
  // By a clock that no test sets.
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const seen = await look();
    if (holds(seen)) return seen;
    if (performance.now() > deadline)
      throw new Error(`Waited ${patienceMs} ms in vain${what && ` for: ${what}`}; last seen: ${JSON.stringify(seen)}`);
    await sleep(10);
  }
}
