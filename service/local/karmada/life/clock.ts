/** Runs steps later, each key having at most one waiting; simulated seconds pass `speed` times as fast as real ones. */
export interface LifeClock {
  readonly speed: number;
  later(key: string, seconds: number, step: () => void): void;
  cancel(key: string): void;
  stop(): void;
}

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
            step();
          },
          (seconds * 1_000) / speed,
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
