import { afterEach, expect, test } from 'vitest';
import { sparkline } from '../../../service/cli/commands/metrics.ts';
import { EXIT } from '../../../service/cli/exit-codes.ts';
import { json, startScripted } from '../client/scripted-service.ts';
import { mlp } from './mlp.ts';

const JOB = 'first-0a1b2c3d';

let service: Awaited<ReturnType<typeof startScripted>> | undefined;
afterEach(() => service?.close());

/** A job whose training is further each time that it is looked at. */
const serve = async (percents: (number | null)[], end: object = {}) => {
  service = await startScripted(({ path }, response) => {
    if (path.endsWith('/events') || path.endsWith('/attempts')) return json(response, []);
    if (path !== `/api/v1/jobs/${JOB}`) return json(response, { clusters: [] });
    const isLast = percents.length === 1;
    const percent = isLast ? percents[0] : percents.shift();
    const progress = { source: 'operator', percent, epoch: 3, etaSeconds: 190, loss: 0.123456, checkpoint: 's3://b/3' };
    const rest = { attempt: 1, workers: { ready: 2, of: 4 }, at: '2026-01-01T00:00:00Z' };
    json(response, {
      ...JOB_FIELDS,
      progress: percent === null ? null : { ...progress, ...rest },
      ...(isLast ? end : {}),
    });
  });
  return service.url;
};

const JOB_FIELDS = {
  id: JOB,
  status: 'Running',
  reason: 'Running',
  message: '',
  clusters: [],
  unreachableSince: {},
  request: {},
  createdAt: '2026-01-01T00:00:00Z',
  dispatchedAt: '2026-01-01T00:00:00Z',
  finishedAt: null,
  ranForMs: 61_000,
  runningSince: null,
};

test('describe shows how far a training is', async () => {
  const { out, err } = await mlp(['describe', JOB], { url: await serve([42]) });
  expect(out, err).toMatch(/Progress: +\[#{8} {12}\] 42%, epoch 3, loss 0\.1235, 3m10s left\n/);
  expect(out).toMatch(/Workers: +2 of 4 ready\nCheckpoint: +s3:\/\/b\/3\nRan for: +1m1s\n/);
});

test('a wait for progress ends when it is so far, and as the job when that ends before', async () => {
  const args = ['wait', JOB, '--for=progress=50'];
  expect((await mlp(args, { url: await serve([null, 40, 50]) })).code).toBe(EXIT.ok);
  await service?.close();
  const failed = { status: 'Failed', reason: 'AppFailed' };
  expect((await mlp(args, { url: await serve([40, 41], failed) })).code).toBe(EXIT.jobFailed);
  await service?.close();
  expect((await mlp([...args, '--timeout', '1s'], { url: await serve([40]) })).code).toBe(EXIT.waitedInVain);
});

test('metrics are told once each, as rows or for a spreadsheet, until the job has ended', async () => {
  const ended = { status: 'Succeeded', reason: 'Succeeded' };
  const csv = await mlp(['metrics', '-f', JOB, '-o', 'csv'], { url: await serve([null, 40, 40, 41], ended) });
  expect([csv.code, csv.out]).toEqual([
    EXIT.ok,
    'at,percent,epoch,loss,etaSeconds,attempt,checkpoint\n' +
      '2026-01-01T00:00:00Z,40,3,0.123456,190,1,s3://b/3\n2026-01-01T00:00:00Z,41,3,0.123456,190,1,s3://b/3\n',
  ]);
  await service?.close();
  const table = await mlp(['metrics', JOB], { url: await serve([40]) });
  expect(table.out).toMatch(/^AT +PROGRESS +EPOCH +LEFT +LOSS +\n2026-01-01T00:00:00Z +40% +3 +3m10s +0\.1235 +▁\n$/);
  await service?.close();
  const none = await mlp(['metrics', JOB], { url: await serve([null]) });
  expect(none).toEqual({ code: EXIT.ok, out: '', err: `Job ${JOB} tells nothing of its training.\n` });
  expect(sparkline([8, 4, 2, 1, Number.NaN, 1])).toBe('█▄▂▁▁');
});

test('the history of a training is a line a number, and whole as csv', async () => {
  const series = {
    name: 'val_loss',
    at: [1_767_225_600_000, 1_767_225_610_000],
    value: [0.5, 0.25],
    min: [0.4, 0.25],
    max: [0.6, 0.25],
    step: [1, null],
    last: 0.25,
    lowest: 0.25,
    highest: 0.6,
  };
  service = await startScripted(({ path }, response) => {
    if (path.split('?')[0] === `/api/v1/jobs/${JOB}/metrics`) return json(response, { jobId: JOB, series: [series] });
    json(response, JOB_FIELDS);
  });
  const { url } = service;
  const table = await mlp(['metrics', JOB, '--history'], { url });
  expect(table.out, table.err).toMatch(/^NAME +LAST +LOWEST +HIGHEST +\nval_loss +0\.25 +0\.25 +0\.6 +█▁\n$/);
  expect((await mlp(['metrics', JOB, '--history', '-o', 'csv'], { url })).out).toBe(
    'name,at,step,value,min,max\n' +
      'val_loss,2026-01-01T00:00:00.000Z,1,0.5,0.4,0.6\nval_loss,2026-01-01T00:00:10.000Z,,0.25,0.25,0.25\n',
  );
  expect((await mlp(['metrics', JOB, '--history', '--follow'], { url })).code).toBe(EXIT.usage);
});
