import { expect, test } from 'vitest';
import { momentsOf, readPeriod, sharesOf, sumOf, type Team, writePeriod } from '../../service/web/lib/goodput.ts';

const team = (namespace: string, gpuHours: number, failed: number, steps: [run: number, kept: number]): Team =>
  ({
    namespace,
    jobs: 1,
    attempts: 2,
    gpuHours,
    cpuHours: 0,
    lost: { failed: { gpuHours: failed, cpuHours: 0 } },
    stepsRun: steps[0],
    stepsKept: steps[1],
    goodput: steps[0] > 0 ? steps[1] / steps[0] : null,
  }) as Team;

test('several teams are one by their hours and steps, not by the mean of their shares', () => {
  const all = sumOf([team('a', 1, 1, [10, 0]), team('b', 9, 0, [90, 90])]);
  expect(all).toMatchObject({ jobs: 2, attempts: 4, gpuHours: 10, goodput: 0.9 });
  expect(sharesOf(all, 'gpuHours').map(({ label, hours }) => [label, hours])).toEqual([['Failed by itself', 1]]);
  expect(sharesOf(all, 'cpuHours')).toEqual([]);
  expect(sumOf([]).goodput).toBeNull();
});

test('a time stands in the address and comes back from it; anything else is a week', () => {
  const back = (search: string) => writePeriod(readPeriod(new URLSearchParams(search)));
  for (const search of ['?days=30', '?from=2026-01-01&to=2026-01-31', '']) expect(back(search)).toBe(search);
  for (const search of [
    '?days=8',
    '?from=2026-01-01',
    '?from=2026-02-30x&to=2026-03-01',
    '?from=2026-02-01&to=2026-01-01',
  ])
    expect(back(search), search).toBe('');
});

test('days are whole, the last one with them', () => {
  const { from, to } = momentsOf({ from: '2026-03-01', to: '2026-03-31' }, new Date());
  expect([from.getDate(), from.getHours(), to.getDate(), to.getHours()]).toEqual([1, 0, 1, 0]);
  expect(to.getMonth()).toBe(3);
});
