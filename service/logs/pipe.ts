/** From several writers to one reader, with room for so many values; a writer waits while it is full. */
export interface Pipe<T> extends AsyncIterable<T> {
  /** false when nobody reads any longer */
  push(value: T): Promise<boolean>;
  /** What is in it can still be read. */
  close(): void;
}

export function createPipe<T>(room: number): Pipe<T> {
  const values: T[] = [];
  let closed = false;
  let wake: Array<() => void> = [];
  const changed = () => {
    const sleepers = wake;
    wake = [];
    for (const resume of sleepers) resume();
  };
  const change = () => new Promise<void>((resolve) => wake.push(resolve));

  return {
    async push(value) {
      while (!closed && values.length >= room) await change();
      if (closed) return false;
      values.push(value);
      changed();
      return true;
    },

    close() {
      closed = true;
      changed();
    },

    async *[Symbol.asyncIterator]() {
      try {
        for (;;) {
          const value = values.shift();
          if (value !== undefined) {
            changed();
            yield value;
          } else if (closed) return;
          else await change();
        }
      } finally {
        closed = true;
        changed();
      }
    },
  };
}
