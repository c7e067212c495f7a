import { expect, test } from 'vitest';
import { freshDatabase } from '../postgres.ts';
import { dispatched, inserted } from '../some-jobs.ts';

const log = (container: string, text: string) => ({ cluster: 'member1', pod: 'pod', container, text, droppedBytes: 0 });

test('logs are given back as kept, a second keeping replaces those of the same container, and any byte is storable', async () => {
  const store = (await freshDatabase()).store();
  const { id } = await dispatched(store);

  await store.logs.keep(id, [
    log('submitter', 'first\n'),
    { ...log('head', 'x'.repeat(1_000_000)), droppedBytes: 5_000_000_000 },
  ]);
  await store.logs.keep(id, [log('submitter', 'second \0 \ud83d \u{1F600}\n')]);

  expect(await store.logs.kept(id)).toEqual([
    { ...log('head', 'x'.repeat(1_000_000)), droppedBytes: 5_000_000_000 },
    log('submitter', 'second \uFFFD \uFFFD \u{1F600}\n'),
  ]);
  expect(await store.logs.kept('nobody')).toEqual([]);
  await store.logs.keep('nobody', [log('x', 'for a job that was deleted meanwhile')]);
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
  await store.logs.keep(ended.id, []);
  expect(await missing()).toEqual([cancelled.id]);
  expect(await missing()).not.toContain(running.id);
});
