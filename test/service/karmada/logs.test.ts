import { expect, test } from 'vitest';
import { POD } from '../../../service/local/kube/kinds.ts';
import type { StoredObject } from '../../../service/local/kube/objects.ts';
import { eventually, place, rayJob, startWorld, TEAM, type World } from './simulation.ts';

const POD_NAME = { namespace: TEAM, name: 'driver' };

/** A pod of one container in member1, in the phase given. */
async function withPod(phase: string): Promise<World & { pod: StoredObject }> {
  const world = await startWorld();
  await place(world.karmada, rayJob('a'), ['member1']);
  const { registry } = world.simulated.member('member1').server;
  const containers = [{ name: 'main', image: 'busybox' }];
  const pod = registry.create(
    POD,
    { apiVersion: 'v1', kind: 'Pod', metadata: POD_NAME, spec: { containers } },
    { manager: 'test' },
  );
  registry.setStatus(POD, TEAM, 'driver', { phase });
  return { ...world, pod };
}

async function text(source: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

test('what was written, whole, its tail or its beginning', async () => {
  const { simulated, karmada, pod } = await withPod('Running');
  for (const line of ['one', 'zwölf', 'three']) simulated.member('member1').logs.write(pod, 'main', line);
  const member = karmada.member('member1');
  expect(await text(await member.logs(POD_NAME, {}, {}))).toBe('one\nzwölf\nthree\n');
  expect(await text(await member.logs({ ...POD_NAME, container: 'main' }, { tailLines: 1 }, {}))).toBe('three\n');
  expect(await text(await member.logs(POD_NAME, { limitBytes: 5 }, {}))).toBe('one\nz');
});

test('following brings each line as it is written, and ends with the container', async () => {
  const { simulated, karmada, pod } = await withPod('Running');
  const { logs, server } = simulated.member('member1');
  logs.write(pod, 'main', 'before');
  let seen = '';
  const following = (async () => {
    for await (const chunk of await karmada.member('member1').logs(POD_NAME, { follow: true }, {}))
      seen += Buffer.from(chunk);
  })();
  await eventually(() => seen === 'before\n');
  logs.write(pod, 'main', 'after');
  await eventually(() => seen === 'before\nafter\n');
  server.registry.setStatus(POD, TEAM, 'driver', { phase: 'Succeeded' });
  logs.end(pod);
  await following;
});

test('a reader that leaves closes the connection', async () => {
  const { simulated, karmada, pod, reports } = await withPod('Running');
  simulated.member('member1').logs.write(pod, 'main', 'line');
  for await (const _ of await karmada.member('member1').logs(POD_NAME, { follow: true }, {})) break;
  expect(reports.at(-1)).toMatchObject({ verb: 'logs', outcome: 'aborted' });
});

test('a container that has not started is not ready; a pod that has gone is missing; so is a cluster, differently', async () => {
  const { karmada } = await withPod('Pending');
  const member = karmada.member('member1');
  await expect(member.logs(POD_NAME, {}, {})).rejects.toMatchObject({ failure: 'notReady' });
  await expect(member.logs({ ...POD_NAME, name: 'gone' }, {}, {})).rejects.toMatchObject({ failure: 'missing' });
  await expect(karmada.member('member9').logs(POD_NAME, {}, {})).rejects.toMatchObject({ failure: 'unknownCluster' });
  await expect(member.logs({ ...POD_NAME, container: 'other' }, {}, {})).rejects.toMatchObject({ failure: 'refused' });
});
