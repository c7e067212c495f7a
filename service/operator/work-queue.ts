import { type Clock, systemClock } from './clock.ts';

/** What a piece of work says when it is done. */
export interface WorkResult {
  /** Look at it again then, if nothing has happened before. */
  readonly againAfterMs?: number | undefined;
}

export interface WorkQueueOptions {
  readonly work: (key: string) => Promise<WorkResult>;
  /** It failed, and is tried again after so long. */
  readonly onFailure: (key: string, error: unknown, retryInMs: number) => void;
  /** So many keys at once, each by one worker only. */
  readonly workers?: number;
  readonly clock?: Clock;
  /** Retries of all keys together: so many at once, and so many a second. */
  readonly retries?: { readonly burst: number; readonly perSecond: number };
}

export interface WorkQueue {
  add(key: string): void;
  /** Keys that wait for a worker. */
  depth(): number;
  /** Takes nothing more on; resolves when what is under way is done. */
  stop(): Promise<void>;
  /** Resolves when nothing waits, is under way or is to be tried again; what waits for its time does not count. */
  idle(): Promise<void>;
}

// As client-go has them: a key that fails for good costs little, and a thousand that fail at once do not storm the
// server.
const FIRST_RETRY_MS = 5;
const MAX_RETRY_MS = 1_000_000;
const RETRIES = { burst: 100, perSecond: 10 };
const WORKERS = 8;

/**
 * Keys to be worked on. A key waits once, however often it is added; one that is added while it is worked on is worked
 * on once more, and never by two at a time.
 */
export function createWorkQueue(options: WorkQueueOptions): WorkQueue {
  const { work, onFailure, workers = WORKERS, clock = systemClock } = options;
  const waiting = new Set<string>();
  const underWay = new Set<string>();
  const addedMeanwhile = new Set<string>();
  const failures = new Map<string, number>();
  const later = new Map<string, Appointment>();
  const takeToken = createBucket(options.retries ?? RETRIES, clock);
  const whenIdle = new Set<() => void>();
  let retrying = 0;
  let stopped = false;

  function add(key: string): void {
    if (stopped) return;
    if (underWay.has(key)) addedMeanwhile.add(key);
    else waiting.add(key);
    startWorkers();
  }

  function startWorkers(): void {
    for (const key of waiting) {
      if (underWay.size >= workers) return;
      waiting.delete(key);
      underWay.add(key);
      void workOn(key);
    }
  }

  async function workOn(key: string): Promise<void> {
    try {
      const { againAfterMs } = await work(key);
      failures.delete(key);
      forget(key);
      if (againAfterMs !== undefined) remember(key, againAfterMs, false);
    } catch (error) {
      const count = failures.get(key) ?? 0;
      failures.set(key, count + 1);
      const retryInMs = Math.max(Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** count), takeToken());
      onFailure(key, error, retryInMs);
      remember(key, retryInMs, true);
    }
    underWay.delete(key);
    if (addedMeanwhile.delete(key)) add(key);
    startWorkers();
    tellIdle();
  }

  function remember(key: string, ms: number, isRetry: boolean): void {
    forget(key);
    if (stopped) return;
    if (isRetry) retrying += 1;
    const cancel = clock.after(ms, () => {
      forget(key);
      add(key);
    });
    later.set(key, { cancel, isRetry });
  }

  function forget(key: string): void {
    const appointment = later.get(key);
    if (!appointment) return;
    appointment.cancel();
    later.delete(key);
    if (appointment.isRetry) retrying -= 1;
  }

  function tellIdle(): void {
    const isIdle = stopped ? underWay.size === 0 : waiting.size + underWay.size + retrying === 0;
    if (!isIdle) return;
    for (const tell of whenIdle) tell();
    whenIdle.clear();
  }

  const idle = (): Promise<void> =>
    new Promise((resolve) => {
      whenIdle.add(resolve);
      tellIdle();
    });

  return {
    add,
    idle,
    depth: () => waiting.size,
    stop() {
      stopped = true;
      waiting.clear();
      addedMeanwhile.clear();
      for (const key of [...later.keys()]) forget(key);
      return idle();
    },
  };
}

interface Appointment {
  readonly cancel: () => void;
  readonly isRetry: boolean;
}

/** How long the next one has to wait. */
function createBucket({ burst, perSecond }: { burst: number; perSecond: number }, clock: Clock): () => number {
  let tokens = burst;
  let at = clock.now();
  return () => {
    const now = clock.now();
    tokens = Math.min(burst, tokens + ((now - at) / 1000) * perSecond) - 1;
    at = now;
    return tokens >= 0 ? 0 : (-tokens / perSecond) * 1000;
  };
}
