import { describe, expect, test } from 'vitest';
import type { JobEvent } from '../../../service/jobs/job.ts';
import { freshDatabase } from '../postgres.ts';
import { claimOne, dispatched, inserted } from '../some-jobs.ts';

// A transaction of another test's database may hold an event back for a moment (commit_horizon), so what must come is waited for.
describe('the stream', () => {
  test('begins at the start or after an id, in pages', async () => {
    const store = (await freshDatabase()).store();
    expect(await store.events.latest()).toBeNull();
    const jobs = [await inserted(store), await inserted(store), await inserted(store)];

    await expect.poll(() => store.events.after(null, 10)).toHaveLength(3);
    const all = await store.events.after(null, 10);
    const rest = await store.events.after(all[0]?.id ?? null, 1);

    expect(all.map(({ jobId }) => jobId)).toEqual(jobs);
    expect(rest).toEqual([all[1]]);
    expect(await store.events.latest()).toBe(all[2]?.id);
    expect(await store.events.after(await store.events.latest(), 10)).toEqual([]);
  });

  test('holds back what commits early until all that began before has ended', async () => {
    const database = await freshDatabase();
    const store = database.store();
    const start = await store.events.latest();
    let wake = () => {};
    await store.events.onCommit(() => wake());
    await database.query('begin');
    await database.query(
      "insert into event (job_id, namespace, status, reason, message) values ('slow', 'default', 'Pending', 'Slow', '')",
    );

    await inserted(store);
    const meanwhile = await store.events.after(start, 10);
    expect(await store.events.latest()).toBe(start);
    // No notice tells of this commit: the store looks by itself.
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    await database.query('commit');
    await woken;

    expect(meanwhile).toEqual([]);
    await expect
      .poll(async () => (await store.events.after(start, 10)).map(({ reason }) => reason))
      .toEqual(['Slow', 'Queued']);
  });

  test('does not wait for transactions in other databases of the server', async () => {
    const [database, neighbour] = [await freshDatabase(), await freshDatabase()];
    const store = database.store();
    await neighbour.query('begin');
    await neighbour.query('create table long_work ()');

    const id = await inserted(store);

    await expect.poll(async () => (await store.events.after(null, 10)).map(({ jobId }) => jobId)).toEqual([id]);
    const changedAgain = async () =>
      (await store.monitor.changedSince((await store.monitor.changedSince(null)).mark)).jobs;
    await expect.poll(changedAgain).toEqual([]);
    await neighbour.query('commit');
  });

  test('read while many write misses none, repeats none, and tells each job in its order', async () => {
    const database = await freshDatabase();
    const [writer, reader] = [database.store({ poolSize: 10 }), database.store()];
    let writing = true;
    const read: JobEvent[] = [];
    const reading = (async () => {
      let last: string | null = null;
      for (;;) {
        const over = !writing;
        const page: JobEvent[] = await reader.events.after(last, 7);
        read.push(...page);
        last = page.at(-1)?.id ?? last;
        if (over && page.length === 0) return;
      }
    })();

    await Promise.all(
      Array.from({ length: 10 }, async () => {
        for (let n = 0; n < 10; n++) {
          const id = await inserted(writer);
          await writer.jobs.setWanted(id, 'cancel', { reason: 'Cancelling', message: '' });
        }
      }),
    );
    writing = false;
    await reading;

    expect(read).toHaveLength(200);
    expect(new Set(read.map(({ id }) => id)).size).toBe(200);
    for (const events of grouped(read).values()) {
      expect(events.map(({ reason }) => reason)).toEqual(['Queued', 'Cancelling']);
    }
  });

  test('takes an id that is none of its own for the beginning', async () => {
    const store = (await freshDatabase()).store();
    await inserted(store);

    for (const id of ['', 'x', '1', '-', '1-', "1-1'; drop table job", '9'.repeat(40), '\0']) {
      await expect.poll(() => store.events.after(id, 10)).toHaveLength(1);
    }
  });

  test('goes on after a restore on a server that counts transactions from lower numbers', async () => {
    const database = await freshDatabase();
    const store = database.store();
    await inserted(store);
    const before = await dispatched(store);
    await database.query('update event set xid = (xid::text::bigint + 1000000000)::text::xid8');
    await database.query('update job set changed_in = (changed_in::text::bigint + 1000000000)::text::xid8');
    const [last] = await database.query<{ id: string }>("select max(xid) || '-' || max(seq) as id from event");

    await store.migrate();
    const after = await inserted(store);

    await expect.poll(() => store.events.after(null, 10)).toHaveLength(4);
    expect((await store.events.after(null, 10)).map(({ jobId }) => jobId).at(-1)).toBe(after);
    expect((await store.events.after(last?.id ?? '', 10)).map(({ jobId }) => jobId)).toEqual([after]);
    const { mark } = await store.monitor.changedSince(null);
    expect((await store.monitor.changedSince(mark)).jobs.map(({ id }) => id)).not.toContain(before.id);
  });
});

