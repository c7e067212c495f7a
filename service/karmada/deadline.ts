import { type Asked, timedOut } from './failures.ts';

/** The time that a request may take, and its caller's wish to give it up. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Never resolves; rejects when time is up or the caller has given up. */
  readonly passed: Promise<never>;
  /** The head has come: from here on only the caller ends it. */
  stopClock(): void;
  clear(): void;
  /** What to throw: our own words when time ran out, the caller's reason when the caller gave up. */
  explain(error: unknown, asked: Asked): unknown;
}

/** By hand rather than AbortSignal.any, which leaks under a long-lived signal on Node 20. */
export function createDeadline(caller: AbortSignal | undefined, ms: number): Deadline {
  const controller = new AbortController();
  let late = false;
  const giveUp = (): void => controller.abort(caller?.reason);
  const timer = setTimeout(() => {
    late = true;
    controller.abort(new Error(`no answer within ${ms} ms`));
  }, ms);
  if (caller?.aborted) giveUp();
  else caller?.addEventListener('abort', giveUp, { once: true });
  const passed = new Promise<never>((_, reject) => {
    if (controller.signal.aborted) reject(controller.signal.reason);
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason), { once: true });
  });
  // Nobody may be listening by the time it rejects.
  passed.catch(() => {});
  return {
    signal: controller.signal,
    passed,
    stopClock: () => clearTimeout(timer),
    clear() {
      clearTimeout(timer);
      caller?.removeEventListener('abort', giveUp);
    },
    explain(error, asked) {
      if (late) return timedOut(asked, ms);
      return caller?.aborted ? caller.reason : error;
    },
  };
}
