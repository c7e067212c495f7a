/**
 * Heavy steps of many callers, one in each round of the event loop: in between, whoever asks for little is served. Without this
 * five hundred watchers who are told of the same page would be served in one go, and a probe of the health would wait for all.
 */
const waiting: (() => void)[] = [];

/** Resolves when it is the caller's turn. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (waiting.length === 1) setImmediate(next);
  });
}

function next(): void {
  waiting.shift()?.();
  if (waiting.length > 0) setImmediate(next);
}
