/** A failing cluster is asked again after at most this long. */
const MAX_REST_MS = 30_000;

/**
 * How long a cluster rests after so many failures in a row. One failure costs nothing: it is asked again at the next tick.
 * Each further one doubles the rest; half of it is drawn by lot, so that clusters that failed together do not come back together.
 */
export function restAfter(failures: number, intervalMs: number, random: () => number = Math.random): number {
  if (failures <= 1) return 0;
  // 2 ** 20 seconds is long past the cap; the bound keeps the power finite.
  const full = Math.min(MAX_REST_MS, intervalMs * 2 ** Math.min(failures - 1, 20));
  return full * (0.5 + 0.5 * random());
}

/** The first deadline of a query: shorter than a tick, so that a healthy cluster never has two under way. */
const SHARE_OF_TICK = 0.9;
const MAX_DEADLINE_MS = 15_000;

/**
 * A cluster that timed out is given twice as long the next time, so that one which is merely slow does answer in the end.
 * It skips the ticks that pass meanwhile; nobody else waits for it.
 */
export function deadlineAfter(timeouts: number, intervalMs: number): number {
  const first = Math.min(SHARE_OF_TICK * intervalMs, MAX_DEADLINE_MS);
  return Math.min(MAX_DEADLINE_MS, first * 2 ** Math.min(timeouts, 20));
}
