/** Hands what one side pushes to the one reader of the other, in order; ends when closed or aborted. */
export interface Queue<T> extends AsyncIterable<T> {
  push(item: T): void;
  close(): void;
}

export function createQueue<T>(signal: AbortSignal, onEnd: () => void = () => {}): Queue<T> {
  const items: T[] = [];
  let wake = (): void => {};
  let closed = signal.aborted;

  const close = (): void => {
    if (closed) return;
    closed = true;
    wake();
  };
  signal.addEventListener('abort', close, { once: true });

  return {
    push(item) {
      if (closed) return;
      items.push(item);
      wake();
    },
    close,
    async *[Symbol.asyncIterator]() {
      try {
        while (true) {
          // What was pushed before the end is still delivered.
          yield* items.splice(0);
          if (closed) return;
          if (items.length === 0) {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          }
        }
      } finally {
        closed = true;
        signal.removeEventListener('abort', close);
        onEnd();
      }
    },
  };
}