test('wakes those who wait for events, in all replicas', async () => {
  const database = await freshDatabase();
  const [one, other] = [database.store(), database.store()];
  let wake = () => {};
  await other.events.onCommit(() => wake());
  const woken = new Promise<void>((resolve) => {
    wake = resolve;
  });

  await inserted(one);
  await woken;
});

function grouped(events: JobEvent[]): Map<string, JobEvent[]> {
  const groups = new Map<string, JobEvent[]>();
  for (const event of events) groups.set(event.jobId, [...(groups.get(event.jobId) ?? []), event]);
  return groups;
}

test('each event carries the job as that statement left it, whoever wrote it, and none when it is gone', async () => {
  const database = await freshDatabase();
  const store = database.store();
  const job = await dispatched(store, ['a']);
  const [running] = (
    await store.monitor.apply(
      [
        {
          jobId: job.id,
          readVersion: job.version,
          set: {
            status: 'Running',
            reason: 'Running',
            startedAt: new Date(),
            unreachableSince: { a: job.createdAt.toISOString() },
          },
          event: { cluster: 'a', reason: 'ClusterUnreachable', message: 'away' },
          under: [],
        },
      ],
      [],
    )
  ).applied;
  await store.jobs.setWanted(job.id, 'suspend', { reason: 'Suspending', message: 'by the user' });
  await store.dispatch.explainObstacle(10, { reason: 'KarmadaUnavailable', message: 'away' });
  const told = await claimOne(store);
  await store.dispatch.settle(told, {
    set: {},
    event: { cluster: null, reason: 'Rescheduled', message: '' },
    next: 'done',
  });
  const last = await store.jobs.get(job.id);
  await store.jobs.setWanted(job.id, 'delete', { reason: 'Deleting', message: '' });
  const claim = await claimOne(store);
  const event = { cluster: null, reason: 'Deleted', message: 'Deleted' } as const;
  await store.dispatch.settle(claim, { set: {}, event, next: 'deleteRow' });

  const events = await store.events.ofJob(job.id);
  expect(
    events.map(({ reason, job: left }) => [reason, left && [left.status, left.reason, left.wanted, left.clusters]]),
  ).toEqual([
    ['Queued', ['Pending', 'Queued', 'run', []]],
    ['Scheduled', ['Pending', 'Scheduled', 'run', ['a']]],
    ['ClusterUnreachable', ['Running', 'Running', 'run', ['a']]],
    ['Suspending', ['Running', 'Suspending', 'suspend', ['a']]],
    ['KarmadaUnavailable', ['Running', 'KarmadaUnavailable', 'suspend', ['a']]],
    ['Rescheduled', ['Running', 'KarmadaUnavailable', 'suspend', ['a']]],
    ['Deleting', ['Running', 'Deleting', 'delete', ['a']]],
    ['Deleted', null],
  ]);
  expect(events[2]?.job).toMatchObject({
    startedAt: running?.startedAt,
    unreachableSince: { a: job.createdAt.toISOString() },
  });
  expect(events[5]?.job).toMatchObject({
    updatedAt: last?.updatedAt,
    dispatchedAt: last?.dispatchedAt,
    finishedAt: null,
  });
});

test("of a job's history the newest thousand are told, oldest first", async () => {
  const database = await freshDatabase();
  await database.query(
    `insert into event (job_id, namespace, status, reason, message)
     select 'long', 'team', 'Pending', 'Suspending', n::text from generate_series(1, 1500) n`,
  );
  const events = await database.store().events.ofJob('long');
  expect(events.map(({ message }) => message)).toEqual(Array.from({ length: 1000 }, (_, index) => `${501 + index}`));
});
