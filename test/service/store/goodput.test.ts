import { expect, test } from 'vitest';
import { goodputAsCsv, goodputOf } from '../../../service/jobs/index.ts';
import { freshDatabase } from '../postgres.ts';
import { dispatched } from '../some-jobs.ts';

const at = (hour: number) => new Date(Date.UTC(2026, 0, 1, hour));
const DAY = { from: at(0), to: at(24) };
type Told = { readonly step?: number; readonly epoch?: number; readonly percent?: number } | null;

interface Attempt {
  readonly began: Told;
  readonly reached: Told;
  readonly hours: readonly [number, number];
}
const attempt = (more: Partial<Attempt> = {}): Attempt => ({
  began: { step: 0 },
  reached: { step: 100 },
  hours: [0, 2],
  ...more,
});

interface Work {
  readonly namespace?: string;
  readonly status?: string;
  readonly reason?: string;
  /** By what each attempt but the last was lost. */
  readonly lostTo?: string;
}

async function setUp() {
  const database = await freshDatabase();
  const store = database.store();

  /** A job of 4 GPUs and 8 CPUs whose attempts ran for so long, one after the other. */
  async function ran(
    attempts: readonly Attempt[],
    { namespace = 'team-a', lostTo = 'infrastructure', ...end }: Work = {},
  ) {
    const { id } = await dispatched(store);
    const { status = 'Succeeded', reason = 'Succeeded' } = end;
    const [last] = attempts.slice(-1);
    const told = (progress: Told) => (progress === null ? null : JSON.stringify({ source: 'report', ...progress }));
    const lengthMs = ({ hours: [from, to] }: Attempt) => (to - from) * 3_600_000;
    for (const [place, { began, reached, hours }] of attempts.slice(0, -1).entries()) {
      await database.query(
        `insert into job_attempt (job_id, tries, attempt, object_name, clusters, started_at, ended_at, ran_ms, lost_to, reason, message, progress, began)
         values ($1, $2, $2, $1, '{member1}', $3, $4, $5, $6, 'Interrupted', '', $7, $8)`,
        [
          id,
          place + 1,
          at(hours[0]),
          at(hours[1]),
          lengthMs(attempts[place] ?? attempt()),
          lostTo,
          told(reached),
          told(began),
        ],
      );
    }
    await database.query('update job set status = $2, reason = $3 where id = $1', [id, status, reason]);
    await database.query(
      `update job set namespace = $2, gpus = 4, cpus = 8, started_at = $3, finished_at = $4, ran_ms = $5, running_since = null,
                      recovery = jsonb_build_object('tries', $6::int) where id = $1`,
      [
        id,
        namespace,
        at(attempts[0]?.hours[0] ?? 0),
        status === 'Running' ? null : at(last?.hours[1] ?? 0),
        attempts.reduce((sum, each) => sum + lengthMs(each), 0),
        attempts.length,
      ],
    );
    if (last?.reached)
      await database.query(
        "insert into job_progress (job_id, cluster, at, progress, began) values ($1, 'member1', now(), $2, $3)",
        [id, told(last.reached), told(last.began)],
      );
  }
  const goodput = async (period = DAY) => goodputOf((await store.jobs.works(period, undefined, 100)).works);
  return { goodput, ran, store };
}

test('what the next attempt does again is lost, and the rest of it is kept', async () => {
  const { goodput, ran } = await setUp();
  await ran([attempt(), attempt({ began: { step: 75 }, reached: { step: 175 }, hours: [2, 4] })]);
  const [team] = await goodput();
  expect(team).toMatchObject({ jobs: 1, attempts: 2, gpuHours: 16, cpuHours: 32, stepsRun: 200, stepsKept: 175 });
  expect(team?.lost.infrastructure).toEqual({ gpuHours: 2, cpuHours: 4 });
  expect(team?.goodput).toBe(0.875);
});

test.each<[string, Attempt[], Work, string]>([
  [
    'an attempt of which nobody told anything',
    [attempt({ began: null, reached: null }), attempt({ hours: [2, 2] })],
    {},
    'infrastructure',
  ],
  ['one that the next began from the start after', [attempt(), attempt({ hours: [2, 2] })], { lostTo: 'oom' }, 'oom'],
  ['a failure of its own', [attempt()], { status: 'Failed', reason: 'AppFailed' }, 'failed'],
  ['an end that no policy retried', [attempt()], { status: 'Failed', reason: 'Interrupted' }, 'preempted'],
  ['a person', [attempt()], { status: 'Failed', reason: 'Cancelled' }, 'cancelled'],
])('all is lost to %s', async (_, attempts, end, waste) => {
  const { goodput, ran } = await setUp();
  await ran(attempts, end);
  const lost = (await goodput())[0]?.lost as Record<string, unknown> | undefined;
  expect(lost?.[waste]).toEqual({ gpuHours: 8, cpuHours: 16 });
});

test('what reaches beyond the day counts by its part, as if it had run evenly', async () => {
  const { goodput, ran, store } = await setUp();
  await ran([attempt({ hours: [-2, 2] })]);
  expect(await goodput()).toMatchObject([{ gpuHours: 8, stepsRun: 50, stepsKept: 50, goodput: 1 }]);
  expect(await goodput({ from: at(-2), to: at(0) })).toMatchObject([{ gpuHours: 8, stepsRun: 50 }]);
  expect(await goodput({ from: at(3), to: at(4) })).toEqual([]);
  expect((await store.jobs.works(DAY, ['team-b'], 100)).works).toEqual([]);
});

test('what runs on is not lost', async () => {
  const { goodput, ran } = await setUp();
  await ran([attempt()], { status: 'Running', reason: 'Running' });
  const [team] = await goodput({ from: at(-1), to: new Date(Date.now() + 3_600_000) });
  expect(team).toMatchObject({ gpuHours: expect.closeTo(8), stepsKept: expect.closeTo(100), goodput: 1 });
});

test('epochs and percents count where there are no steps; without any there is no goodput', async () => {
  const { goodput, ran } = await setUp();
  await ran([attempt({ began: null, reached: { epoch: 3, percent: 50 } })]);
  await ran([attempt({ began: null, reached: null })], { namespace: 'team-b' });
  expect(await goodput()).toMatchObject([{ stepsRun: 3 }, { goodput: null }]);
});

test('of more jobs than are asked for it is said that not all are counted', async () => {
  const { ran, store } = await setUp();
  await ran([attempt()]);
  await ran([attempt(), attempt({ hours: [2, 3] })]);
  expect(await store.jobs.works(DAY, undefined, 3)).toMatchObject({ complete: true, works: { length: 2 } });
  expect((await store.jobs.works(DAY, undefined, 1)).complete).toBe(false);
});

test('as text: a line for each team', async () => {
  const { goodput, ran } = await setUp();
  for (const namespace of ['b', 'a']) await ran([attempt()], { namespace });
  const lines = goodputAsCsv(await goodput()).split('\r\n');
  expect(lines).toHaveLength(4);
  expect(lines[0]).toMatch(/^namespace,jobs,attempts,gpuHours,cpuHours,infrastructureGpuHours,/);
  expect(lines[1]).toMatch(/^a,1,1,8,16,0,.*,100,100,1$/);
});
