import { describe, expect, test } from 'vitest';
import { quantity } from '../../service/contract/quantity.ts';
import { fieldLabel } from '../../service/web/lib/field-labels.ts';
import { nextSort, readFilters, writeFilters } from '../../service/web/lib/filters.ts';
import { secondsOf } from '../../service/web/lib/length-of-time.ts';
import { createLogReader, shortPodName } from '../../service/web/lib/log-buffer.ts';
import { parsePath, setAt } from '../../service/web/lib/paths.ts';
import { capacitiesOf, formatBytes } from '../../service/web/lib/quantity.ts';
import { formatDuration } from '../../service/web/lib/time.ts';
import { segmentsOf, ticksOf } from '../../service/web/lib/timeline.ts';

describe('the timeline', () => {
  const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
  const event = (second: number, status: string, reason: string, cluster: string | null = null) =>
    ({
      id: `${second}`,
      jobId: 'j',
      namespace: 'default',
      at: at(second),
      status,
      previous: null,
      cluster,
      reason,
      message: reason,
    }) as never;

  test('has one phase after the other, without a gap, from the request to the end', () => {
    const segments = segmentsOf({ createdAt: at(0), finishedAt: at(60) }, [
      event(0, 'Pending', 'Queued'),
      event(2, 'Pending', 'KarmadaUnavailable'),
      event(5, 'Pending', 'Dispatched'),
      event(6, 'Pending', 'Scheduled', 'member1'),
      event(7, 'Pending', 'Starting', 'member1'),
      event(20, 'Running', 'Running', 'member1'),
      event(60, 'Succeeded', 'Succeeded', 'member1'),
    ]);
    expect(segments.map(({ phase, from, to }) => [phase, ((to ?? 0) - from) / 1000])).toEqual([
      ['waiting', 5],
      ['placing', 1],
      ['starting', 14],
      ['running', 40],
    ]);
    // What kept it waiting is told with it.
    expect(segments[0]?.why).toBe('KarmadaUnavailable');
  });

  test('a job that goes on has an open end, also when it starts again after a suspension', () => {
    const segments = segmentsOf({ createdAt: at(0), finishedAt: null }, [
      event(1, 'Running', 'Running'),
      event(5, 'Pending', 'Suspended'),
      event(9, 'Pending', 'Resuming'),
      event(12, 'Running', 'Running'),
    ]);
    expect(segments.map(({ phase, to }) => [phase, to === null])).toEqual([
      ['waiting', false],
      ['running', false],
      ['suspended', false],
      ['starting', false],
      ['running', true],
    ]);
  });

  test.for([
    [450, 7],
    [61_000, 7],
    [3 * 86_400_000, 3],
  ] as const)('the scale of %d ms has round steps, at most %d of them', ([span, most]) => {
    const ticks = ticksOf(span, most);
    expect(ticks[0]).toBe(0);
    expect(ticks.length - 1).toBeLessThanOrEqual(most);
    expect(ticks.length).toBeGreaterThan(1);
  });
});

describe('the log', () => {
  test('has no terminal colours, and of a rewritten line its last form', () => {
    const log = createLogReader('0d0abcc3');
    for (const line of ['one', '10%\r50%\r100%\r', '\u001b[32mgreen\u001b[0m']) log.add(line, null);
    expect(log.lines.map(({ text, at }) => [text, at])).toEqual([
      ['one', ''],
      ['100%', ''],
      ['green', ''],
    ]);
  });

  test('tells the pods of the job from a table that the training prints', () => {
    const log = createLogReader('0d0abcc3');
    const at = '2026-01-01T00:00:01.123456789Z';
    log.add('churn-0d0abcc3-dd517-head | up', at);
    log.add('step | loss', at);
    log.add('member1/churn-0d0abcc3-x1y2z | done', null);
    expect(log.lines.map(({ number, pod, at, text }) => [number, pod && shortPodName(pod), at, text])).toEqual([
      [1, 'head', at, 'up'],
      [2, '', at, 'step | loss'],
      [3, 'member1/driver', '', 'done'],
    ]);
  });
});

