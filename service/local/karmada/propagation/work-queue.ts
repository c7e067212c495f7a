import { ApiError } from '../../kube/status.ts';

/** Keys to be worked on, each once however often it was added; what could not be done is tried again. */
interface WorkQueue {
  add(key: string): void;
  stop(): void;
}

export interface WorkQueueOptions {
  readonly delayMs: number;
  readonly retryMs: number;
  /** false: try again after retryMs. */
  readonly work: (key: string) => boolean;
}

export function createWorkQueue({ delayMs, retryMs, work }: WorkQueueOptions): WorkQueue {
  const timers = new Map<string, NodeJS.Timeout>();
  let stopped = false;

  function schedule(key: string, ms: number): void {
    if (stopped || timers.has(key)) return;
    timers.set(
      key,
      setTimeout(() => {
        timers.delete(key);
        if (!attempt(key)) schedule(key, retryMs);
      }, ms),
    );
  }

  /** A refusal of an API server (a namespace just deleted, an object just changed) passes, or is met again next time. */
  function attempt(key: string): boolean {
    try {
      return work(key);
    } catch (error) {
      if (error instanceof ApiError) return false;
      throw error;
    }
  }

  return {
    add: (key) => schedule(key, delayMs),
    stop() {
      stopped = true;
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
    },
  };
}
