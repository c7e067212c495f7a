import { expect, test } from 'vitest';
import type { JobEvent, ListedJob } from '../../service/web/api/types.ts';
import { tellTheJob, withEvents } from '../../service/web/lib/row-events.ts';

const at = (second: number) => `2026-01-01T00:00:0${second}.000Z`;
const row = (id: string, updatedAt: string): ListedJob =>
  ({ id, status: 'Running', reason: 'Running', message: 'epoch 3', unreachableSince: {}, updatedAt }) as never;
/** Its own words are nobody's business here. */
const event = (jobId: string, job: Partial<ListedJob> | null | undefined, reason = 'AnyWord'): JobEvent =>
  ({ id: '1-1', jobId, at: at(9), status: 'Pending', cluster: 'a', reason, message: 'of the event', job }) as never;

test('a row becomes what the event says that it left', () => {
  const left = { unreachableSince: { a: at(2) }, updatedAt: at(2) };
  expect(withEvents([row('one', at(1)), row('two', at(1))], [event('one', left, 'ClusterUnreachable')])).toEqual([
    { ...row('one', at(2)), unreachableSince: { a: at(2) } },
    row('two', at(1)),
  ]);
});

test('of several events the last one stands, and one that is older than the row changes nothing', () => {
  const events = [
    event('one', { status: 'Pending', updatedAt: at(4) }),
    event('one', { message: 'epoch 4', updatedAt: at(6) }),
    event('one', { message: 'epoch 5', updatedAt: at(7) }),
  ];
  expect(withEvents([row('one', at(5))], events)).toEqual([{ ...row('one', at(7)), message: 'epoch 5' }]);
});

test('a job is gone when its last event says so, and by no word', () => {
  const rows = [row('one', at(1)), row('two', at(1))];
  const events = [event('one', null), event('two', { updatedAt: at(2) }, 'Deleted')];
  expect(withEvents(rows, events).map(({ id }) => id)).toEqual(['two']);
});

test('rows of which nothing is told are the very same list', () => {
  const rows = [row('one', at(1))];
  expect(withEvents(rows, [event('two', null)])).toBe(rows);
});

test('an event of an earlier version, which does not tell the job, leaves the row and is told apart', () => {
  const old = event('one', undefined);
  expect(withEvents([row('one', at(1))], [old])).toEqual([row('one', at(1))]);
  expect(tellTheJob([old])).toBe(false);
  expect(tellTheJob([event('one', null), event('one', { updatedAt: at(1) })])).toBe(true);
});
