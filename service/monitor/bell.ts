import type { Clock } from './clock.ts';

/** Wakes who sleeps. Rung while nobody does, it keeps the next sleep from beginning. */
export interface Bell {
  ring(): void;
  /** Until it rings, but no longer than this. */
  sleep(ms: number): Promise<void>;
}

export function createBell(clock: Clock): Bell {
  let rung = new AbortController();
  return {
    ring: () => rung.abort(),
    async sleep(ms) {
      if (!rung.signal.aborted) await clock.sleep(ms, rung.signal);
      rung = new AbortController();
    },
  };
}
