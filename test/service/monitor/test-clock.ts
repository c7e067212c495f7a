import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, createClock } from '../../../service/monitor/clock.ts';
import { onAbort } from '../../../service/signals.ts';

/** Time as it passes anyway, for the servers are real; but a test that would have to wait lets it pass at once. */
export interface TestClock extends Clock {
  /** So many milliseconds later: whoever sleeps until before then wakes up. */
  pass(ms: number): void;
}

export function createTestClock(): TestClock {
  let passed = 0;
  const elapsed = (): number => performance.now() + passed;
  const sleepers = new Set<() => void>();

  async function sleepUntil(wakeAt: number, signal: AbortSignal | undefined): Promise<void> {
    while (elapsed() < wakeAt && !signal?.aborted) {
      const woken = new AbortController();
      const wake = (): void => woken.abort();
      sleepers.add(wake);
      const release = onAbort(signal, wake);
      await sleep(wakeAt - elapsed(), undefined, { signal: woken.signal }).catch(() => {});
      sleepers.delete(wake);
      release();
    }
  }

  return {
    ...createClock({ elapsed, sleep: (ms, signal) => sleepUntil(elapsed() + ms, signal) }),
    pass(ms) {
      passed += ms;
      for (const wake of sleepers) wake();
    },
  };
}
