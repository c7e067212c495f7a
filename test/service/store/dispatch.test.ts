import { describe, expect, test } from 'vitest';
import { freshDatabase } from '../postgres.ts';
import { claimOne, dispatched, inserted, newJob } from '../some-jobs.ts';

const DELETED = { cluster: null, reason: 'Deleted', message: 'Deleted' } as const;

const lapse = "update dispatch set due_at = now() - interval '1 second'";

describe('claiming', () => {
  test('gives due jobs by priority, then age', async () => {
    const store = (await freshDatabase()).store();
    const low = await inserted(store, newJob({ priority: 1 }));
    const older = await inserted(store, newJob({ priority: 5 }));
    const younger = await inserted(store, newJob({ priority: 5 }));
    const high = await inserted(store, newJob({ priority: 9 }));

    const first = await store.dispatch.claim(3, 30);
    const second = await store.dispatch.claim(3, 30);

    expect(first.map(({ job }) => job.id)).toEqual([high, older, younger]);
    expect(second.map(({ job }) => job.id)).toEqual([low]);
  });

  test('by two replicas at once gives each job to one of them', async () => {
    const database = await freshDatabase();
    const [one, other] = [database.store({ poolSize: 10 }), database.store({ poolSize: 10 })];
    for (let n = 0; n < 60; n++) await inserted(one);

    const claims = (
      await Promise.all(Array.from({ length: 20 }, (_, n) => (n % 2 ? one : other).dispatch.claim(5, 30)))
    ).flat();

    expect(new Set(claims.map(({ job }) => job.id)).size).toBe(claims.length);
    const rest = await one.dispatch.claim(100, 30);
    expect(claims.length + rest.length).toBe(60);
  });

  test('that lapses gives the job to the next one, counts as an attempt, and leaves the first with nothing to say', async () => {
    const database = await freshDatabase();
    const store = database.store();
    await inserted(store);
    const late = await claimOne(store);
    await database.query(lapse);

    const taken = await claimOne(store);

    expect([late.attempts, taken.attempts]).toEqual([0, 1]);
    expect(await store.dispatch.settle(late, { set: { reason: 'Retrying' }, next: 'done' })).toBeUndefined();
    expect(await store.dispatch.settle(late, { set: {}, event: DELETED, next: 'deleteRow' })).toBeUndefined();
    expect((await store.jobs.get(taken.job.id))?.reason).toBe('Queued');
    expect(await store.dispatch.settle(taken, { set: { reason: 'Starting' }, next: 'done' })).toMatchObject({
      reason: 'Starting',
    });
  });
});

