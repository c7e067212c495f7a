import { AsyncLocalStorage } from 'node:async_hooks';
import { onTestFinished, type TestContext, test } from 'vitest';

const running = new AsyncLocalStorage<TestContext>();
type Run = (context: TestContext) => Promise<void>;

/**
 * A test that runs beside its neighbours of the same kind: for those that mostly wait and share nothing. It takes `expect.poll` from
 * its context. What measures time or counts what happens in a while is no such test.
 */
export const concurrently = (name: string, run: Run, timeoutMs?: number): void =>
  test.concurrent(name, (context) => running.run(context, () => run(context)), timeoutMs);

/** onTestFinished, also for tests that run at the same time, whose calls vitest by itself cannot tell apart. */
export const atEnd: typeof onTestFinished = (...end) => (running.getStore()?.onTestFinished ?? onTestFinished)(...end);
