import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Backoff } from '../../../../service/kube/reflector/backoff.ts';
import { ObjectStore } from '../../../../service/kube/reflector/store.ts';

interface Kept {
  readonly colours: readonly string[];
}

const byColour = { colour: ({ colours }: Kept) => colours };

test('what an index finds is what the objects say now, after whatever was set and deleted', () => {
  const step = fc.record({
    key: fc.constantFrom('a', 'b', 'c'),
    uid: fc.constantFrom('1', '2'),
    colours: fc.option(fc.uniqueArray(fc.constantFrom('red', 'green', 'blue'), { maxLength: 3 }), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const store = new ObjectStore<Kept>(byColour);
      const expected = new Map<string, Kept>();
      for (const [version, { colours, key, uid }] of steps.entries()) {
        if (colours) {
          store.set(key, { kept: { colours }, uid, resourceVersion: String(version) });
          expected.set(key, { colours });
        } else {
          expect(store.delete(key).length).toBe(expected.delete(key) ? 1 : 0);
        }
      }
      expect([...store.keys()].sort()).toEqual([...expected.keys()].sort());
      for (const colour of ['red', 'green', 'blue']) {
        const wanted = [...expected.values()].filter(({ colours }) => colours.includes(colour));
        expect(new Set(store.byIndex('colour', colour))).toEqual(new Set(wanted));
      }
    }),
  );
});

test('an index that nobody declared is a mistake, not an empty answer', () => {
  expect(() => new ObjectStore<Kept>(byColour).byIndex('size', '1')).toThrow('no index "size"');
});

test('the same version changes nothing; one without a version is taken for new', () => {
  const store = new ObjectStore<Kept>();
  const entry = { kept: { colours: [] }, uid: '1', resourceVersion: '5' };
  expect(store.set('a', entry)).toHaveLength(1);
  expect(store.set('a', entry)).toEqual([]);
  expect(store.set('a', { ...entry, resourceVersion: undefined })).toHaveLength(1);
});

test('waits grow to their bound, are never alike, never shorter than the server asks, and begin anew after a success', () => {
  const backoff = new Backoff({ firstMs: 100, mostMs: 1_000 });
  const waits = Array.from({ length: 6 }, () => backoff.next());
  for (const [i, most] of [100, 200, 400, 800, 1_000, 1_000].entries()) {
    expect(waits[i]).toBeGreaterThanOrEqual(most / 2);
    expect(waits[i]).toBeLessThanOrEqual(most);
  }
  expect(new Set(waits).size).toBe(6);
  expect(backoff.next(7)).toBe(7_000);
  backoff.reset();
  expect(backoff.next()).toBeLessThanOrEqual(100);
});
