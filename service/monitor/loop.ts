import type { Bell } from './bell.ts';
import type { Clock } from './clock.ts';

interface Loop {
  start(): void;
  /** Ends after the turn that is under way. */
  stop(): Promise<void>;
}

/** A turn at every interval, and one at once whenever the bell rings. */
export function createLoop(intervalMs: number, turn: () => Promise<void>, bell: Bell, clock: Clock): Loop {
  let isStopping = false;
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    const startedAt = clock.elapsed();
    while (!isStopping) {
      await turn();
      // The next of the grid: a turn that took longer than the interval skips what it has missed.
      if (!isStopping) await bell.sleep(intervalMs - ((clock.elapsed() - startedAt) % intervalMs));
    }
  }

  return {
    start() {
      running ??= run();
    },
    async stop() {
      isStopping = true;
      bell.ring();
      await running;
    },
  };
}
