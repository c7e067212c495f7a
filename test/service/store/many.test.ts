import { describe, expect, test } from 'vitest';
import { freshDatabase } from '../postgres.ts';
import { claimOne, dispatched, inserted, newJob } from '../some-jobs.ts';

const said = { reason: 'Suspending', message: 'by the user' } as const;

describe('a wish about many jobs', () => {
  test('is recorded in one statement, for each as it can be', async () => {
    const store = (await freshDatabase()).store();
    const runs = await dispatched(store);
    const leaves = await inserted(store);
    await store.jobs.setWanted(leaves, 'cancel', { reason: 'Cancelling', message: '' });
    const rests = await inserted(store);
    await store.jobs.setWanted(rests, 'suspend', said);

    const results = await store.jobs.setWantedOfMany([runs.id, leaves, rests, 'nobody-00000000'], 'suspend', said);

    expect(Object.fromEntries(results.map(({ id, outcome, wanted }) => [id, [outcome, wanted]]))).toEqual({
      [runs.id]: ['set', 'suspend'],
      [leaves]: ['refused', 'cancel'],
      [rests]: ['unchanged', 'suspend'],
    });
    expect(await store.jobs.get(runs.id)).toMatchObject({ wanted: 'suspend', ...said });
    expect((await store.events.ofJob(runs.id)).at(-1)).toMatchObject(said);
    const due = await store.dispatch.claim(10, 30);
    expect(due.map(({ job }) => job.id)).toContain(runs.id);
  });

  test('of two callers at once, in opposite orders, is no deadlock', async () => {
    const store = (await freshDatabase()).store();
    const ids: string[] = [];
    for (let n = 0; n < 50; n++) ids.push(await inserted(store));

    const [one, other] = await Promise.all([
      store.jobs.setWantedOfMany(ids, 'suspend', said),
      store.jobs.setWantedOfMany([...ids].reverse(), 'cancel', { reason: 'Cancelling', message: '' }),
    ]);

    expect(one).toHaveLength(50);
    expect(other.every(({ outcome }) => outcome === 'set')).toBe(true);
  });
});

describe('the queue', () => {
  test('tells each waiting job its place, by priority and then by age', async () => {
    const store = (await freshDatabase()).store();
    const first = await inserted(store, newJob({ priority: 5 }));
    const second = await inserted(store, newJob({ priority: 5 }));
    const urgent = await inserted(store, newJob({ priority: 9 }));
    const rests = await inserted(store);
    await store.jobs.setWanted(rests, 'suspend', said);

    const { waiting, jobs } = await store.jobs.queue(2);

    expect(waiting).toBe(3);
    expect(jobs.map(({ id, position }) => [id, position])).toEqual([
      [urgent, 1],
      [first, 2],
    ]);
    expect((await store.jobs.queue(10)).jobs.at(-1)).toMatchObject({ id: second, position: 3 });
  });

  test('follows a priority that is changed, and so does the dispatcher; a job that is sent keeps its own', async () => {
    const store = (await freshDatabase()).store();
    const sent = await dispatched(store);
    await inserted(store, newJob({ priority: 5 }));
    const late = await inserted(store, newJob({ priority: 1 }));
    const event = { reason: 'PriorityChanged', message: 'Priority 7' } as const;

    expect(await store.jobs.setPriority(late, 7, event)).toBe('set');
    expect(await store.jobs.setPriority(late, 7, event)).toBe('unchanged');
    expect(await store.jobs.setPriority(sent.id, 7, event)).toBe('refused');
    expect(await store.jobs.setPriority('nobody-00000000', 7, event)).toBeUndefined();

    expect((await store.jobs.queue(1)).jobs[0]?.id).toBe(late);
    expect((await store.events.ofJob(late)).at(-1)).toMatchObject({ ...event, job: { priority: 7, reason: 'Queued' } });
    expect((await claimOne(store)).job).toMatchObject({ id: late, priority: 7 });
  });
});

describe('filters', () => {
  test('by owner and by reasons', async () => {
    const store = (await freshDatabase()).store();
    const ann = await inserted(store, { ...newJob(), createdBy: 'ann' });
    const bob = await inserted(store, { ...newJob(), createdBy: 'bob' });
    await store.jobs.setWanted(bob, 'suspend', said);
    const ids = async (filter: object) =>
      (
        await store.jobs.list({ sort: 'createdAt', descending: true, withRequests: false, limit: 9, ...filter })
      ).jobs.map(({ id }) => id);

    expect(await ids({ owner: 'ann' })).toEqual([ann]);
    expect(await ids({ owner: 'an' })).toEqual([]);
    expect(await ids({ reasons: ['Suspending'] })).toEqual([bob]);
    expect(await ids({ reasons: ['Suspending', 'Queued'] })).toEqual([bob, ann]);
    expect(await ids({ reasons: ['Queued'], owner: 'bob' })).toEqual([]);
  });

  test('have the values that the newest jobs have, of the namespaces that one may see', async () => {
    const store = (await freshDatabase()).store();
    await dispatched(store, ['member1'], { ...newJob({ namespace: 'a' }), createdBy: 'ann' });
    await inserted(store, { ...newJob({ namespace: 'b' }), createdBy: 'bob' });

    const all = await store.jobs.filterValues(undefined);
    expect(all.namespace).toEqual([
      { value: 'a', jobs: 1 },
      { value: 'b', jobs: 1 },
    ]);
    expect(all.algorithm).toEqual([{ value: 'xgboost', jobs: 2 }]);
    expect(await store.jobs.filterValues(['a'])).toEqual({
      namespace: [{ value: 'a', jobs: 1 }],
      algorithm: [{ value: 'xgboost', jobs: 1 }],
      owner: [{ value: 'ann', jobs: 1 }],
      reason: [{ value: 'Scheduled', jobs: 1 }],
      cluster: [{ value: 'member1', jobs: 1 }],
      metric: [],
    });
  });
});
