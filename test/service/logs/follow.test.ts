import { expect, it, onTestFinished } from 'vitest';
import type { Job } from '../../../service/jobs/job.ts';
import { followLogs } from '../../../service/logs/follow.ts';
import type { LogQuery } from '../../../service/logs/index.ts';
import { jobWith, type LogWorld, setUp } from './world.ts';

/** Reads along until told to stop; `sees` waits for a text. */
function follow({ karmada }: LogWorld, job: Job, query: LogQuery = {}) {
  const state = { job: job as Job | undefined, text: '' };
  const caller = new AbortController();
  let arrived = () => {};
  const options = { karmada, signal: caller.signal, current: async () => state.job, pollMs: 20 };
  const end = (async () => {
    for await (const line of followLogs(job, query, options)) {
      state.text += line;
      arrived();
    }
  })();
  end.catch(() => undefined);
  onTestFinished(() => caller.abort());
  return {
    end,
    hangUp: () => caller.abort(),
    text: () => state.text,
    becomes: (change: Partial<Job>) => {
      state.job = { ...job, ...change };
    },
    vanishes: () => {
      state.job = undefined;
    },
    async sees(text: string) {
      while (!state.text.includes(text)) await new Promise<void>((resolve) => (arrived = resolve));
    },
  };
}

const streams = (world: LogWorld) => world.simulated.requests.count(({ path }) => path.endsWith('/log'));

it('shows lines as they are written, of pods that come later too, and ends with the job', async () => {
  const world = await setUp();
  const output = follow(world, jobWith());
  const submitter = world.pod('member1', 'sub', 'ray-job-submitter');
  submitter.write('epoch 1');
  await output.sees('sub | epoch 1\n');
  const worker = world.pod('member1', 'worker', 'ray-worker');
  worker.write('joined');
  await output.sees('worker | joined\n');
  submitter.write('epoch 2');
  await output.sees('sub | epoch 2\n');
  output.becomes({ status: 'Succeeded' });
  submitter.write('saved');
  submitter.phase('Succeeded');
  worker.phase('Succeeded');
  await output.end;
  expect(
    output
      .text()
      .split('\n')
      .filter((line) => line.startsWith('sub')),
  ).toEqual(['sub | epoch 1', 'sub | epoch 2', 'sub | saved']);
});

it('waits for a pod that has not started, and for a job that has no cluster yet', async () => {
  const world = await setUp();
  const output = follow(world, jobWith({ clusters: [] }), { container: 'ray-job-submitter' });
  const submitter = world.pod('member1', 'sub', 'ray-job-submitter');
  submitter.phase('Pending');
  output.becomes({ clusters: ['member1'] });
  while (streams(world) === 0) await new Promise((resolve) => setImmediate(resolve));
  submitter.phase('Running');
  submitter.write('epoch 1');
  await output.sees('epoch 1\n');
});

it('goes on behind the last line when a stream breaks', async () => {
  const world = await setUp();
  const submitter = world.pod('member1', 'sub', 'ray-job-submitter');
  submitter.write('epoch 1', 'epoch 2');
  const output = follow(world, jobWith(), { container: 'ray-job-submitter' });
  await output.sees('epoch 2\n');
  const broken = streams(world);
  world.simulated.faults.add({ kind: 'truncate', where: 'member1', matching: '/log', times: 1 });
  await world.simulated.stopListening();
  submitter.write('epoch 3');
  await world.simulated.listenAgain();
  await output.sees('epoch 3\n');
  submitter.write('epoch 4');
  await output.sees('epoch 4\n');
  expect(streams(world)).toBeGreaterThan(broken);
  expect(output.text().match(/^epoch \d$/gm)).toEqual(['epoch 1', 'epoch 2', 'epoch 3', 'epoch 4']);
});

it('goes on when a cluster that was out of reach is back; that it was is no line of the log', async () => {
  const world = await setUp();
  const remove = world.simulated.faults.add({ kind: 'refuse', where: 'member1' });
  const output = follow(world, jobWith());
  const asked = world.simulated.requests.count();
  while (world.simulated.requests.count() < asked + 3) await new Promise((resolve) => setImmediate(resolve));
  remove();
  world.pod('member1', 'sub', 'ray-job-submitter').write('epoch 1');
  await output.sees('epoch 1\n');
  expect(output.text()).toBe('sub | epoch 1\n');
});

it('ends when the job is deleted', async () => {
  const world = await setUp();
  const output = follow(world, jobWith());
  output.vanishes();
  await output.end;
});

it('ends all requests to the members when the caller hangs up', async () => {
  const world = await setUp();
  const submitter = world.pod('member1', 'sub', 'ray-job-submitter');
  submitter.write('epoch 1');
  const output = follow(world, jobWith());
  await output.sees('epoch 1\n');
  expect(world.simulated.requests.open()).toBeGreaterThan(0);
  output.hangUp();
  await output.end;
  await expect.poll(() => world.simulated.requests.open()).toBe(0);
});

it('does not read ahead of a caller who is slow', async () => {
  const world = await setUp();
  const submitter = world.pod('member1', 'sub', 'ray-job-submitter');
  submitter.write(...Array.from({ length: 5000 }, (_, index) => `line ${index}`));
  const caller = new AbortController();
  onTestFinished(() => caller.abort());
  const job = jobWith();
  const lines = followLogs(job, {}, { karmada: world.karmada, signal: caller.signal, current: async () => job });
  expect((await lines.next()).value).toBe('sub | line 0\n');
  expect((await lines.next()).value).toBe('sub | line 1\n');
  await lines.return();
});
