/** Keys to be worked on, each once however often it was added; what could not be done is tried again. */
export interface WorkQueue {
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
        if (!work(key)) schedule(key, retryMs);
      }, ms),
    );
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
