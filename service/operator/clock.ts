/** Time, handed in so that tests need not wait for it. */
export interface Clock {
  /** Milliseconds that never go back, and go on while the process is stopped. */
  now(): number;
  /** What is returned calls it off. */
  after(ms: number, act: () => void): () => void;
}

/** Longer ones, setTimeout would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, act) {
    const timer = setTimeout(act, Math.min(MAX_TIMER_MS, Math.max(0, ms)));
    return () => clearTimeout(timer);
  },
};
