import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { setUp } from '../../logs/world.ts';

// What is learnt of a log goes on after the last stamp that was read: one that two lines shared would hide the second.
test('each line has a stamp of its own, as of a kubelet, however many are written at once', async () => {
  const { pod, karmada } = await setUp();
  pod('member1', 'sub', 'ray-job-submitter').write(...Array.from({ length: 500 }, (_, index) => `line ${index}`));
  const container = { namespace: 'default', name: 'sub', container: 'ray-job-submitter' };
  const written = await text(await karmada.member('member1').logs(container, { timestamps: true }, {}));
  const stamps = [...written.matchAll(/^(\S+) line \d+$/gm)].map(([, stamp]) => stamp);
  expect(stamps).toHaveLength(500);
  for (const stamp of stamps) expect(stamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
  expect(stamps).toEqual([...new Set(stamps)].sort());
});
