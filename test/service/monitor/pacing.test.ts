import fc from 'fast-check';
import { expect, test } from 'vitest';
import { deadlineAfter, restAfter } from '../../../service/monitor/backoff.ts';
import { fairShare } from '../../../service/monitor/ownership.ts';

test('the rest of a failing cluster doubles up to 30 s, at least half of it certain, the other half drawn by lot', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (failures, lot) => {
      const rest = restAfter(failures, 1_000, () => lot);
      const full = failures === 1 ? 0 : Math.min(30_000, 1_000 * 2 ** (failures - 1));
      expect(rest).toBeGreaterThanOrEqual(full / 2);
      expect(rest).toBeLessThanOrEqual(full);
    }),
  );
  expect(restAfter(1, 1_000)).toBe(0);
  expect(restAfter(100, 1_000, () => 1)).toBe(30_000);
});

test('a deadline is shorter than a tick at first, and doubles for a cluster that timed out, within 15 s', () => {
  expect(deadlineAfter(0, 1_000)).toBe(900);
  expect(deadlineAfter(1, 1_000)).toBe(1_800);
  expect(deadlineAfter(50, 1_000)).toBe(15_000);
  expect(deadlineAfter(0, 600_000)).toBe(15_000);
});

test('shares add up to all clusters and differ by one at most, whoever counts', () => {
  const holders = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(fc.nat(500), holders, (clusters, names) => {
      const shares = names.map((name) => fairShare(clusters, names, name));
      expect(shares.reduce((sum, share) => sum + share, 0)).toBe(clusters);
      expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
    }),
  );
});

test('a replica that is not announced yet counts itself', () => {
  expect(fairShare(4, ['b'], 'a')).toBe(2);
});