test('filters go to the URL and back; what is not said stays out of it', () => {
  const search = '?q=a+b&state=Cancelled&reason=Lost&owner=ann&cluster=m%261&sort=priority';
  expect(writeFilters(readFilters(new URLSearchParams(search)))).toBe(search);
  expect(writeFilters(readFilters(new URLSearchParams('?state=Broken&sort=secrets&other=1')))).toBe('');
  expect(readFilters(new URLSearchParams('?status=Failed')).state).toBe('Failed');
});

test('a list is sorted by any number that trainings tell, with the best first where its name tells which that is', () => {
  for (const sort of ['metric:val/loss', '-metric:r2']) {
    expect(readFilters(new URLSearchParams({ sort })).sort).toBe(sort);
  }
  expect(readFilters(new URLSearchParams('?sort=metric:')).sort).toBe('-createdAt');
  expect(nextSort('-createdAt', 'metric:val_loss')).toBe('metric:val_loss');
  expect(nextSort('-createdAt', 'metric:accuracy')).toBe('-metric:accuracy');
  expect(nextSort('-metric:accuracy', 'metric:accuracy')).toBe('metric:accuracy');
});

test('a place of the request is set without touching the rest', () => {
  const before = { list: [{ a: 1 }, { a: 2 }], other: { b: 1 } };
  const after = setAt(before, ['list', 1, 'a'], 3);
  expect(after).toEqual({ list: [{ a: 1 }, { a: 3 }], other: { b: 1 } });
  expect(after.other).toBe(before.other);
  expect(setAt(before, ['list', 0], undefined)).toEqual({ list: [{ a: 2 }], other: { b: 1 } });
  expect(setAt({}, ['x', 'y'], 1)).toEqual({ x: { y: 1 } });
  expect(parsePath('/inputDataConfig/0/a~1b')).toEqual(['inputDataConfig', 0, 'a/b']);
});

test('quantities of Kubernetes are numbers', () => {
  expect(['1500m', '16Gi', '2e3', '4', '1Ti', 'x', undefined].map((text) => quantity(text))).toEqual([
    1.5,
    2 ** 34,
    2000,
    4,
    2 ** 40,
    0,
    0,
  ]);
  const [cpu, memory, gpu] = capacitiesOf(
    { cpu: '64', memory: '256Gi', 'nvidia.com/gpu': '8', pods: '110' },
    { cpu: '1500m' },
  );
  expect([cpu?.used, memory?.total, gpu?.label]).toEqual([1.5, 256 * 2 ** 30, 'GPU']);
});

test('sizes are told in the unit that suits them', () => {
  expect([0, 1023, 2048, 1.5 * 2 ** 20, 2 ** 34, 2 ** 41].map(formatBytes)).toEqual([
    '0 B',
    '1,023 B',
    '2 KiB',
    '1.5 MiB',
    '16 GiB',
    '2 TiB',
  ]);
});

test('lengths of time are told to two units', () => {
  expect([400, 9_000, 59_999, 61_000, 3_661_000, 90_000_000].map(formatDuration)).toEqual([
    '0.4 s',
    '9 s',
    '59 s',
    '1 min 01 s',
    '1 h 01 min',
    '1 d 01 h',
  ]);
});

test('a length of time is read as people write it', () => {
  const cases: [string, number | undefined][] = [
    ['3600', 3600],
    ['2h', 7200],
    ['90 min', 5400],
    ['1h 30m', 5400],
    ['1d', 86_400],
    ['1.5h', 5400],
    ['two hours', undefined],
    ['2x', undefined],
    ['', undefined],
  ];
  for (const [text, seconds] of cases) expect(secondsOf(text), text).toBe(seconds);
});

test('a place of the request is told by the words beside its field', () => {
  expect(fieldLabel(['inputDataConfig', 1, 'bucket'])).toBe('Bucket of channel 2');
  expect(fieldLabel(['inputDataConfig', 0])).toBe('Channel 1');
  expect(fieldLabel(['hyperparameters', 'xgboost', 'eta'])).toBe('eta');
  expect(fieldLabel(['hyperparameters', 'xgboost'])).toBe('Hyperparameters of xgboost');
  expect(fieldLabel(['customHyperparameters', 'a-b'])).toBe('Variable a-b');
  expect(fieldLabel(['targetClusters', 0])).toBe('Target clusters');
  expect(fieldLabel(['somethingNew'])).toBe('something new');
});
