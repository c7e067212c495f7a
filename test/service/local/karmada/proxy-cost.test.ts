import { setImmediate as settle } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createSessions } from '../../../../service/local/karmada/proxy-cost.ts';

test('requests through the proxy wait for a session each, so many at once, and each session takes its time', async () => {
  const waits: { ms: number; end: () => void }[] = [];
  const session = createSessions(
    { leastMs: 12, mostMs: 18, atOnce: 2 },
    (ms) => new Promise<void>((resolve) => waits.push({ ms, end: resolve })),
  );
  const done: string[] = [];
  for (const name of ['a', 'b', 'c']) void session().then(() => done.push(name));
  await settle();
  expect(waits).toHaveLength(2);
  waits[0]?.end();
  await settle();
  expect(done).toEqual(['a']);
  expect(waits).toHaveLength(3);
  for (const { ms, end } of waits) {
    expect(ms >= 12 && ms <= 18).toBe(true);
    end();
  }
  await settle();
  expect(done).toEqual(['a', 'b', 'c']);
});

test('who hangs up does not wait', async () => {
  const session = createSessions({ leastMs: 600_000, mostMs: 600_000, atOnce: 1 });
  await session(AbortSignal.abort());
});