describe('settling', () => {
  test('writes the fields, the event, and when the job is due again', async () => {
    const store = (await freshDatabase()).store();
    await inserted(store);
    const claim = await claimOne(store);
    const dispatchedAt = new Date('2026-01-02T03:04:05.678Z');

    const settled = await store.dispatch.settle(claim, {
      set: { reason: 'Dispatched', message: 'Applied', dispatchedAt },
      event: { cluster: null, reason: 'Dispatched', message: 'Applied' },
      next: { dueInSeconds: 60 },
    });

    expect(settled).toMatchObject({
      status: 'Pending',
      reason: 'Dispatched',
      dispatchedAt,
      version: claim.job.version + 1,
    });
    expect(settled).toEqual(await store.jobs.get(claim.job.id));
    expect((await store.events.ofJob(claim.job.id)).at(-1)).toMatchObject({
      reason: 'Dispatched',
      previous: 'Pending',
    });
    expect(await store.dispatch.claim(1, 30)).toEqual([]);
    expect(await store.dispatch.nextDueInSeconds()).toBeGreaterThan(30);
    expect(await store.dispatch.nextDueInSeconds()).toBeLessThanOrEqual(60);
  });

  test('with nothing to write only says when the job is due again; a failed step keeps counting', async () => {
    const store = (await freshDatabase()).store();
    await inserted(store);
    for (const expected of [0, 1, 2]) {
      const claim = await claimOne(store);
      expect(claim.attempts).toBe(expected);
      const settled = await store.dispatch.settle(claim, { set: {}, next: { dueInSeconds: 0, failed: true } });
      expect(settled).toEqual(claim.job);
    }
    await store.dispatch.settle(await claimOne(store), { set: {}, next: { dueInSeconds: 0 } });
    expect((await claimOne(store)).attempts).toBe(0);
  });

  test('ends the work with done; nothing is due any more', async () => {
    const store = (await freshDatabase()).store();
    await dispatched(store);

    expect(await store.dispatch.nextDueInSeconds()).toBeNull();
  });

  test('after the monitor has moved the job on writes nothing and makes it due at once', async () => {
    const store = (await freshDatabase()).store();
    await inserted(store);
    const claim = await claimOne(store);
    const { id, version } = claim.job;
    await store.monitor.apply([{ jobId: id, readVersion: version, set: { status: 'Running' }, under: [] }], []);

    const settled = await store.dispatch.settle(claim, {
      set: { status: 'Pending', reason: 'Scheduled' },
      next: 'done',
    });

    expect(settled).toBeUndefined();
    expect(await store.jobs.get(id)).toMatchObject({ status: 'Running', version: version + 1 });
    expect((await claimOne(store)).job.status).toBe('Running');
  });

  test('a finished job cannot change its status', async () => {
    const database = await freshDatabase();
    const store = database.store();
    const id = await inserted(store);
    await store.dispatch.settle(await claimOne(store), {
      set: { status: 'Failed', reason: 'Refused' },
      next: { dueInSeconds: 0 },
    });
    const claim = await claimOne(store);

    await expect(store.dispatch.settle(claim, { set: { status: 'Running' }, next: 'done' })).rejects.toThrow(/final/);
    await expect(database.query("update job set status = 'Pending'")).rejects.toThrow(/final/);
    expect(await store.jobs.get(id)).toMatchObject({ status: 'Failed', finishedAt: expect.any(Date) });
    expect(await store.dispatch.settle(claim, { set: { reason: 'Stopped' }, next: 'done' })).toMatchObject({
      status: 'Failed',
    });
  });

  test('a wish that came during the claim makes the job due at once, whatever was settled, and nobody else gets it before', async () => {
    const store = (await freshDatabase()).store();
    const id = await inserted(store);
    const claim = await claimOne(store);

    await store.jobs.setWanted(id, 'cancel', { reason: 'Cancelling', message: '' });
    expect(await store.dispatch.claim(1, 30)).toEqual([]);
    await store.dispatch.settle(claim, { set: {}, next: { dueInSeconds: 3_600, failed: true } });

    expect(await claimOne(store)).toMatchObject({ attempts: 0, job: { wanted: 'cancel' } });
  });

  test('deleteRow removes the job and all that belongs to it; the stream still tells its history and its end', async () => {
    const database = await freshDatabase();
    const store = database.store();
    const job = newJob();
    await store.jobs.insert(job, { key: 'k', caller: 'c', requestHash: 'h' });
    const log = { cluster: 'c', pod: 'p', container: 'x', restart: 0, run: 1, text: 'log', droppedBytes: 0 };
    await store.logs.keep(job.id, [log], 'last');
    await store.jobs.setWanted(job.id, 'delete', { reason: 'Deleting', message: '' });
    const claim = await claimOne(store);

    const event = { ...DELETED, message: 'All is gone' };
    expect(await store.dispatch.settle(claim, { set: {}, event, next: 'deleteRow' })).toMatchObject({ id: job.id });

    expect(await store.jobs.get(job.id)).toBeUndefined();
    for (const table of ['job', 'dispatch', 'job_log'])
      expect(await database.query(`select from ${table}`)).toEqual([]);
    const reasons = async () => (await store.events.after(null, 10)).map(({ reason }) => reason);
    await expect.poll(reasons).toEqual(['Queued', 'Deleting', 'Deleted']);

    const nothing = { removed: 0, isMore: false };
    expect(await store.retention.remove({ what: 'event' }, 10)).toEqual(nothing);
    expect(await store.events.after(null, 10)).toHaveLength(3);
    await database.query("update event set at = at - interval '25 hours'");
    expect(await store.retention.remove({ what: 'event' }, 10)).toEqual({ removed: 3, isMore: false });
    expect(await store.events.after(null, 10)).toEqual([]);
  });
});

