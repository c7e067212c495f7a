import { randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { pino } from 'pino';
import { expect, test, vi } from 'vitest';
import { reportToken } from '../../../service/jobs/manifests/index.ts';
import { startReportEndpoint } from '../../../service/learning/endpoint.ts';
import { createRecorder } from '../../../service/learning/recorder.ts';
import { createReporters } from '../../../service/learning/reporters.ts';
import type { Report } from '../../../service/trainingjob/index.ts';
import { atEnd } from '../../concurrently.ts';
import { freshDatabase } from '../postgres.ts';
import { dispatched } from '../some-jobs.ts';
import recorded from '../trainingjob/recorded/huggingface-trainer.json' with { type: 'json' };

const KEY = randomBytes(32).toString('hex');
const log = pino({ level: 'silent' });

async function setUp() {
  const database = await freshDatabase();
  const store = database.store();
  const recorder = createRecorder({ store: store.curves, log });
  const reporters = createReporters({ store: store.progress, recorder, log });
  const endpoint = await startReportEndpoint({ host: '127.0.0.1', port: 0, key: KEY, reporters, log });
  recorder.start();
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= (async () => {
      await endpoint.stop();
      await reporters.stop();
      await recorder.stop();
    })();
    return stopped;
  };
  atEnd(stop);
  const job = await dispatched(store);
  const post = (body: unknown, { id = job.id, token = reportToken(KEY, job) as string | null } = {}) =>
    send(endpoint.port, `/progress/jobs/${id}`, body, token);
  const progress = async () => (await store.jobs.get(job.id))?.progress ?? null;
  return { database, endpoint, job, post, progress, stop, store };
}

/** As Python's urllib does: a connection for each report. */
function send(port: number, path: string, body: unknown, token: string | null): Promise<[number, string]> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', ...(token !== null && { authorization: `Bearer ${token}` }) };
    const sent = request({ port, path, method: 'POST', agent: false, headers }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      resolve([response.statusCode ?? 0, Buffer.concat(chunks).toString()]);
    });
    sent.once('error', reject);
    sent.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
}

const report = (metrics: Record<string, unknown>, fields: object = {}) => ({
  trainerStatus: {
    lastUpdatedTime: new Date().toISOString(),
    progressPercentage: 40,
    estimatedRemainingSeconds: 90,
    metrics: Object.entries(metrics).map(([name, value]) => ({ name, value: String(value) })),
    ...fields,
  },
});

test('a loss that is told as NaN is no number, until it is told as one again', async () => {
  const { post, progress } = await setUp();
  await post(report({ loss: 0.5, current_step: 1 }));
  await vi.waitFor(async () => expect((await progress())?.loss).toBe(0.5));
  await post(report({ loss: 'nan', current_step: 2 }));
  await vi.waitFor(async () => expect(await progress()).toMatchObject({ loss: null, lossIsNoNumber: true, step: 2 }));
  // A report that tells no loss says nothing of it.
  await post(report({ current_step: 3 }));
  await vi.waitFor(async () => expect(await progress()).toMatchObject({ lossIsNoNumber: true, step: 3 }));
  await post(report({ loss: 0.25, current_step: 4 }));
  await vi.waitFor(async () => expect((await progress())?.loss).toBe(0.25));
  expect(await progress()).not.toHaveProperty('lossIsNoNumber');
});

test('what a training reports is in its job and its curve a moment later', async () => {
  const { job, post, progress, stop, store } = await setUp();
  expect(await post(report({ loss: 0.5, rmse: 2, current_step: 40, total_steps: 100, current_epoch: 3.7 }))).toEqual([
    200,
    '{}',
  ]);
  await vi.waitUntil(async () => (await progress())?.percent === 40, { timeout: 60_000 });
  expect(await progress()).toMatchObject({
    source: 'report',
    cluster: 'member1',
    epoch: 3,
    step: 40,
    etaSeconds: 90,
    loss: 0.5,
    metrics: { loss: 0.5, rmse: 2 },
  });
  // Less further on than before, and of other numbers: nothing goes back.
  await post(report({ eval_loss: 0.6, current_step: 30 }, { progressPercentage: 30 }));
  await vi.waitUntil(async () => (await progress())?.metrics.eval_loss === 0.6, { timeout: 60_000 });
  expect(await progress()).toMatchObject({ percent: 40, step: 40, metrics: { loss: 0.5, rmse: 2, eval_loss: 0.6 } });
  await stop();
  const curves = (await store.curves.read([job.id])).get(job.id);
  expect(curves?.series.map(({ name, value }) => [name, value.map((each) => Number(each.toPrecision(3)))])).toEqual([
    ['eval_loss', [0.6]],
    ['loss', [0.5]],
    ['rmse', [2]],
  ]);
  expect(curves?.marks).toMatchObject([{ cluster: 'member1', attempt: 1 }]);
});

