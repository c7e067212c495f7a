import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';

/** Karmada's proxy opens a TLS session to the member for each request and keeps none: that is what a request costs. */
export interface ProxyCost {
  /** One session takes from this long ... */
  readonly leastMs: number;
  /** ... to this long, drawn anew for each. */
  readonly mostMs: number;
  /** So many are opened side by side; the others wait for their turn. */
  readonly atOnce: number;
}

/** As measured on a real one: 12 to 18 ms by itself, and with 32 in flight about 190 a second. */
export const REAL_PROXY_COST: ProxyCost = { leastMs: 12, mostMs: 18, atOnce: 3 };

const pause = (ms: number, signal?: AbortSignal): Promise<unknown> =>
  sleep(ms, undefined, signal ? { signal } : {}).catch(() => {});

/** Resolves when the proxy would have its session, or when the caller has hung up. */
export function createSessions(
  { leastMs, mostMs, atOnce }: ProxyCost,
  wait = pause,
): (signal?: AbortSignal) => Promise<unknown> {
  const limit = pLimit(atOnce);
  return (signal) => limit(() => wait(leastMs + Math.random() * (mostMs - leastMs), signal));
}
