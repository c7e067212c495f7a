import { afterAll, beforeAll, expect, test } from 'vitest';
import { createClient, isFinished, type JobEvent } from '../../../service/client/index.ts';
import { type FaultProxy, startFaultProxy } from '../../fault-proxy.ts';
import { startWorld, until, type World } from '../api/world.ts';

// The client against the real service, over a network that breaks.

let world: World;
let network: FaultProxy;
let url: string;
beforeAll(async () => {
  world = await startWorld({ speed: 10 });
  network = await startFaultProxy({ port: Number(new URL(world.url).port) });
  url = `http://127.0.0.1:${network.port}`;
});
afterAll(async () => {
  await network.close();
  await world.close();
});

test('a job is followed from its submission to its end, each event and each line once, however often the line breaks', async () => {
  const client = createClient({ url });
  const seen: JobEvent[] = [];
  const lines: string[] = [];
  const leaving = new AbortController();
  let connected = 0;
  const events = client.events({
    signal: leaving.signal,
    onConnection: ({ state }) => (connected += Number(state === 'open')),
  });
  const watching = (async () => {
    for await (const event of events) seen.push(event);
  })();
  await until(async () => connected > 0, 'the event stream');

  const job = await client.jobs.submit({ jobName: 'followed', algorithm: { algorithmName: 'xgboost' } });
  const following = (async () => {
    for await (const { text } of client.jobs.logs(job.id, { follow: true })) {
      lines.push(text);
      if (lines.length === 3 || lines.length === 8) network.cut();
    }
  })();
  await following;
  await until(async () => isFinished(await client.jobs.get(job.id)), 'the end of the job');
  const history = await client.jobs.events(job.id);
  await until(async () => seen.filter(({ jobId }) => jobId === job.id).length >= history.length, 'its events');
  leaving.abort();
  await watching;

  expect(connected).toBeGreaterThan(1);
  expect(seen.filter(({ jobId }) => jobId === job.id).map(({ id }) => id)).toEqual(history.map(({ id }) => id));
  const whole: string[] = [];
  for await (const { text } of client.jobs.logs(job.id)) whole.push(text);
  expect(lines.length).toBeGreaterThan(8);
  expect(lines.toSorted()).toEqual(whole.toSorted());
});

test('stamps are the times of writing, in front of the line', async () => {
  const client = createClient({ url });
  const { id } = await client.jobs.submit({ jobName: 'stamped', algorithm: { algorithmName: 'xgboost' } });
  await until(async () => isFinished(await client.jobs.get(id)), 'the end of the job');
  const answer = await world.call(`/api/v1/jobs/${id}/logs?timestamps=true`);
  const stamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S*Z \S+ \| /;
  const all = answer.text.split('\n').slice(0, -1);
  expect(all.filter((line) => !stamp.test(line))).toEqual([]);
  const stamped: (string | null)[] = [];
  for await (const { at } of client.jobs.logs(id)) stamped.push(at);
  expect(stamped).toEqual(all.map((line) => line.split(' ')[0]));
});

test('what the service does not know, and what it warns of, comes as it says it', async () => {
  const client = createClient({ url });
  await expect(client.jobs.get('nobody-00000000')).rejects.toMatchObject({ status: 404 });
  const foreseen = await client.jobs.dryRun({
    jobName: 'warned',
    algorithm: { algorithmName: 'xgboost' },
    outputDataConfig: { artifactUri: 'models' },
  });
  expect(foreseen.warnings.map(({ path }) => path)).toEqual(['/outputDataConfig/artifactUri']);
  expect((await client.me()).auth.mode).toBe('none');
  expect((await client.clusters()).clusters.map(({ name }) => name)).toEqual(['member1', 'member2', 'member3']);
});
