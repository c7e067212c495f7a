import { pino } from 'pino';
import { expect, test, vi } from 'vitest';
import { createRecorder } from '../../../service/learning/recorder.ts';
import type { CurveEntry } from '../../../service/store/store.ts';
import { eventually } from '../../patience.ts';

/** What is given to the store, and a database that can be away. */
function setUp() {
  const written: CurveEntry[] = [];
  const state = { isAway: false, now: 1_000_000, refusals: 0, ended: new Set<string>(), asked: 0 };
  const toldOf: string[] = [];
  const recorder = createRecorder({
    store: {
      async append(entries) {
        if (state.isAway) {
          state.refusals += 1;
          throw new Error('away');
        }
        written.push(...entries);
      },
      settle: async () => undefined,
      async ended(jobIds) {
        state.asked += 1;
        return jobIds.filter((jobId) => state.ended.has(jobId));
      },
    },
    onEnded: (jobIds) => toldOf.push(...jobIds),
    log: pino({ level: 'silent' }),
    now: () => state.now,
  });
  const tell = (jobId: string, fields: Partial<Parameters<typeof recorder.take>[0]['progress']> = {}, seconds = 10) => {
    state.now += seconds * 1000;
    const progress = { attempt: 1, step: null, epoch: null, percent: null, loss: null, metrics: {}, ...fields };
    recorder.take({ jobId, cluster: 'member1', progress });
  };
  return { recorder, state, tell, toldOf, written };
}

test('gathers what was told, in order, and writes it once', async () => {
  const { recorder, tell, written } = setUp();
  for (const step of [1, 2, 3]) tell('a', { step, loss: 1 / step, metrics: { rmse: step } });
  tell('b', { percent: 4 });
  recorder.start();
  await recorder.stop();
  expect(written.map(({ jobId }) => jobId)).toEqual(['a', 'b']);
  const [a, b] = written;
  expect(a?.points.map(({ step, numbers }) => [step, numbers])).toEqual(
    [1, 2, 3].map((step) => [step, { loss: 1 / step, rmse: step }]),
  );
  expect(a).toMatchObject({ stepSeconds: 10, steppedAt: 1_030_000, marks: [{ attempt: 1, cluster: 'member1' }] });
  expect(b).toMatchObject({ points: [], steppedAt: 1_040_000 });
});

test('a report that brings no further step tells of none', async () => {
  const { recorder, tell, written } = setUp();
  tell('a', { step: 5 });
  tell('a', { step: 5 }, 600);
  tell('a', { step: 4 }, 600);
  recorder.start();
  await recorder.stop();
  expect(written).toMatchObject([{ steppedAt: 1_010_000, stepSeconds: null }]);
});

test('another attempt may begin where the first one did, and is marked', async () => {
  const { recorder, tell, written } = setUp();
  tell('a', { step: 5 });
  tell('a', { step: 1, attempt: 2 });
  recorder.start();
  await recorder.stop();
  expect(written[0]?.marks.map(({ attempt }) => attempt)).toEqual([1, 2]);
  expect(written[0]?.steppedAt).toBe(1_020_000);
});

test('numbers that are none, and names that nobody could show, are left out', async () => {
  const { recorder, tell, written } = setUp();
  const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, name) => [`n${name}`, name]));
  tell('a', {
    metrics: { nan: Number.NaN, huge: 1e300, ['x'.repeat(65)]: 1, 'a\nb': 1, '': 1, __proto__: 1, ...many },
  });
  recorder.start();
  await recorder.stop();
  const [point] = written[0]?.points ?? [];
  expect(Object.keys(point?.numbers ?? {})).toEqual(Array.from({ length: 20 }, (_, name) => `n${name}`));
});

test('while the database is away what was told waits, the oldest goes first, and nothing is written twice', async () => {
  const { recorder, state, tell, written } = setUp();
  state.isAway = true;
  recorder.start();
  for (let step = 1; step <= 300; step += 1) tell('a', { step, loss: step });
  await vi.waitUntil(() => state.refusals > 0, { timeout: 60_000 });
  tell('a', { step: 301, loss: 301 });
  state.isAway = false;
  await vi.waitUntil(() => written.length > 0, { timeout: 60_000 });
  await recorder.stop();
  expect(written).toHaveLength(1);
  expect(written[0]?.points.map(({ step }) => step)).toEqual(Array.from({ length: 256 }, (_, index) => index + 46));
});

test('of a job that has been silent for a day nothing is remembered', async () => {
  const { recorder, state, tell } = setUp();
  tell('a', { step: 1 });
  tell('b', { step: 1 }, 86_400);
  expect(recorder.remembered()).toBe(2);
  recorder.start();
  await eventually(recorder.remembered, (count) => count === 1);
  state.now += 86_400_000;
  await eventually(recorder.remembered, (count) => count === 0);
  await recorder.stop();
});

test('of trainings that have ended few are remembered, however many they were, and of one that goes on the pace', async () => {
  const { recorder, state, tell, toldOf, written } = setUp();
  for (const step of [1, 2]) tell('goes-on', { step });
  for (let job = 0; job < 3_000; job += 1) tell(`ended-${job}`, { step: 1 }, 0);
  for (let job = 0; job < 3_000; job += 1) state.ended.add(`ended-${job}`);
  recorder.start();
  await eventually(
    () => written.length,
    (count) => count === 3_001,
  );
  state.now += 61_000;
  await eventually(
    () => toldOf.length,
    (count) => count === 3_000,
  );
  expect(recorder.remembered()).toBeLessThanOrEqual(1_001);
  tell('goes-on', { step: 12 }, 39);
  await recorder.stop();
  // A median of three: it was not begun anew, and is not marked as another attempt.
  expect(written.at(-1)).toMatchObject({ jobId: 'goes-on', stepSeconds: 10, marks: [] });
});

test('one that ends in silence is found to have ended later', async () => {
  const { recorder, state, tell, toldOf, written } = setUp();
  tell('a', { step: 1 });
  recorder.start();
  await eventually(
    () => written.length,
    (count) => count === 1,
  );
  state.now += 61_000;
  await eventually(
    () => state.asked,
    (asked) => asked > 0,
  );
  expect(toldOf).toEqual([]);
  state.ended.add('a');
  state.now += 601_000;
  await eventually(
    () => toldOf.length,
    (count) => count === 1,
  );
  await recorder.stop();
  expect(toldOf).toEqual(['a']);
});
