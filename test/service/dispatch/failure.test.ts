import { expect, test } from 'vitest';
import { afterFailure } from '../../../service/dispatch/failure.ts';
import { KarmadaError } from '../../../service/karmada/errors.ts';
import { freshDatabase } from '../postgres.ts';
import { claimOne, inserted } from '../some-jobs.ts';

test('a step that failed is not tried again before the time that the server asked for', async () => {
  const store = (await freshDatabase()).store();
  await inserted(store);
  const { job } = await claimOne(store);
  const dueAfter = (retryAfterSeconds: number | null) => {
    const { next } = afterFailure(job, new KarmadaError('unavailable', 'busy', { status: 500, retryAfterSeconds }), 0);
    return typeof next === 'object' ? next.dueInSeconds : next;
  };
  expect(dueAfter(30)).toBe(30);
  expect(dueAfter(null)).toBeLessThanOrEqual(1);
});
