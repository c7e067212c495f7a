import { expect, test } from 'vitest';
import { gathered } from '../../../service/store/gather.ts';

/** What is under way is answered by hand. */
function setUp(limits: Parameters<typeof gathered<number, string>>[1] = { most: 3, atOnce: 1 }) {
  const underWay: {
    items: readonly number[];
    resolve: (results: (string | Promise<string>)[]) => void;
    reject: (error: Error) => void;
  }[] = [];
  const ask = gathered<number, string>(
    (items) => new Promise((resolve, reject) => underWay.push({ items, resolve, reject })),
    limits,
  );
  return { ask, underWay };
}

test('one that comes alone goes at once; those that come meanwhile go together, and not too many', async () => {
  const { ask, underWay } = setUp();
  const answers = [1, 2, 3, 4, 5].map(ask);
  expect(underWay.map(({ items }) => items)).toEqual([[1]]);

  underWay[0]?.resolve(['one']);
  expect(await answers[0]).toBe('one');
  expect(underWay[1]?.items).toEqual([2, 3, 4]);
  underWay[1]?.resolve(['two', 'three', 'four']);
  expect(await Promise.all(answers.slice(1, 4))).toEqual(['two', 'three', 'four']);
  expect(underWay[2]?.items).toEqual([5]);
});

test('a failure is that of all who went together, and the next ones go on', async () => {
  const { ask, underWay } = setUp();
  const [first, ...together] = [1, 2, 3].map(ask);
  const last = ask(4);
  underWay[0]?.resolve(['one']);
  await first;
  underWay[1]?.reject(new Error('gone'));
  expect((await Promise.allSettled([...together, last])).map(({ status }) => status)).toEqual(
    Array(3).fill('rejected'),
  );
  const next = ask(5);
  underWay[2]?.resolve(['five']);
  expect(await next).toBe('five');
});

test('an answer that fails on its own fails for its caller only', async () => {
  const { ask, underWay } = setUp({ most: 3, atOnce: 2 });
  const [, , good, bad] = [1, 2, 3, 4].map(ask);
  underWay[0]?.resolve(['one']);
  await expect.poll(() => underWay.length).toBe(3);
  underWay[2]?.resolve(['three', Promise.reject(new Error('taken'))]);
  expect(await good).toBe('three');
  await expect(bad).rejects.toThrow('taken');
});

test('what is heavy goes with few others, and what is heavier than allowed goes alone', async () => {
  const { ask, underWay } = setUp({ most: 9, atOnce: 1, weigh: (item) => item, heaviest: 10 });
  for (const item of [1, 4, 6, 5, 30, 2, 3]) void ask(item);
  for (let round = 0; round < 5; round++) {
    await expect.poll(() => underWay.length).toBe(round + 1);
    underWay[round]?.resolve([]);
  }
  expect(underWay.map(({ items }) => items)).toEqual([[1], [4, 6], [5], [30], [2, 3]]);
});
