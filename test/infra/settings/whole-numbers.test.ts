import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wholeNumbers } from '../../../infra/settings/whole-numbers.ts';

const takes = (least: number, most: number) => {
  const pattern = new RegExp(`^(?:${wholeNumbers(least, most)})$`);
  return (text: string) => pattern.test(text);
};

test('takes each number of the range and no other', () => {
  const range = fc.tuple(fc.nat(2_000), fc.nat(2_000)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
  fc.assert(
    fc.property(range, ([least, most]) => {
      const isTaken = takes(least, most);
      for (let number = 0; number <= 2_100; number++) {
        if (isTaken(String(number)) !== (number >= least && number <= most)) throw new Error(`${number}`);
      }
    }),
    { numRuns: 100 },
  );
});

test('takes large ranges to their very ends, and numbers in one way of writing only', () => {
  const isTaken = takes(100, 31_536_000_000);
  expect(['99', '100', '31536000000', '31536000001'].map(isTaken)).toEqual([false, true, true, false]);
  expect(['0100', '+100', '1e3', '100.0', ''].filter(isTaken)).toEqual([]);
});

test('stays short: numbers of several lengths are one piece', () => {
  expect(wholeNumbers(8, 1_200)).toBe('[8-9]|[1-9][0-9]{1,2}|1[0-1][0-9]{2}|1200');
  expect(wholeNumbers(100, 600_000)).toBe('[1-9][0-9]{2,4}|[1-5][0-9]{5}|600000');
  expect(wholeNumbers(0, 365).length).toBeLessThan(60);
});
