import { expect, test } from 'vitest';
import { pollDelay, retryDelay } from '../../../service/dispatch/pacing.ts';

test.each([
  [0, 0.5],
  [1, 1],
  [6, 32],
  [7, 60],
  [1_000, 60],
])('after %i failed tries it waits at most %d s, and at least half of that', (tries, longest) => {
  expect(retryDelay(tries, undefined, () => 1)).toBe(longest);
  expect(retryDelay(tries, undefined, () => 0)).toBe(longest / 2);
});

test.each([
  [0, false, 0.2],
  [5, false, 2.1],
  [1_000, false, 60],
  [0, true, 5],
  [1_000, true, 60],
])('after %i looks in vain, told of what happens: %s, the next comes after %d s', (looks, isTold, seconds) => {
  expect(pollDelay(looks, isTold, () => 0.5)).toBeCloseTo(seconds);
});
