import { expect, test } from 'vitest';
import { StoreBusy } from '../../../service/store/errors.ts';
import { PARTS, Quotas } from '../../../service/store/quotas.ts';
import { freshDatabase } from '../postgres.ts';
import { inserted } from '../some-jobs.ts';

const SOON = 10_000;

test('one part may have all but one session for each other', async () => {
  const quotas = new Quotas(10);
  for (let taken = 0; taken < 6; taken++) await quotas.take('api', SOON);
  await expect(quotas.take('api', 1)).rejects.toBeInstanceOf(StoreBusy);
  for (const part of PARTS.filter((each) => each !== 'api')) await quotas.take(part, SOON);
  await expect(quotas.take('monitor', 1)).rejects.toBeInstanceOf(StoreBusy);
  expect(quotas.waiting).toBe(0);
});

test('what is given back goes to whoever came first of those who may have it', async () => {
  const quotas = new Quotas(5);
  const giveBack = await quotas.take('api', SOON);
  const told: string[] = [];
  const second = quotas.take('api', SOON).then((give) => {
    told.push('second');
    return give;
  });
  const third = quotas.take('api', SOON).then(() => told.push('third'));
  await quotas.take('monitor', SOON);
  giveBack();
  giveBack();
  const give = await second;
  expect(told).toEqual(['second']);
  give();
  await third;
});

test('with fewer sessions than parts all wait in one line', async () => {
  const quotas = new Quotas(1);
  const giveBack = await quotas.take('api', SOON);
  const next = quotas.take('monitor', SOON);
  giveBack();
  await next;
});

test('while readers of the API hold every session that they may have, all others are served', async () => {
  const database = await freshDatabase();
  const store = database.store({ poolSize: 5 });
  const id = await inserted(store);
  await database.query('begin');
  await database.query('select from job where id = $1 for update', [id]);
  const said = { reason: 'Cancelling', message: 'm' } as const;
  const blocked = Array.from({ length: 8 }, () => store.jobs.setWanted(id, 'cancel', said).catch(() => undefined));

  await store.check();
  await store.figures();
  expect(await store.leases.hold('me', ['a'], 1, 5)).toHaveLength(1);
  expect(await store.events.after(null, 10)).toHaveLength(1);
  expect(await store.dispatch.nextDueInSeconds()).not.toBeNull();
  expect(store.pool().waiting).toBe(7);

  await database.query('commit');
  await Promise.all(blocked);
  expect((await store.jobs.get(id))?.wanted).toBe('cancel');
});
