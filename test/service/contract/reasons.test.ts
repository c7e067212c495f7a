import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { asReason, factsOf, REASONS, type ReasonFacts, reasonFromCluster } from '../../../service/contract/reasons.ts';
import { hintFor } from '../../../service/web/lib/hints.ts';
import { jobState, needsAttention, possibleActions } from '../../../service/web/lib/job-state.ts';

const all = Object.entries<ReasonFacts>(REASONS);

describe('the table of reasons', () => {
  test('says of every end that is no success whether to try again, and of nothing else', () => {
    const told = all.filter(([, { retryable }]) => retryable !== undefined).map(([reason]) => reason);
    const ends = all.filter(([, { phase, eventOnly }]) => phase === 'ended' && !eventOnly).map(([reason]) => reason);
    expect(told).toEqual(ends.filter((reason) => reason !== 'Succeeded'));
  });

  test('says what to do wherever somebody has to do something', () => {
    for (const [reason, { attention, hint }] of all) if (attention) expect(hint, reason).toBeTruthy();
  });

  test('is all that is written: no statement has a reason of its own', () => {
    const folder = new URL('../../../service/store/sql/', import.meta.url);
    for (const file of readdirSync(folder)) {
      const quoted = [...readFileSync(new URL(file, folder), 'utf8').matchAll(/'(\w+)'/g)].map(([, word = '']) => word);
      const statuses = new Set(['Pending', 'Running', 'Succeeded', 'Failed']);
      expect(
        quoted.filter((word) => factsOf(word) && !statuses.has(word)),
        file,
      ).toEqual([]);
    }
  });

  test('takes from a member what members say, and nothing that would be taken for our own decision', () => {
    expect(reasonFromCluster('DeadlineExceeded')).toBe('DeadlineExceeded');
    expect(reasonFromCluster('Deleting')).toBe('MemberDeleting');
    expect(reasonFromCluster('constructor')).toBe('constructor');
    expect(factsOf(asReason('constructor'))).toBeUndefined();
  });
});

describe('the page shows by the table', () => {
  test.each([
    ['Running', 'Running', 'Running', '', 'running'],
    ['Pending', 'KarmadaForbidden', 'Pending', 'Karmada forbidden', 'pending'],
    ['Running', 'Cancelling', 'Cancelling', '', 'stopped'],
    ['Failed', 'Cancelled', 'Cancelled', '', 'stopped'],
    ['Failed', 'SomethingNew', 'Failed', 'Something new', 'failed'],
  ] as const)('%s, %s', (status, reason, label, detail, tone) => {
    expect(jobState({ status, reason })).toEqual({ label, detail, tone });
  });

  test('that somebody has to do something, while it can still be done', () => {
    expect(needsAttention({ status: 'Pending', reason: 'ImagePullBackOff' })).toBe(true);
    expect(needsAttention({ status: 'Pending', reason: 'Starting' })).toBe(false);
    expect(needsAttention({ status: 'Failed', reason: 'OOMKilled' })).toBe(false);
  });

  test('what can be done with a job', () => {
    const actions = (status: 'Pending' | 'Running' | 'Failed', reason: string) => [
      ...possibleActions({ status, reason }),
    ];
    expect(actions('Running', 'Running')).toEqual(['cancel', 'suspend', 'delete']);
    expect(actions('Pending', 'Suspended')).toEqual(['cancel', 'resume', 'delete']);
    expect(actions('Running', 'Cancelling')).toEqual(['delete']);
    expect(actions('Failed', 'Cancelled')).toEqual(['retry', 'delete']);
    expect(actions('Failed', 'Deleting')).toEqual([]);
  });

  test('what to do about it: by a reason that the message names, else by its own', () => {
    expect(hintFor('AppFailed', 'the last try ended by OOMKilled')).toMatch(/more memory/);
    expect(hintFor('AppFailed', 'the driver ended: DeadlineExceeded')).toBe(REASONS.DeadlineExceeded.hint);
    expect(hintFor('KarmadaUnavailable', 'connection refused')).toMatch(/tried again by itself/);
    expect(hintFor('Lost', 'it is no longer there')).toBe(REASONS.Lost.hint);
    expect(hintFor('SomethingNew', '')).toBeUndefined();
  });
});
