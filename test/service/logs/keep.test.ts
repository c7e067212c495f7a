import { pino } from 'pino';
import { expect, it } from 'vitest';
import { keepLogs } from '../../../service/logs/index.ts';
import { keepLogsSoFar } from '../../../service/logs/keep.ts';
import { startLogRecorder } from '../../../service/logs/recorder.ts';
import { freshDatabase } from '../postgres.ts';
import { dispatched, newJob } from '../some-jobs.ts';
import { JOB_ID, jobWith, setUp } from './world.ts';

const NEVER = new AbortController().signal;

async function stored() {
  const database = await freshDatabase();
  const store = database.store();
  await dispatched(store, ['member1'], { ...newJob({ jobName: 'demo' }), id: JOB_ID, objectName: JOB_ID });
  return store;
}

it('keeps what each container wrote', async () => {
  const { pod, karmada } = await setUp();
  const store = await stored();
  const submitter = pod('member1', 'sub', 'ray-job-submitter');
  submitter.write('epoch 1', 'nul \0 and 日本語');
  submitter.phase('Succeeded');
  pod('member1', 'head', 'ray-head').write('head up');
  await keepLogs({ store: store.logs, karmada, keepBytes: 10_000 }, jobWith({ status: 'Succeeded' }), NEVER);
  const kept = await store.logs.kept(JOB_ID);
  expect(kept.map(({ pod: name, text, droppedBytes }) => [name, text.replaceAll(/^\S+ /gm, ''), droppedBytes])).toEqual(
    [
      ['head', 'head up\n', 0],
      ['sub', 'epoch 1\nnul  and 日本語\n', 0],
    ],
  );
});

it('keeps all of the short logs and the end of the long ones, within the bytes given', async () => {
  const { pod, karmada } = await setUp();
  const store = await stored();
  pod('member1', 'a', 'ray-head').write('short');
  pod('member1', 'b', 'ray-worker').write(...Array.from({ length: 500 }, (_, index) => `line ${index}`));
  await keepLogs({ store: store.logs, karmada, keepBytes: 2000 }, jobWith({ status: 'Succeeded' }), NEVER);
  const [short, long] = await store.logs.kept(JOB_ID);
  expect(short).toMatchObject({ droppedBytes: 0 });
  expect(long?.text).toMatch(/^\S+Z line \d+\n/);
  expect(long?.text).toMatch(/line 499\n$/);
  expect(long?.droppedBytes).toBeGreaterThan(0);
  expect(Buffer.byteLength(`${short?.text}${long?.text}`)).toBeLessThanOrEqual(2000);
});

it('holds nobody up while it learns from very many lines', async () => {
  const { pod, karmada } = await setUp();
  const store = await stored();
  const lines = 20_000;
  const submitter = pod('member1', 'sub', 'ray-job-submitter');
  submitter.write(...Array.from({ length: lines }, (_, index) => `${index}`));
  submitter.phase('Succeeded');
  let others = 0;
  let learnt = 0;
  let meanwhile = 0;
  let isOver = false;
  const serveOthers = (): void => {
    if (learnt > 0) others += 1;
    if (!isOver) setImmediate(serveOthers);
  };
  serveOthers();
  const learn = () => () => {
    learnt += 1;
    meanwhile = others;
  };
  await keepLogs({ store: store.logs, karmada, keepBytes: 2 ** 20, learn }, jobWith({ status: 'Succeeded' }), NEVER);
  isOver = true;
  expect(learnt).toBeGreaterThanOrEqual(lines);
  expect(meanwhile).toBeGreaterThan(lines / 1_000);
});

it('reads the members once', async () => {
  const { pod, karmada, simulated } = await setUp();
  const store = await stored();
  pod('member1', 'a', 'ray-head').write('x');
  const keeper = { store: store.logs, karmada, keepBytes: 2000 };
  await keepLogs(keeper, jobWith({ status: 'Succeeded' }), NEVER);
  const asked = simulated.requests.count();
  await keepLogs(keeper, jobWith({ status: 'Succeeded' }), NEVER);
  expect(simulated.requests.count()).toBe(asked);
});

it('waits for the last lines of a driver that the end finds still writing', async () => {
  const { pod, karmada, simulated } = await setUp();
  const store = await stored();
  const submitter = pod('member1', 'sub', 'ray-job-submitter');
  submitter.write('epoch 1');
  const done = keepLogs({ store: store.logs, karmada, keepBytes: 2000 }, jobWith({ status: 'Succeeded' }), NEVER);
  while (simulated.requests.count(({ path }) => path.endsWith('/log')) === 0)
    await new Promise((resolve) => setImmediate(resolve));
  submitter.write('saved');
  submitter.phase('Succeeded');
  await done;
  expect((await store.logs.kept(JOB_ID))[0]?.text).toMatch(/saved\n$/);
});

