import { expect, test } from 'vitest';
import type { WatchEvent } from '../../../service/kube/kube.ts';
import { RAY_JOB } from '../../../service/local/karmada/kinds.ts';
import { eventually, place, rayJob, startWorld, TEAM, type World } from './simulation.ts';

/** Collects what a watch of member1 brings, until the caller stops it. */
function watching({ karmada }: World, resourceVersion: string, idleTimeoutMs = 5_000) {
  const seen: WatchEvent[] = [];
  const controller = new AbortController();
  const openings: number[] = [];
  const options = { signal: controller.signal, idleTimeoutMs, opened: () => openings.push(1) };
  const ended = (async () => {
    for await (const event of karmada.member('member1').watch('RayJob', resourceVersion, options)) seen.push(event);
  })();
  ended.catch(() => undefined);
  return { seen, ended, stop: () => controller.abort(), isOpen: () => openings.length > 0 };
}

const setStatus = ({ simulated }: World, status: object): boolean =>
  simulated.member('member1').server.registry.setStatus(RAY_JOB, TEAM, 'a', status);

test('a watch from the version of a table brings what changed since, and nothing twice', async () => {
  const world = await startWorld();
  await place(world.karmada, rayJob('a'), ['member1']);
  const { resourceVersion } = await world.karmada.member('member1').table('RayJob');
  setStatus(world, { jobStatus: 'PENDING' });
  const watch = watching(world, resourceVersion);
  await eventually(watch.isOpen);
  setStatus(world, { jobStatus: 'RUNNING' });
  await eventually(() => watch.seen.length === 2);
  expect(watch.seen.map(({ type, object }) => [type, object.status])).toEqual([
    ['MODIFIED', { jobStatus: 'PENDING' }],
    ['MODIFIED', { jobStatus: 'RUNNING' }],
  ]);
  watch.stop();
  await watch.ended;
});

test('the server ending it ends it quietly; it resumes from the last version', async () => {
  const world = await startWorld();
  await place(world.karmada, rayJob('a'), ['member1']);
  const { resourceVersion } = await world.karmada.member('member1').table('RayJob');
  const first = watching(world, resourceVersion);
  setStatus(world, { jobStatus: 'PENDING' });
  await eventually(() => first.seen.length === 1);
  expect(world.simulated.disconnectWatches('member1')).toBe(1);
  await first.ended;
  setStatus(world, { jobStatus: 'RUNNING' });
  const second = watching(world, first.seen[0]?.object.metadata.resourceVersion ?? '');
  await eventually(() => second.seen.length === 1);
  expect(second.seen[0]?.object.status).toEqual({ jobStatus: 'RUNNING' });
  second.stop();
  await second.ended;
});

test('a version too old is expired', async () => {
  const world = await startWorld();
  await place(world.karmada, rayJob('a'), ['member1']);
  world.simulated.expireVersions('member1');
  await expect(watching(world, '1').ended).rejects.toMatchObject({ failure: 'expired', status: 410 });
});

test('bookmarks keep an idle watch alive; a silent one is given up', async () => {
  const world = await startWorld({ bookmarkMs: 20 });
  await place(world.karmada, rayJob('a'), ['member1']);
  const { resourceVersion } = await world.karmada.member('member1').table('RayJob');
  const watch = watching(world, resourceVersion, 1_000);
  await eventually(() => watch.seen.length >= 3);
  expect(watch.seen[0]).toMatchObject({
    type: 'BOOKMARK',
    object: { metadata: { resourceVersion: expect.any(String) } },
  });
  world.simulated.faults.add({ kind: 'halfOpen', where: 'member1' });
  await expect(watch.ended).rejects.toMatchObject({
    failure: 'memberUnavailable',
    message: expect.stringContaining('fell silent'),
  });
});

test('a refused watch tells why, and is counted once', async () => {
  const world = await startWorld();
  world.simulated.faults.add({ kind: 'refuse', where: 'member1' });
  await expect(watching(world, '1').ended).rejects.toMatchObject({ failure: 'memberUnavailable' });
  expect(world.reports.filter(({ verb }) => verb === 'watch')).toEqual([
    expect.objectContaining({ outcome: 'memberUnavailable' }),
  ]);
});