describe('explaining why nobody goes on with any job', () => {
  const obstacle = { reason: 'KarmadaUnavailable', message: 'connection refused' } as const;

  test('tells all that are due, says it once, leaves those alone that somebody works on; they stay due', async () => {
    const store = (await freshDatabase()).store();
    const claimed = await inserted(store, newJob({ priority: 9 }));
    await claimOne(store);
    const waiting = [await inserted(store), await inserted(store)];

    expect(await store.dispatch.explainObstacle(10, obstacle)).toBe(2);
    expect(await store.dispatch.explainObstacle(10, obstacle)).toBe(0);
    expect(await store.dispatch.explainObstacle(10, { ...obstacle, message: 'no route to host' })).toBe(2);

    for (const id of waiting) {
      const { status, reason, message } = (await store.jobs.get(id)) ?? {};
      expect([status, reason, message]).toEqual(['Pending', 'KarmadaUnavailable', 'no route to host']);
      const told = (await store.events.ofJob(id)).map((event) => event.message);
      expect(told).toEqual(['Waiting to be dispatched', 'connection refused']);
    }
    expect((await store.jobs.get(claimed))?.reason).toBe('Queued');
    expect((await store.dispatch.claim(10, 30)).map(({ job }) => job.id).sort()).toEqual(waiting.sort());
  });

  test('a job that is to go says so all the same, and one that runs has no news', async () => {
    const store = (await freshDatabase()).store();
    await inserted(store);
    const placed = { clusters: ['member1'], dispatchedAt: new Date(), reason: 'Scheduled' } as const;
    const running = await claimOne(store);
    await store.dispatch.settle(running, { set: placed, next: { dueInSeconds: 0 } });
    const leaving = await inserted(store);
    await store.jobs.setWanted(leaving, 'delete', { reason: 'Deleting', message: 'asked for' });

    expect(await store.dispatch.explainObstacle(10, obstacle)).toBe(1);
    expect(await store.jobs.get(leaving)).toMatchObject({ reason: 'Deleting', message: 'connection refused' });
    expect(await store.jobs.get(running.job.id)).toMatchObject({ reason: 'Scheduled' });
  });

  test('at most so many at a time', async () => {
    const store = (await freshDatabase()).store();
    for (let n = 0; n < 3; n++) await inserted(store);
    expect(await store.dispatch.explainObstacle(2, obstacle)).toBe(2);
    expect(await store.dispatch.explainObstacle(2, obstacle)).toBe(1);
  });

  test('a job that comes in the meantime says it from the first moment', async () => {
    const store = (await freshDatabase()).store();
    const id = await inserted(store, { ...newJob(), obstacle });
    const events = await store.events.ofJob(id);
    expect(events).toEqual([expect.objectContaining({ status: 'Pending', ...obstacle })]);
    expect(await store.dispatch.explainObstacle(10, obstacle)).toBe(0);
  });
});

test('the backlog counts jobs that were never dispatched', async () => {
  const database = await freshDatabase();
  const store = database.store();
  await dispatched(store);
  expect(await store.dispatch.backlog()).toEqual({ waiting: 0, oldestSeconds: 0 });
  await inserted(store);
  await inserted(store);
  await database.query("update job set created_at = now() - interval '100 seconds' where dispatched_at is null");

  const { waiting, oldestSeconds } = await store.dispatch.backlog();

  expect(waiting).toBe(2);
  expect(oldestSeconds).toBeGreaterThanOrEqual(100);
});

test('wakes dispatchers of all replicas when a job becomes due', async () => {
  const database = await freshDatabase();
  const [one, other] = [database.store(), database.store()];
  let woken: (() => void) | undefined;
  await other.dispatch.onDue(() => woken?.());
  const next = () =>
    new Promise<void>((resolve) => {
      woken = resolve;
    });

  const inserting = next();
  const id = await inserted(one);
  await inserting;
  const wishing = next();
  await one.jobs.setWanted(id, 'cancel', { reason: 'Cancelling', message: 'm' });
  await wishing;
});
