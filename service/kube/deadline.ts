import { onAbort } from '../signals.ts';
import { timedOut } from './failures.ts';
import type { Asked } from './server.ts';

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

export function createDeadline(caller: AbortSignal | undefined, ms: number): Deadline {
  const controller = new AbortController();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    controller.abort(new Error(`no answer within ${ms} ms`));
  }, ms);
  const forget = onAbort(caller, () => controller.abort(caller?.reason));
  const passed = new Promise<never>((_, reject) => {
    onAbort(controller.signal, () => reject(controller.signal.reason));
  });
  // Nobody may be listening by the time it rejects.
  passed.catch(() => {});
  return {
    signal: controller.signal,
    passed,
    stopClock: () => clearTimeout(timer),
    clear() {
      clearTimeout(timer);
      forget();
    },
    explain(error, asked) {
      if (late) return timedOut(asked, ms);
      return caller?.aborted ? caller.reason : error;
    },
  };
}
