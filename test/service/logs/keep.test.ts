import { expect, it } from 'vitest';
import { keepLogs } from '../../../service/logs/index.ts';
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
