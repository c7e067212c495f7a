import { expect, test } from 'vitest';
import { overviewRoutes } from '../../service/api/routes/overviews.ts';
import { sharedAnswer } from '../../service/shared-answer.ts';

test('all that ask of the same within the time share a question; then, and after a failure, it is asked again', async () => {
  const clock = { ms: 0 };
  const asked: string[] = [];
  let fails = false;
  const answer = sharedAnswer(
    1_000,
    async (of: string) => {
      asked.push(of);
      if (fails) throw new Error('away');
      return `${of}${asked.length}`;
    },
    () => clock.ms,
  );
  expect(await Promise.all(['a', 'b', 'a'].map(answer))).toEqual(['a1', 'b2', 'a1']);
  clock.ms = 999;
  expect(await answer('a')).toBe('a1');
  clock.ms = 1_000;
  fails = true;
  await expect(answer('a')).rejects.toThrow('away');
  fails = false;
  expect(await answer('a')).toBe('a4');
  expect(await answer('b')).toBe('b5');
  expect(asked).toEqual(['a', 'b', 'a', 'a', 'b']);
});

test('a hundred callers who ask for the queue, or for the values of the same namespaces, are one question to the database', async () => {
  const asked: unknown[] = [];
  const jobs = {
    queue: async () => asked.push('queue') && { waiting: 0, jobs: [] },
    filterValues: async (namespaces: unknown) => asked.push(namespaces) && {},
  };
  const routes = overviewRoutes({ store: { jobs } } as unknown as Parameters<typeof overviewRoutes>[0]);
  const handle = (path: string, namespace: string) =>
    routes
      .find((route) => route.path === path)
      ?.handle({ caller: { name: 'ann', grants: [{ role: 'viewer', namespaces: [namespace] }] } } as never);
  const callers = Array.from({ length: 100 }, (_, index) => (index % 2 === 0 ? 'team-a' : 'team-b'));
  await Promise.all(callers.flatMap((each) => [handle('/api/v1/queue', each), handle('/api/v1/filters', each)]));
  expect(asked).toEqual(['queue', ['team-a'], ['team-b']]);
});