test("HuggingFace's own reports are taken as they are", async () => {
  const { job, post, progress, stop, store } = await setUp();
  for (const each of recorded) expect(await post(each)).toEqual([200, '{}']);
  await vi.waitUntil(async () => (await progress())?.percent === 100, { timeout: 60_000 });
  expect(await progress()).toMatchObject({ etaSeconds: 0, loss: expect.any(Number), step: expect.any(Number) });
  await stop();
  const { names } = (await store.curves.read([job.id])).get(job.id) ?? {};
  expect(names).toEqual(expect.arrayContaining(['grad_norm', 'learning_rate', 'loss']));
});

test('a reporter that lies changes nothing', async () => {
  const { database, endpoint, job, post, progress, stop, store } = await setUp();
  const other = await dispatched(store);
  const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, name) => [`n${name}`, 1]));
  const lies: [string, number, Promise<[number, string]>][] = [
    ['no token', 401, post(report({ loss: 1 }), { token: null })],
    ["another job's token", 401, post(report({ loss: 1 }), { token: reportToken(KEY, other) })],
    [
      "another attempt's token",
      409,
      post(report({ loss: 1 }), { token: reportToken(KEY, { ...job, objectName: 'x' }) }),
    ],
    ["another key's token", 401, post(report({ loss: 1 }), { token: reportToken('other', job) })],
    [
      'no job',
      409,
      post(report({ loss: 1 }), { id: 'none', token: reportToken(KEY, { id: 'none', objectName: 'none' }) }),
    ],
    ['10,000 names', 413, post(report(many))],
    ['1 MB', 413, post('x'.repeat(1_000_000))],
    ['no JSON', 400, post('{')],
    ['no report', 422, post({ trainerStatus: { progressPercentage: 1_000 } })],
    ['no such place', 404, send(endpoint.port, '/jobs', report({}), reportToken(KEY, job))],
  ];
  for (const [what, status, answered] of lies)
    expect([what, (await answered.catch(closed))[0]]).toEqual([what, status]);
  await stop();
  expect(await progress()).toBeNull();
  expect(await database.query('select 1 from job_curve')).toEqual([]);
});

/** A server may close the connection on whoever sends more than it reads. */
const closed = (error: NodeJS.ErrnoException): [number, string] => {
  if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') throw error;
  return [413, ''];
};

test('numbers that are none, and a clock of 1970, change neither what was known nor the time', async () => {
  const { job, post, progress, stop, store } = await setUp();
  await post(report({ loss: 0.5, rmse: 2 }, { lastUpdatedTime: '1970-01-01T00:00:00Z' }));
  await vi.waitUntil(async () => (await progress())?.loss === 0.5, { timeout: 60_000 });
  await post(report({ loss: 'NaN', rmse: 'Infinity', huge: '1e300' }, { progressPercentage: 41 }));
  await vi.waitUntil(async () => (await progress())?.percent === 41, { timeout: 60_000 });
  expect(await progress()).toMatchObject({ loss: null, metrics: {} });
  expect((await post(report({ loss: 7 }, { lastUpdatedTime: '1970-01-01T00:00:00Z' })))[0]).toBe(409);
  await stop();
  const [loss] = (await store.curves.read([job.id], ['loss'])).get(job.id)?.series ?? [];
  expect(loss?.value).toEqual([0.5]);
  expect(Math.abs((loss?.at[0] ?? 0) - Date.now())).toBeLessThan(600_000);
});

test('too many reports of one job are refused, and those of others are not', async () => {
  const { endpoint, post, store } = await setUp();
  const other = await dispatched(store);
  const answers = await Promise.all(Array.from({ length: 60 }, () => post(report({ loss: 1 }))));
  expect(answers.filter(([status]) => status === 429).length).toBeGreaterThan(0);
  expect((await send(endpoint.port, `/jobs/${other.id}`, report({ loss: 1 }), reportToken(KEY, other)))[0]).toBe(200);
});

test('of jobs that have ended, or are not there, few are remembered, however many report', async () => {
  const ended = (jobId: string) => ({
    namespace: 'ml',
    objectName: jobId,
    attempt: 1,
    clusters: [],
    isOver: !jobId.startsWith('runs'),
    progress: null,
  });
  const reporters = createReporters({
    store: {
      reporters: async (jobIds) =>
        new Map(jobIds.filter((id) => !id.startsWith('no')).map((jobId) => [jobId, ended(jobId)])),
      save: async () => undefined,
    },
    recorder: { take: () => undefined },
    log,
  });
  const line = { time: new Date(), metrics: {}, withoutValue: [] } as unknown as Report;
  const takeAll = async (what: string) => {
    const ids = Array.from({ length: 1_500 }, (_, job) => `${what}-${job}`);
    await Promise.all(ids.map((id) => reporters.take(id, id, line, 'log')));
    return ids;
  };
  await takeAll('over');
  await takeAll('none');
  const running = await takeAll('runs');
  expect(reporters.remembered()).toBe(2_500);
  reporters.end(running);
  expect(reporters.remembered()).toBe(1_000);
});

test('a job that has ended reports nothing more', async () => {
  const { database, job, post, progress } = await setUp();
  await database.query("update job set status = 'Succeeded', finished_at = now() where id = $1", [job.id]);
  expect(await post(report({ loss: 1 }))).toEqual([409, JSON.stringify({ message: 'the job has ended' })]);
  expect(await progress()).toBeNull();
});
