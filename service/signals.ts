import { setMaxListeners } from 'node:events';

// By hand rather than with AbortSignal.any: on Node 20 every signal that it makes stays with a long-lived one until that one is
// collected, long after the request that it was made for.

/** Calls `then` when the signal aborts, at once if it has; the function returned takes that back. */
export function onAbort(signal: AbortSignal | undefined, then: () => void): () => void {
  if (!signal) return () => {};
  if (signal.aborted) then();
  else {
    // A job of twelve pods has twelve streams under one signal, and Node would warn of a leak from the eleventh on.
    setMaxListeners(0, signal);
    signal.addEventListener('abort', then, { once: true });
  }
  return () => signal.removeEventListener('abort', then);
}

interface JoinedSignal {
  /** Aborts with the first of the others, for its reason. */
  readonly signal: AbortSignal;
  /** To be called when nobody needs the signal any more: the others forget it. */
  release(): void;
}

/** Runs with a signal that aborts with any of these, and lets go of them when it is done. */
export async function withSignals<T>(
  signals: readonly (AbortSignal | undefined)[],
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { release, signal } = joinSignals(...signals);
  try {
    return await run(signal);
  } finally {
    release();
  }
}

export function joinSignals(...signals: readonly (AbortSignal | undefined)[]): JoinedSignal {
  const controller = new AbortController();
  const releases: (() => void)[] = [];
  const release = (): void => {
    for (const each of releases) each();
  };
  for (const signal of signals) {
    if (controller.signal.aborted) break;
    releases.push(
      onAbort(signal, () => {
        controller.abort(signal?.reason);
        release();
      }),
    );
  }
  return { signal: controller.signal, release };
}
