import { expect, test } from 'vitest';
import { parseCells } from '../../../service/jobs/state/index.ts';
import { KnownJobs } from '../../../service/monitor/known-jobs.ts';
import type { MonitoredJob } from '../../../service/store/store.ts';
import { SEEN_RUNNING } from '../some-jobs.ts';
import { monitoredJob } from './some-monitored-jobs.ts';

const job = (fields: Partial<MonitoredJob> = {}): MonitoredJob =>
  monitoredJob({ status: 'Running', reason: 'Running', ...fields });

function remembering(...clusters: string[]): KnownJobs {
  const known = new KnownJobs();
  for (const cluster of clusters) known.remember(cluster);
  return known;
}

test('jobs of clusters that are another replica’s are not remembered', () => {
  const known = remembering('a');
  known.put(job({ clusters: ['b'] }));
  expect([known.size, known.isUnsettled('b')]).toEqual([0, false]);
});

test('a new row begins with the columns that were stored, so that an unchanged job costs no GET after a restart', () => {
  const known = remembering('a');
  known.put(job({ clusterStates: { a: { ...SEEN_RUNNING, columns: parseCells('RUNNING|Running|||') } } }));
  expect(known.row('a', 'RayJob', 'train-1')?.columns).toBe('RUNNING|Running|||');
});

test('an older version changes nothing; a newer one keeps what was seen', () => {
  const known = remembering('a');
  known.put(job({ version: 2 }));
  const row = known.row('a', 'RayJob', 'train-1');
  if (row) row.columns = parseCells('seen');
  known.put(job({ version: 1, status: 'Failed' }));
  expect(known.job('train-1')?.status).toBe('Running');
  known.put(job({ version: 3, message: 'news' }));
  expect(known.row('a', 'RayJob', 'train-1')).toMatchObject({ columns: 'seen', job: { message: 'news' } });
});

test('a finished or deleted job, and one that moved away, is forgotten', () => {
  const known = remembering('a', 'b');
  known.put(job({ version: 1 }));
  known.put(job({ version: 2, clusters: ['b'] }));
  expect(known.row('a', 'RayJob', 'train-1')).toBeUndefined();
  expect(known.kindsInUse('a')).toEqual([]);
  known.put(job({ version: 3, clusters: ['b'], status: 'Succeeded' }));
  expect([known.size, known.kindsInUse('b')]).toEqual([0, []]);
  known.put(job({ version: 4 }));
  known.remove('train-1');
  expect([known.size, known.kindsInUse('a')]).toEqual([0, []]);
});

test('giving a cluster away keeps a job that is on another of ours', () => {
  const known = remembering('a', 'b');
  known.put(job({ clusters: ['a', 'b'] }));
  known.put(job({ id: 'train-2', objectName: 'train-2', clusters: ['a'] }));
  known.forget('a');
  expect(known.size).toBe(1);
  expect(known.row('b', 'RayJob', 'train-1')).toBeDefined();
  expect(known.row('a', 'RayJob', 'train-1')).toBeUndefined();
});

test('a cluster on which a job is new to us is unsettled until it is looked at', () => {
  const known = remembering('a', 'b');
  known.put(job({ version: 1 }));
  expect([known.isUnsettled('a'), known.isUnsettled('b')]).toEqual([true, false]);
  known.settle('a');
  known.put(job({ version: 2 }));
  expect(known.isUnsettled('a')).toBe(false);
  known.put(job({ version: 3, clusters: ['a', 'b'] }));
  expect([known.isUnsettled('a'), known.isUnsettled('b')]).toEqual([false, true]);
});
