import { expect, test } from 'vitest';
import { type AttemptWork, goodputAsCsv, goodputOf } from '../../../service/jobs/index.ts';

const at = (hour: number) => new Date(Date.UTC(2026, 0, 1, hour));
const DAY = { from: at(0), to: at(24) };
const work = (more: Partial<AttemptWork>): AttemptWork => ({
  jobId: 'a-0a1b2c3d',
  namespace: 'team-a',
  status: 'Succeeded',
  reason: 'Succeeded',
  gpus: 4,
  cpus: 8,
  beganAt: at(0),
  endedAt: at(2),
  ranMs: 2 * 3_600_000,
  lostTo: null,
  isLast: true,
  began: { step: 0 },
  reached: { step: 100 },
  nextBegan: null,
  ...more,
});
const lost = (more: Partial<AttemptWork>) => work({ isLast: false, lostTo: 'infrastructure', ...more });

test('what the next attempt does again is lost, and the rest of it is kept', () => {
  const [team] = goodputOf(
    [lost({ nextBegan: { step: 75 } }), work({ began: { step: 75 }, reached: { step: 175 } })],
    DAY,
  );
  expect(team).toMatchObject({ jobs: 1, attempts: 2, gpuHours: 16, cpuHours: 32, stepsRun: 200, stepsKept: 175 });
  expect(team?.lost.infrastructure).toEqual({ gpuHours: 2, cpuHours: 4 });
  expect(team?.goodput).toBe(0.875);
});

test.each([
  ['an attempt of which nobody told anything', lost({ began: null, reached: null }), 'infrastructure'],
  ['one that the next began from the start after', lost({ lostTo: 'oom', nextBegan: { step: 0 } }), 'oom'],
  ['a failure of its own', work({ status: 'Failed', reason: 'AppFailed' }), 'failed'],
  ['an end that no policy retried', work({ status: 'Failed', reason: 'Interrupted' }), 'preempted'],
  ['a person', work({ status: 'Failed', reason: 'Cancelled' }), 'cancelled'],
] as const)('all is lost to %s', (_, attempt, waste) => {
  expect(goodputOf([attempt], DAY)[0]?.lost[waste]).toEqual({ gpuHours: 8, cpuHours: 16 });
});

test('what runs on is not lost, and what reaches beyond the day counts by its part', () => {
  const [team] = goodputOf(
    [work({ status: 'Running', reason: 'Running', beganAt: at(-2), endedAt: at(2), ranMs: 4 * 3_600_000 })],
    DAY,
  );
  expect(team).toMatchObject({ gpuHours: 8, stepsRun: 50, stepsKept: 50, goodput: 1 });
});

test('epochs and percents count where there are no steps; without any there is no goodput', () => {
  expect(goodputOf([work({ began: null, reached: { epoch: 3, percent: 50 } })], DAY)[0]?.stepsRun).toBe(3);
  expect(goodputOf([work({ began: null, reached: null })], DAY)[0]?.goodput).toBeNull();
});

test('as text: a line for each team', () => {
  const lines = goodputAsCsv(goodputOf([work({ namespace: 'b' }), work({ namespace: 'a' })], DAY)).split('\r\n');
  expect(lines).toHaveLength(4);
  expect(lines[0]).toMatch(/^namespace,jobs,attempts,gpuHours,cpuHours,infrastructureGpuHours,/);
  expect(lines[1]).toMatch(/^a,1,1,8,16,0,.*,100,100,1$/);
});
