import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { Job } from '../../../service/jobs/job.ts';
import { createLogLearner } from '../../../service/learning/log-learner.ts';
import type { Reporters } from '../../../service/learning/reporters.ts';
import { eventually } from '../../patience.ts';

const JOB = { id: 'a-1', objectName: 'a-1', kind: 'RayJob', clusters: ['member1'] } as unknown as Job;
const PLACE = { cluster: 'member1', pod: 'driver' };
const second = (at: number): string =>
  new Date(Date.UTC(2026, 10, 28, 12, 0, at)).toISOString().replace('Z', '000000Z');
const round = (step: number) => ({ at: second(step), text: `[${step}]\ttrain-rmse:${1 / (step + 1)}` });

function setUp() {
  const taken: Parameters<Reporters['take']>[] = [];
  const reporters: Pick<Reporters, 'take'> = {
    async take(...told) {
      taken.push(told);
      return undefined;
    },
  };
  const learner = createLogLearner({ reporters, log: pino({ level: 'silent' }) });
  const steps = (count: number) =>
    eventually(
      () => taken.map(([, , { step }]) => step),
      (all) => all.length >= count,
    );
  return { learner, steps, taken };
}

test('each line is told once, in order, however often its log is read', async () => {
  const { learner, steps, taken } = setUp();
  for (const upTo of [3, 3, 6]) {
    const read = learner.open(JOB, PLACE, true);
    for (let step = 0; step < upTo; step += 1) read(round(step));
  }
  expect(await steps(6)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(taken[0]).toMatchObject(['a-1', 'a-1', { time: new Date(second(0)), metrics: { loss: 1 } }, 'log']);
});

test('who reads the end of a log alone brings nothing that would leave a gap', async () => {
  const { learner, steps } = setUp();
  const tail = learner.open(JOB, PLACE, false);
  for (const step of [7, 8]) tail(round(step));
  const whole = learner.open(JOB, PLACE, true);
  for (const step of [0, 1, 2]) whole(round(step));
  const next = learner.open(JOB, PLACE, false);
  for (const step of [2, 3]) next(round(step));
  expect(await steps(4)).toEqual([0, 1, 2, 3]);
});

test.each([
  ['since what was read last', [0, 1]],
  ['since it began, and nothing was read by us, who have just been started', []],
])('where nobody has read the whole for half a minute %s, its end counts alone', async (_, readBefore) => {
  const { learner, steps } = setUp();
  const job = { ...JOB, startedAt: new Date(second(0)) } as Job;
  const whole = learner.open(job, PLACE, true);
  for (const step of readBefore) whole(round(step));
  for (const end of [
    [20, 29],
    [80, 81],
  ]) {
    const read = learner.open(job, PLACE, false);
    for (const step of end) read(round(step));
  }
  expect(await steps(readBefore.length + 2)).toEqual([...readBefore, 80, 81]);
});

test('of pods that say the same one is listened to, and another when it has gone', async () => {
  const { learner, steps } = setUp();
  const [first, second] = ['worker-0', 'worker-1'].map((pod) => learner.open(JOB, { ...PLACE, pod }, true));
  first?.(round(0));
  second?.(round(1));
  first?.(round(2));
  second?.(round(300));
  expect(await steps(3)).toEqual([0, 2, 300]);
});

test('the next attempt is listened to from its first line, though it follows at once and its clock is behind', async () => {
  const { learner, steps, taken } = setUp();
  learner.open(JOB, PLACE, true)(round(8));
  const next = learner.open({ ...JOB, objectName: 'a-1-2' }, { ...PLACE, pod: 'driver-2' }, true);
  for (const step of [5, 6]) next(round(step));
  expect(await steps(3)).toEqual([8, 5, 6]);
  expect(taken.map(([, objectName]) => objectName)).toEqual(['a-1', 'a-1-2', 'a-1-2']);
});

test('of a TrainingJob, and of a copy of the job elsewhere, nothing is learnt', async () => {
  const { learner, steps } = setUp();
  learner.open({ ...JOB, kind: 'TrainingJob' }, PLACE, true)(round(0));
  learner.open(JOB, { ...PLACE, cluster: 'member2' }, true)(round(1));
  learner.open(JOB, PLACE, true)(round(2));
  expect(await steps(1)).toEqual([2]);
});

test('of jobs that have ended few are remembered, however many logs are read, and none is told twice meanwhile', async () => {
  const { learner, steps } = setUp();
  for (let job = 0; job < 3_000; job += 1)
    learner.open({ ...JOB, id: `a-${job}`, status: 'Succeeded' } as Job, PLACE, true)(round(0));
  learner.open({ ...JOB, id: 'a-2999', status: 'Succeeded' } as Job, PLACE, true)(round(0));
  await steps(3_000);
  expect(learner.remembered()).toBeLessThanOrEqual(1_000);
  for (let job = 0; job < 3_000; job += 1) learner.open({ ...JOB, id: `b-${job}` }, PLACE, true)(round(0));
  expect(await steps(6_000)).toHaveLength(6_000);
  learner.end(Array.from({ length: 3_000 }, (_, job) => `b-${job}`));
  expect(learner.remembered()).toBeLessThanOrEqual(1_000);
});

test('of a log that was read nothing stays in memory but how far', async () => {
  // A part of a text holds the whole, as its last stamp would a log of a MiB.
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const { learner, steps } = setUp();
  const readAll = (jobs: number) => {
    for (let job = 0; job < jobs; job += 1) {
      const log = `${second(job)} [1]\tvalidation_0-logloss:0.5\n${'x'.repeat(1_000_000)}${job}`;
      const read = learner.open({ ...JOB, id: `a-${job}` }, PLACE, true);
      read({ at: log.slice(0, 30), text: log.slice(31, log.indexOf('\n')) });
    }
  };
  collect();
  const before = process.memoryUsage().heapUsed;
  readAll(50);
  await steps(50);
  collect();
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(10_000_000);
});
