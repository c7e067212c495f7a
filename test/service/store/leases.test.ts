import { describe, expect, test } from 'vitest';
import { freshDatabase } from '../postgres.ts';

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'];
const names = (leases: { name: string }[]) => leases.map(({ name }) => name);
const expire = "update lease set expires_at = now() - interval '1 second'";

describe('holding', () => {
  test('takes free leases, renews held ones under their token, and never more than asked for', async () => {
    const store = (await freshDatabase()).store();

    const first = await store.leases.hold('me', NAMES, 4, 60);
    const renewed = await store.leases.hold('me', NAMES, 4, 60);

    expect(names(first)).toEqual(['a', 'b', 'c', 'd']);
    expect(renewed).toEqual(first);
    expect(names(await store.leases.hold('other', NAMES, 6, 60))).toEqual(['e', 'f']);
    expect(names(await store.leases.hold('third', NAMES, 6, 60))).toEqual([]);
  });

  test('fewer gives back those over the number, for another to take at once', async () => {
    const store = (await freshDatabase()).store();
    await store.leases.hold('me', NAMES, 6, 60);

    expect(names(await store.leases.hold('me', NAMES, 3, 60))).toEqual(['a', 'b', 'c']);
    expect(names(await store.leases.hold('other', NAMES, 3, 60))).toEqual(['d', 'e', 'f']);
  });

  test('leaves leases of other names alone', async () => {
    const store = (await freshDatabase()).store();
    const [kept] = await store.leases.hold('me', ['housekeeping'], 1, 60);
    await store.leases.hold('me', NAMES, 2, 60);

    expect(await store.leases.hold('me', ['housekeeping'], 1, 60)).toEqual([kept]);
  });

  test('tokens go up with every new holder, and when the same one comes back after an expiry or a release', async () => {
    const database = await freshDatabase();
    const store = database.store();
    const take = async (holder: string) => (await store.leases.hold(holder, ['a'], 1, 60))[0];
    const tokens: (bigint | undefined)[] = [(await take('me'))?.token];

    await database.query(expire);
    tokens.push((await take('other'))?.token);
    await database.query(expire);
    const last = await take('other');
    tokens.push(last?.token);
    if (last) await store.leases.release([last]);
    tokens.push((await take('other'))?.token);

    expect(tokens).toEqual([1n, 2n, 3n, 4n]);
  });

  test('by many at once gives each lease to one', async () => {
    const database = await freshDatabase();
    const store = database.store({ poolSize: 10 });
    const many = Array.from({ length: 40 }, (_, n) => `cluster-${n}`);

    const held = await Promise.all(
      Array.from({ length: 10 }, (_, n) => store.leases.hold(`replica-${n}`, many, 6, 60)),
    );

    const all = held.flatMap(names);
    expect(new Set(all).size).toBe(all.length);
    for (const leases of held) expect(leases.length).toBeLessThanOrEqual(6);
    // Whoever stepped aside for another gets the rest at the next try.
    const rest = await store.leases.hold('last', many, 40, 60);
    expect(all.length + rest.length).toBe(40);
  });

  test('is by database time to the fraction of a second', async () => {
    const store = (await freshDatabase()).store();
    await store.leases.hold('me', ['a'], 1, 0.05);
    for (;;) {
      const taken = await store.leases.hold('other', ['a'], 1, 60);
      if (taken.length === 1) break;
    }
    expect(await store.leases.hold('me', ['a'], 1, 60)).toEqual([]);
  });
});

test('release and retire give back at once what is still ours, and nothing else', async () => {
  const database = await freshDatabase();
  const store = database.store();
  const mine = await store.leases.hold('me', NAMES, 2, 60);
  await store.leases.release(mine.slice(0, 1));
  expect(names(await store.leases.hold('other', NAMES, 1, 60))).toEqual(['a']);
  await store.leases.release(mine);
  expect(names(await store.leases.hold('other', ['a', 'b'], 2, 60))).toEqual(['a', 'b']);

  await store.leases.retire('other');
  expect(names(await store.leases.hold('me', ['a', 'b'], 2, 60))).toEqual(['a', 'b']);
});

test('replicas that announce themselves see each other until they retire or fall silent', async () => {
  const database = await freshDatabase();
  const [one, other] = [database.store(), database.store()];
  const holders = async (holder: string) => (await one.leases.announce(holder, 60)).holders;

  expect(await holders('a')).toEqual(['a']);
  expect((await other.leases.announce('b', 60)).holders).toEqual(['a', 'b']);
  await one.leases.announce('c', 60);
  await database.query("update replica set expires_at = now() - interval '1 second' where holder = 'b'");
  expect(await holders('a')).toEqual(['a', 'c']);
  await one.leases.retire('c');
  expect(await holders('a')).toEqual(['a']);
  expect(await database.query('select from replica')).toHaveLength(1);
  const { now } = await one.leases.announce('a', 60);
  const [clock] = await database.query<{ now: Date }>('select clock_timestamp() as now');
  expect(Math.abs((clock?.now.getTime() ?? 0) - now.getTime())).toBeLessThan(10_000);
});

test('notes of held leases are kept for all to read, also after the holder is gone', async () => {
  const store = (await freshDatabase()).store();
  await store.leases.hold('me', ['cluster:a', 'cluster:b', 'x'], 3, 60);
  const leases = await store.leases.hold('me', ['cluster:a', 'cluster:b', 'x'], 3, 60, {
    'cluster:a': { failures: 3 },
    'cluster:c': { failures: 9 },
    x: { y: 1 },
  });
  await store.leases.hold('me', ['cluster:a'], 1, 60);
  await store.leases.release(leases);

  expect(await store.leases.notes('cluster:')).toEqual(new Map([['cluster:a', { failures: 3 }]]));
});
