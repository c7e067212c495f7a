import { ApiError } from '../../kube/status.ts';

/** Runs steps later, each key having at most one waiting; simulated seconds pass `speed` times as fast as real ones. */
export interface LifeClock {
  readonly speed: number;
  later(key: string, seconds: number, step: () => void): void;
  cancel(key: string): void;
  stop(): void;
}

/** Longer ones, setTimeout would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export function createLifeClock(speed: number): LifeClock {
  const timers = new Map<string, NodeJS.Timeout>();
  let stopped = false;
  return {
    speed,
    later(key, seconds, step) {
      if (stopped) return;
      clearTimeout(timers.get(key));
      timers.set(
        key,
        setTimeout(
          () => {
            timers.delete(key);
            attempt(step);
          },
          Math.min(MAX_TIMER_MS, (seconds * 1_000) / speed),
        ),
      );
    },
    cancel(key) {
      clearTimeout(timers.get(key));
      timers.delete(key);
    },
    stop() {
      stopped = true;
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
    },
  };
}

/** What an API server refuses ends this step, not the simulation. */
function attempt(step: () => void): void {
  try {
    step();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    process.emitWarning(`simulated cluster: ${error.message}`);
  }
}
