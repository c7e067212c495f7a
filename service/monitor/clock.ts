import { setTimeout as sleep } from 'node:timers/promises';

/**
 * The database's time between two of its answers. Replicas disagree about the time of day and an administrator may set it;
 * what is stored and shown must not depend on that, so the replica contributes only time that has passed.
 */
export interface Clock {
  /** Milliseconds that only ever go forward, for intervals. */
  elapsed(): number;
  /** The time of day, as the database tells it. */
  now(): Date;
  /** The database said so just now. */
  set(now: Date): void;
  /** Resolves when so many milliseconds have passed, or when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** How time passes for a replica; a test may have its own. */
type Passing = Pick<Clock, 'elapsed' | 'sleep'>;

const realTime: Passing = {
  elapsed: () => performance.now(),
  sleep: (ms, signal) => sleep(ms, undefined, signal ? { signal } : {}).catch(() => {}),
};

export function createClock(passing: Passing = realTime): Clock {
  const { elapsed } = passing;
  let offset = Date.now() - elapsed();
  return {
    ...passing,
    now: () => new Date(offset + elapsed()),
    set(now) {
      offset = now.getTime() - elapsed();
    },
  };
}
