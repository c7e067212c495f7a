import { expect, test } from 'vitest';
import { freshDatabase } from '../postgres.ts';
import { dispatched, inserted } from '../some-jobs.ts';

const log = (container: string, text: string, restart = 0) => ({
  cluster: 'member1',
  pod: 'pod',
  container,
  restart,
  run: restart + 1,
  text,
  droppedBytes: 0,
});

test('logs are given back as kept, a second keeping takes the place of the first, and any byte is storable', async () => {
  const store = (await freshDatabase()).store();
  const { id } = await dispatched(store);

  await store.logs.keep(
    id,
    [
      log('gone', 'no longer wanted\n'),
      log('submitter', 'first\n'),
      { ...log('head', 'x'.repeat(1_000_000)), droppedBytes: 5_000_000_000 },
    ],
    'soFar',
  );
  const second = log('submitter', 'second \0 \ud83d \u{1F600}\n', 1);
  const head = (await store.logs.kept(id)).filter(({ container }) => container === 'head');
  await store.logs.keep(id, [log('submitter', 'longer\n'), second, ...head], 'last');

  expect(await store.logs.kept(id)).toEqual([
    { ...log('head', 'x'.repeat(1_000_000)), droppedBytes: 5_000_000_000 },
    log('submitter', 'longer\n'),
    log('submitter', 'second \uFFFD \uFFFD \u{1F600}\n', 1),
  ]);
  expect(await store.logs.kept('nobody')).toEqual([]);
  await store.logs.keep('nobody', [log('x', 'for a job that was deleted meanwhile')], 'last');
  expect(await store.logs.kept('nobody')).toEqual([]);
});

test('missing are the dispatched jobs that ended or are to end, until their logs are kept, even if there are none', async () => {
  const store = (await freshDatabase()).store();
  const said = { reason: 'Cancelling', message: 'm' } as const;
  const [ended, cancelled, running] = [await dispatched(store), await dispatched(store), await dispatched(store)];
  const never = await inserted(store);
  await store.monitor.apply(
    [{ jobId: ended.id, readVersion: ended.version, set: { status: 'Failed' }, under: [] }],
    [],
  );
  await store.jobs.setWanted(cancelled.id, 'cancel', said);
  await store.jobs.setWanted(never, 'cancel', said);
  const missing = async () => (await store.logs.missing(10)).map(({ id }) => id).sort();

  expect(await missing()).toEqual([ended.id, cancelled.id].sort());
  expect(await store.logs.missing(1)).toHaveLength(1);
  await store.logs.keep(ended.id, [], 'last');
  expect(await missing()).toEqual([cancelled.id]);
  expect(await missing()).not.toContain(running.id);
});

test('what was read so far gives way to what is kept before the pods go, and to the last time', async () => {
  const store = (await freshDatabase()).store();
  const { id } = await dispatched(store);
  const texts = async () => (await store.logs.kept(id)).map(({ text }) => text);
  await store.logs.keep(id, [log('x', 'so far')], 'soFar');
  await store.jobs.setWanted(id, 'suspend', { reason: 'Suspending', message: '' });
  await store.logs.keep(id, [log('x', 'all')], 'beforeSuspension');
  await store.logs.keep(id, [log('x', 'late')], 'soFar');
  expect(await texts()).toEqual(['all']);
  expect(await store.logs.isComplete(id)).toBe(false);
  await store.jobs.setWanted(id, 'run', { reason: 'Resuming', message: '' });
  await store.logs.keep(id, [log('x', 'end')], 'last');
  await store.logs.keep(id, [log('x', 'late')], 'soFar');
  await store.logs.keep(id, [log('x', 'late')], 'beforeSuspension');
  expect(await texts()).toEqual(['end']);
  expect(await store.logs.isComplete(id)).toBe(true);
});

test('what was read so far gives way also where the job was suspended, kept and resumed while it was read', async () => {
  const store = (await freshDatabase()).store();
  const { id, version } = await dispatched(store);
  const isRunning = { jobId: id, readVersion: version, set: { status: 'Running' }, under: [] } as const;
  await store.monitor.apply([isRunning], []);
  const texts = async () => (await store.logs.kept(id)).map(({ text }) => text);
  for (const [everySeconds, text] of [
    [60, 'so far'],
    [0, 'and further'],
  ] as const) {
    expect(await store.logs.claimRunning(1, everySeconds)).toHaveLength(1);
    await store.logs.keep(id, [log('x', text)], 'soFar');
    expect(await texts()).toEqual([text]);
  }
  await store.logs.claimRunning(1, 0);
  await store.logs.keep(id, [log('x', 'all'), log('y', 'all')], 'beforeSuspension');
  await store.logs.keep(id, [], 'soFar');
  expect(await texts()).toEqual(['all', 'all']);
});

test('running jobs are given out to be read to one caller at a time, and not again for a while', async () => {
  const store = (await freshDatabase()).store();
  const jobs = [await dispatched(store), await dispatched(store), await dispatched(store)];
  await dispatched(store);
  const changes = jobs.map(({ id, version }) => ({ jobId: id, readVersion: version, under: [] }));
  const [first, second, third] = changes as [(typeof changes)[0], (typeof changes)[0], (typeof changes)[0]];
  const running = { status: 'Running' } as const;
  const silent = { ...running, unreachableSince: { member1: new Date().toISOString() } };
  await store.monitor.apply(
    [
      { ...first, set: running },
      { ...second, set: running },
      { ...third, set: silent },
    ],
    [],
  );
  const claims = await Promise.all([store.logs.claimRunning(10, 60), store.logs.claimRunning(10, 60)]);
  expect(
    claims
      .flat()
      .map(({ id }) => id)
      .sort(),
  ).toEqual([first.jobId, second.jobId].sort());
  expect(await store.logs.claimRunning(10, 60)).toEqual([]);
  expect(await store.logs.claimRunning(1, 0)).toHaveLength(1);
});
