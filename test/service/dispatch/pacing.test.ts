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
  [0, 0.2],
  [-60_000, 0.2],
  [3_000, 1],
  [3_600_000, 15],
])('what has been waited for %i ms is looked at again after %d s', (waitedMs, seconds) => {
  expect(pollDelay(new Date(0), new Date(waitedMs), () => 0.5)).toBeCloseTo(seconds);
});
