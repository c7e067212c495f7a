import { describe, expect, test } from 'vitest';
import { createHistory, isLater } from '../../../service/events/history.ts';
import type { JobEvent } from '../../../service/jobs/job.ts';

const SIZE = 100;
const ALL = Array.from({ length: 1000 }, (_, index) => ({ id: `${10 + index}-${index + 1}` }) as JobEvent);
const place = (index: number): string => ALL[index - 1]?.id ?? '0-0';

function setUp() {
  const asked: string[] = [];
  const history = createHistory(
    async (after) => {
      asked.push(after);
      await new Promise((resolve) => setImmediate(resolve));
      return ALL.filter(({ id }) => isLater(id, after)).slice(0, SIZE);
    },
    SIZE,
    () => place(1000),
  );
  return { asked, history };
}

test('500 who resume from near the same place are served by a few reads, each from its own place on', async () => {
  const { asked, history } = setUp();
  const places = Array.from({ length: 500 }, (_, index) => 300 + ((index * 7) % 40));
  const pages = await Promise.all(places.map((at) => history.after(place(at))));
  pages.forEach(({ events }, index) => {
    const at = places[index] ?? 0;
    expect(events[0]).toBe(ALL[at]);
    expect(events.map(({ id }) => id)).toEqual(ALL.slice(at, at + events.length).map(({ id }) => id));
  });
  expect(asked.length).toBeLessThanOrEqual(3);
});

test('all the way to the present, nothing is missing and nothing comes twice, and the way is read once', async () => {
  const { asked, history } = setUp();
  const walk = async (from: number) => {
    const told: string[] = [];
    for (let at = place(from); ; ) {
      const { events, upTo } = await history.after(at);
      told.push(...events.map(({ id }) => id));
      at = events.at(-1)?.id ?? at;
      if (upTo !== null) return told;
    }
  };
  const walks = await Promise.all(Array.from({ length: 50 }, (_, index) => walk(index)));
  walks.forEach((told, index) => {
    expect(told).toEqual(ALL.slice(index).map(({ id }) => id));
  });
  expect(asked.length).toBeLessThanOrEqual(20);
});

test('a read that fails is told to who asked for it, and the next one is tried', async () => {
  let down = true;
  const history = createHistory(
    async () => {
      if (down) throw new Error('away');
      return [];
    },
    SIZE,
    () => null,
  );
  await expect(history.after(place(1))).rejects.toThrow('away');
  down = false;
  expect(await history.after(place(1))).toEqual({ events: [], upTo: null });
});

describe('ids are in the order of transaction and sequence, as numbers', () => {
  test.each([
    ['10-1', '9-1', true],
    ['9-10', '9-9', true],
    ['9-9', '9-9', false],
    ['9-9', '10-1', false],
    ['1-1', '0-0', true],
  ])('%s after %s: %s', (id, other, later) => {
    expect(isLater(id, other)).toBe(later);
  });
});
