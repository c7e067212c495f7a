import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json, text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { atEnd } from '../../../concurrently.ts';
import { eventually, place, rayJob, referenceTo, startWorld, TEAM } from '../../karmada/simulation.ts';

interface Heard {
  readonly percent: number;
  answer(): void;
}

/** A hub that answers when the test says so. */
async function slowHub(): Promise<{ url: string; heard: Heard[] }> {
  const heard: Heard[] = [];
  const server = createServer(async (request, response) => {
    const { trainerStatus } = (await json(request)) as { trainerStatus: { progressPercentage: number } };
    heard.push({ percent: trainerStatus.progressPercentage, answer: () => response.end() });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/progress`, heard };
}

test('a training ends when its last report has been heard, however long the one before was on its way', async () => {
  const { url, heard } = await slowHub();
  const { karmada } = await startWorld({ speed: 200 });
  const env = [{ name: 'KUBEFLOW_TRAINER_SERVER_URL', value: url }];
  const spec = { containers: [{ name: 'ray-head', image: 'ray', env }] };
  const job = rayJob('reports', { rayClusterSpec: { headGroupSpec: { rayStartParams: {}, template: { spec } } } });
  const member = karmada.member(await place(karmada, job, ['member1']));
  const jobStatus = async () => ((await member.get(referenceTo(job)))?.status as { jobStatus?: string })?.jobStatus;
  const written = async (): Promise<string> => {
    const { items } = await member.list('pods', { namespace: TEAM, labelSelector: 'job-name=reports' });
    const [pod] = items;
    return pod ? text(await member.logs({ namespace: TEAM, name: pod.metadata.name }, {}, {})) : '';
  };

  await eventually(async () => heard.length > 0);
  expect(heard[0]?.percent).toBeLessThan(100);
  await eventually(async () => (await written()).includes('saved'));
  heard[0]?.answer();
  await eventually(async () => heard.length === 2);
  expect([heard[1]?.percent, await jobStatus()]).toEqual([100, 'RUNNING']);
  heard[1]?.answer();
  await eventually(async () => (await jobStatus()) === 'SUCCEEDED');
});
