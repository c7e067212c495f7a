/** Gathers values and hands them on together, one batch at a time. What is lost with a batch that fails comes again by itself. */
export function createBatch(afterMs: number, handle: (values: string[]) => Promise<void>) {
  let values = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  function flush(): void {
    timer = undefined;
    const batch = [...values];
    values = new Set();
    running = running.then(() => handle(batch)).catch(() => undefined);
  }

  return {
    add(value: string): void {
      values.add(value);
      timer ??= setTimeout(flush, afterMs);
    },
    /** What was not handed on yet is let go of. */
    async stop(): Promise<void> {
      clearTimeout(timer);
      await running;
    },
  };
}