it('does not hold up a cancellation for lines to come', async () => {
  const { pod, karmada, simulated } = await setUp();
  const store = await stored();
  pod('member1', 'sub', 'ray-job-submitter').write('epoch 1');
  await keepLogs({ store: store.logs, karmada, keepBytes: 2000 }, jobWith({ wanted: 'cancel' }), NEVER);
  expect((await store.logs.kept(JOB_ID))[0]?.text).toMatch(/epoch 1\n$/);
  expect(simulated.requests.entries().some(({ query }) => query.includes('follow=true'))).toBe(false);
});

it('rejects when a cluster cannot be asked, and keeps nothing then', async () => {
  const { karmada, simulated } = await setUp();
  const store = await stored();
  simulated.faults.add({ kind: 'refuse', where: 'member1' });
  const keeping = keepLogs({ store: store.logs, karmada, keepBytes: 2000 }, jobWith({ status: 'Failed' }), NEVER);
  await expect(keeping).rejects.toMatchObject({ failure: 'memberUnavailable' });
  expect((await store.logs.missing(10)).length + (await store.logs.kept(JOB_ID)).length).toBe(0);
});

const words = (text: string): string[] => [...text.matchAll(/^\S+ (.*)$/gm)].map(([, word = '']) => word);

it('keeps the first run of a job that is suspended and resumed, beside the second', async () => {
  const { pod, karmada } = await setUp();
  const store = await stored();
  const keeper = { store: store.logs, karmada, keepBytes: 10_000 };
  const before = pod('member1', 'first', 'ray-job-submitter');
  before.write('epoch 1', 'epoch 2');
  await keepLogs(keeper, jobWith({ wanted: 'suspend' }), NEVER);
  before.remove();
  const after = pod('member1', 'second', 'ray-job-submitter');
  after.write('epoch 3');
  after.phase('Succeeded');
  await keepLogs(keeper, jobWith({ status: 'Succeeded' }), NEVER);
  const kept = await store.logs.kept(JOB_ID);
  expect(kept.map(({ run, pod: name, text }) => [run, name, words(text)])).toEqual([
    [1, 'first', ['epoch 1', 'epoch 2']],
    [2, 'second', ['epoch 3']],
  ]);
});

it('all runs together stay within the bytes given', async () => {
  const { pod, karmada } = await setUp();
  const store = await stored();
  const keeper = { store: store.logs, karmada, keepBytes: 3_000 };
  for (let run = 1; run <= 4; run += 1) {
    const submitter = pod('member1', `run-${run}`, 'ray-job-submitter');
    submitter.write(...Array.from({ length: 100 }, (_, line) => `run ${run} line ${line}`));
    await keepLogs(keeper, jobWith({ wanted: 'suspend' }), NEVER);
    submitter.remove();
  }
  const kept = await store.logs.kept(JOB_ID);
  expect(kept.map(({ run }) => run)).toEqual([1, 2, 3, 4]);
  expect(kept.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0)).toBeLessThanOrEqual(3_000);
  for (const { run, text } of kept) expect(text).toMatch(new RegExp(`run ${run} line 99\n$`));
});

it('what was read while it ran goes on with what is new, and is not read from the start again', async () => {
  const { pod, karmada } = await setUp();
  const store = await stored();
  const keeper = { store: store.logs, karmada, keepBytes: 1_000_000 };
  const submitter = pod('member1', 'sub', 'ray-job-submitter');
  const lines = (from: number, to: number) => Array.from({ length: to - from }, (_, line) => `line ${from + line}`);
  submitter.write(...lines(0, 1_000));
  await keepLogsSoFar(keeper, jobWith(), NEVER);
  submitter.write(...lines(1_000, 2_000));
  await keepLogsSoFar(keeper, jobWith(), NEVER);
  submitter.write(...lines(2_000, 3_000));
  await keepLogsSoFar(keeper, jobWith(), NEVER);
  const [kept] = await store.logs.kept(JOB_ID);
  expect(words(kept?.text ?? '')).toEqual(lines(0, 3_000));
  expect(kept?.droppedBytes).toBe(0);
});

it('is done for running jobs by itself', async () => {
  const { pod, karmada } = await setUp();
  const store = await stored();
  const job = await store.jobs.get(JOB_ID);
  const change = { jobId: JOB_ID, readVersion: job?.version ?? 0, set: { status: 'Running' }, under: [] } as const;
  await store.monitor.apply([change], []);
  pod('member1', 'sub', 'ray-job-submitter').write('epoch 1');
  const recorder = startLogRecorder({ store: store.logs, karmada, keepBytes: 10_000 }, pino({ level: 'silent' }), 20);
  try {
    await expect.poll(() => store.logs.kept(JOB_ID)).toMatchObject([{ pod: 'sub', run: 1 }]);
  } finally {
    await recorder.stop();
  }
});
