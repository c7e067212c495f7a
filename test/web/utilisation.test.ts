import { expect, test } from 'vitest';
import type { ListedJob } from '../../service/web/api/types.ts';
import { shownUse, withUse } from '../../service/web/lib/utilisation.ts';

const used = (fields: object, status = 'Running'): ListedJob =>
  ({ id: 'a', status, utilisation: { gpuPercent: null, gpus: 0, idleGpus: 0, cpuPercent: null, ...fields } }) as never;

test('of a row its GPUs are shown, or its CPUs where it has none; of one that has ended nothing', () => {
  expect(shownUse(used({ gpuPercent: 0, gpus: 2, cpuPercent: 40 }))).toBe('GPU 0 %');
  expect(shownUse(used({ cpuPercent: 40 }))).toBe('CPU 40 %');
  expect(shownUse(used({}))).toBeNull();
  expect(shownUse(used({ cpuPercent: 40 }, 'Succeeded'))).toBeNull();
  // Of an earlier version of the service it is not there at all.
  expect(shownUse({ status: 'Running' } as never)).toBeNull();
});

test('what was read anew takes its place in the rows, and the others stay the very same', () => {
  const [row, other] = [used({ cpuPercent: 1 }), { ...used({ cpuPercent: 2 }), id: 'b' }];
  const next = withUse([row, other], [used({ cpuPercent: 9 })]);
  expect(next[0]?.utilisation?.cpuPercent).toBe(9);
  expect(next[1]).toBe(other);
});
