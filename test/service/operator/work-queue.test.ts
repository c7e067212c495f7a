import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWorkQueue, type WorkQueueOptions, type WorkResult } from '../../../service/operator/work-queue.ts';
import { createManualClock } from './manual-clock.ts';

/** Work that is done when it is told to. */
function world(options: Partial<WorkQueueOptions> = {}) {
  const clock = createManualClock();
  const begun: string[] = [];
  const retries: number[] = [];
  const open = new Map<string, { done(result?: WorkResult): void; fail(): void }>();
  const queue = createWorkQueue({
    clock,
    onFailure: (_key, _error, ms) => retries.push(ms),
    work: (key) =>
      new Promise((resolve, reject) => {
        begun.push(key);
        expect(open.has(key)).toBe(false);
        const end = (how: () => void) => () => {
          open.delete(key);
          how();
        };
        open.set(key, {
          done: (result = {}) => end(() => resolve(result))(),
          fail: end(() => reject(new Error('no'))),
        });
      }),
    ...options,
  });
  const done = async (key: string, result?: WorkResult) => {
    open.get(key)?.done(result);
    await clock.pass(0);
  };
  const fail = async (key: string) => {
    open.get(key)?.fail();
    await clock.pass(0);
  };
  return { clock, queue, begun, retries, open, done, fail };
}

describe('a key', () => {
  it('waits once, however often it is added', async () => {
    const { queue, begun, done } = world({ workers: 1 });
    for (const key of ['a', 'b', 'b', 'b', 'c']) queue.add(key);
    expect(queue.depth()).toBe(2);
    for (const key of ['a', 'b', 'c']) await done(key);
    expect(begun).toEqual(['a', 'b', 'c']);
  });

  it('that is added while it is worked on is worked on once more, and not at the same time', async () => {
    const { queue, begun, done } = world();
    queue.add('a');
    queue.add('a');
    queue.add('a');
    expect(begun).toEqual(['a']);
    await done('a');
    expect(begun).toEqual(['a', 'a']);
    await done('a');
    expect(begun).toEqual(['a', 'a']);
  });

  it('that fails is tried again after 5 ms, twice that, up to 1,000 s, and from the start after a success', async () => {
    const { clock, queue, retries, fail, done } = world();
    queue.add('a');
    for (let n = 0; n < 20; n += 1) {
      await fail('a');
      await clock.pass(retries.at(-1) ?? 0);
    }
    expect(retries.slice(0, 4)).toEqual([5, 10, 20, 40]);
    expect(retries.at(-1)).toBe(1_000_000);
    await done('a');
    queue.add('a');
    await fail('a');
    expect(retries.at(-1)).toBe(5);
  });

  it('is looked at again when it asked for that', async () => {
    const { clock, queue, begun, done } = world();
    queue.add('a');
    await done('a', { againAfterMs: 500 });
    await clock.pass(499);
    expect(begun).toHaveLength(1);
    await clock.pass(1);
    expect(begun).toHaveLength(2);
    await done('a');
    expect(clock.waiting()).toBe(0);
  });
});

it('retries of all keys together have a rate', async () => {
  const { queue, retries, fail } = world({ workers: 10, retries: { burst: 3, perSecond: 10 } });
  const keys = ['a', 'b', 'c', 'd', 'e'];
  for (const key of keys) queue.add(key);
  for (const key of keys) await fail(key);
  expect(retries).toEqual([5, 5, 5, 100, 200]);
});

it('no more keys are worked on at once than there are workers', () => {
  const { queue, begun } = world({ workers: 2 });
  for (const key of ['a', 'b', 'c']) queue.add(key);
  expect(begun).toEqual(['a', 'b']);
});

it('stops when what is under way is done, and takes nothing more on', async () => {
  const { queue, begun, done, clock } = world({ workers: 1 });
  queue.add('a');
  queue.add('b');
  let stopped = false;
  const stop = queue.stop().then(() => {
    stopped = true;
  });
  await clock.pass(0);
  expect(stopped).toBe(false);
  await done('a', { againAfterMs: 1 });
  await stop;
  queue.add('c');
  await clock.pass(10);
  expect(begun).toEqual(['a']);
  expect(clock.waiting()).toBe(0);
});

it('whatever is added, done and failed in whatever order: nothing that was added is forgotten', async () => {
  const key = fc.constantFrom('a', 'b', 'c');
  const act = fc.record({ what: fc.constantFrom('add', 'done', 'fail', 'pass'), key });
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 40 }), async (acts) => {
      const { clock, queue, begun, open, done, fail } = world({ workers: 2 });
      const owed = new Set<string>();
      for (const { what, key } of acts) {
        const before = begun.length;
        if (what === 'add') {
          queue.add(key);
          owed.add(key);
        } else if (what === 'pass') await clock.pass(1_000_000);
        else if (open.has(key)) {
          await (what === 'done' ? done(key) : fail(key));
          if (what === 'fail') owed.add(key);
        }
        for (const started of begun.slice(before)) owed.delete(started);
      }
      for (let round = 0; round < 20; round += 1) {
        const before = begun.length;
        for (const each of [...open.keys()]) await done(each);
        await clock.pass(1_000_000);
        for (const started of begun.slice(before)) owed.delete(started);
      }
      expect([...owed]).toEqual([]);
      await queue.idle();
    }),
    { numRuns: 100 },
  );
});
