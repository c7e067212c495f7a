import { expect, test } from 'vitest';
import { MAX_BATCH, removeExpired } from '../../service/retention.ts';
import type { RetentionStore } from '../../service/store/store.ts';
import { freshDatabase } from './postgres.ts';
import { inserted, MANY_JOBS } from './some-jobs.ts';

const JOBS = 12_000;
const KEPT = 100;
const NAMESPACES = 20;
const RULES = { jobSeconds: 0, jobsPerNamespace: 0, logSeconds: 0 };

/** Finished days ago, in twenty namespaces; the numbers are the order of their ends. */
async function manyThatEnded() {
  const database = await freshDatabase();
  await database.query(MANY_JOBS, [1, JOBS, 'Succeeded']);
  await database.query("update job set cleared_at = now(), finished_at = created_at - interval '2 days'");
  await database.query('analyze');
  return { database, store: database.store() };
}

test('while a large table is emptied, the events of others are told between one step and the next', async () => {
  const { database, store } = await manyThatEnded();
  const steps: number[] = [];
  let lastEvent = await store.events.latest();
  const retention: RetentionStore = {
    ...store.retention,
    async remove(expired, limit) {
      const step = await store.retention.remove(expired, limit);
      if (expired.what !== 'job' || step.removed === 0) return step;
      steps.push(step.removed);
      // Somebody submits a job: its event must come, whatever is still to be removed.
      const id = await inserted(store);
      for (let heard = false; !heard; ) {
        const events = await store.events.after(lastEvent, 5_000);
        lastEvent = events.at(-1)?.id ?? lastEvent;
        heard = events.some(({ jobId }) => jobId === id);
      }
      return step;
    },
  };
  const removed = { job: 0, log: 0, event: 0, key: 0 };
  await removeExpired(
    {
      store: retention,
      rules: { ...RULES, jobSeconds: 86_400 },
      onRemoved: (what, count) => {
        removed[what] += count;
      },
    },
    new AbortController().signal,
  );
  expect(removed).toEqual({ job: JOBS, log: 0, event: 0, key: 0 });
  expect(Math.max(...steps)).toBeLessThanOrEqual(MAX_BATCH);
  expect(await database.query("select from job where id like 'many-%'")).toEqual([]);
  expect((await store.jobs.summary({})).total).toBe(steps.length);
});

test('of each namespace the newest stay, and without a rule all do', async () => {
  const { database, store } = await manyThatEnded();
  const forget = { store: store.retention, onRemoved: () => undefined };
  await removeExpired({ ...forget, rules: RULES }, new AbortController().signal);
  expect((await store.jobs.summary({})).total).toBe(JOBS);

  await removeExpired({ ...forget, rules: { ...RULES, jobsPerNamespace: KEPT } }, new AbortController().signal);
  const left = await database.query<{ jobs: number; oldest: number }>(
    'select count(*)::int as jobs, min(substr(id, 6)::int) as oldest from job group by namespace',
  );
  expect(left).toHaveLength(NAMESPACES);
  for (const { jobs, oldest } of left) {
    expect(jobs).toBe(KEPT);
    expect(oldest).toBeGreaterThan(JOBS - KEPT * NAMESPACES);
  }
});

test('ends between two steps when the service stops', async () => {
  const { store } = await manyThatEnded();
  const stopping = new AbortController();
  await removeExpired(
    { store: store.retention, rules: { ...RULES, jobSeconds: 86_400 }, onRemoved: () => stopping.abort() },
    stopping.signal,
  );
  expect((await store.jobs.summary({})).total).toBeGreaterThan(JOBS - MAX_BATCH);
});
