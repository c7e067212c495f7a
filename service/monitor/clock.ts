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
}

export function createClock(): Clock {
  const elapsed = (): number => performance.now();
  let offset = Date.now() - elapsed();
  return {
    elapsed,
    now: () => new Date(offset + elapsed()),
    set(now) {
      offset = now.getTime() - elapsed();
    },
  };
}
