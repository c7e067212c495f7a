import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { Job } from '../../../service/jobs/job.ts';
import { NO_CELLS } from '../../../service/jobs/state/index.ts';
import { type LogQuery, logRuns, readLogs } from '../../../service/logs/index.ts';
import type { KeptLog } from '../../../service/store/store.ts';
import { SEEN_RUNNING } from '../some-jobs.ts';
import { all, jobWith, type LogWorld, setUp } from './world.ts';

const NEVER = new AbortController().signal;
const finished = { status: 'Succeeded', finishedAt: new Date() } as const;

const read = (
  { karmada }: LogWorld,
  job: Job,
  query: LogQuery & { follow?: boolean } = {},
  kept: readonly KeptLog[] = [],
) => {
  const store = { jobs: { get: async () => job }, logs: { kept: async () => [...kept] } };
  return readLogs({ store, karmada }, job, query, NEVER);
};
const textOf = async (...args: Parameters<typeof read>) => all((await read(...args)).lines);

const keptLog = (pod: string, container: string, text: string, droppedBytes = 0, run = 1): KeptLog => ({
  cluster: 'member1',
  pod,
  container,
  restart: 0,
  run,
  text,
  droppedBytes,
});

describe('the output of a job', () => {
  it("comes from all its pods, the driver's first, each line with its pod", async () => {
    const world = await setUp();
    world.pod('member1', 'demo-worker', 'ray-worker').write('worker up');
    world.pod('member1', 'demo-head', 'ray-head').write('head up');
    world.pod('member1', 'demo-submitter', 'ray-job-submitter').write('epoch 1', 'epoch 2');
    expect(await textOf(world, jobWith())).toBe(
      'demo-submitter | epoch 1\ndemo-submitter | epoch 2\ndemo-head | head up\ndemo-worker | worker up\n',
    );
  });

  it('of one container comes as it was written', async () => {
    const world = await setUp();
    world
      .pod('member1', 'demo-submitter', 'ray-job-submitter')
      .write('epoch 1', '2026-11-21T09:00:00Z a time of its own');
    world.pod('member1', 'demo-head', 'ray-head').write('head up');
    const own = 'epoch 1\n2026-11-21T09:00:00Z a time of its own\n';
    expect(await textOf(world, jobWith(), { container: 'ray-job-submitter' })).toBe(own);
    expect(await textOf(world, jobWith(), { pod: 'demo-head' })).toBe('head up\n');
    expect(await textOf(world, jobWith(), { tailLines: 1, container: 'ray-job-submitter' })).toBe(
      '2026-11-21T09:00:00Z a time of its own\n',
    );
  });

  it('of a batch Job comes as it was written', async () => {
    const world = await setUp();
    world.pod('member1', 'demo-0-abcde', 'training').write('hello');
    expect(await textOf(world, jobWith({ kind: 'Job' }))).toBe('hello\n');
  });

  it('on several clusters names them, or one is chosen', async () => {
    const world = await setUp();
    const job = jobWith({ clusters: ['member1', 'member2'] });
    world.pod('member1', 'one', 'ray-job-submitter').write('a');
    world.pod('member2', 'two', 'ray-job-submitter').write('b');
    expect(await textOf(world, job)).toBe('member1/one | a\nmember2/two | b\n');
    expect(await textOf(world, job, { cluster: 'member2' })).toBe('two | b\n');
  });

  it("is found by KubeRay's own labels where ours are missing", async () => {
    const world = await setUp();
    const rayCluster = 'demo-x7k2p';
    world.pod('member1', 'head', 'ray-head', { 'ray.io/cluster': rayCluster }).write('head up');
    world.pod('member1', 'sub', 'ray-job-submitter', { 'job-name': 'demo-0a1b2c3d' }).write('epoch 1');
    const state = { ...SEEN_RUNNING, columns: NO_CELLS, rayCluster };
    expect(await textOf(world, jobWith({ clusterStates: { member1: state } }))).toBe('sub | epoch 1\nhead | head up\n');
  });

  it('of another job is not shown', async () => {
    const world = await setUp();
    world.pod('member1', 'other', 'ray-job-submitter', { 'mlplatform.io/job-id': 'other' }).write('secret');
    expect(await read(world, jobWith())).toMatchObject({ from: 'none' });
  });

  it('leaves out containers that have not started', async () => {
    const world = await setUp();
    world.pod('member1', 'demo-head', 'ray-head').phase('Pending');
    world.pod('member1', 'demo-submitter', 'ray-job-submitter').write('epoch 1');
    expect(await textOf(world, jobWith())).toBe('demo-submitter | epoch 1\n');
  });

  it('says so when the cluster cannot be asked', async () => {
    const world = await setUp();
    world.simulated.faults.add({ kind: 'refuse', where: 'member1' });
    await expect(read(world, jobWith())).rejects.toMatchObject({ failure: 'memberUnavailable', cluster: 'member1' });
  });
});

describe('the output of a job that runs anew', () => {
  const first = keptLog(
    'demo-first',
    'ray-job-submitter',
    '2026-11-21T09:00:00.1Z epoch 1\n2026-11-21T09:00:01.1Z epoch 2\n',
  );

  it('has all of its runs, or the one that is asked for', async () => {
    const world = await setUp();
    world.pod('member1', 'demo-second', 'ray-job-submitter').write('epoch 3');
    const only = { container: 'ray-job-submitter' };
    expect(await textOf(world, jobWith(), only, [first])).toBe('epoch 1\nepoch 2\nepoch 3\n');
    expect(await textOf(world, jobWith(), { ...only, run: 1 }, [first])).toBe('epoch 1\nepoch 2\n');
    expect(await textOf(world, jobWith(), { ...only, run: 2 }, [first])).toBe('epoch 3\n');
    expect(await textOf(world, jobWith(), { ...only, run: 3 }, [first])).toBe('');
    const store = { jobs: { get: async () => undefined }, logs: { kept: async () => [first] } };
    expect(await logRuns({ store, karmada: world.karmada }, jobWith(), NEVER)).toEqual({
      runs: [
        { run: 1, pods: ['demo-first'], live: false },
        { run: 2, pods: ['demo-second'], live: true },
      ],
      unreachable: [],
    });
  });

  it('is read from what was kept while its cluster is away, and that is told beside it', async () => {
    const world = await setUp();
    world.simulated.faults.add({ kind: 'refuse', where: 'member1' });
    const logs = await read(world, jobWith(), { container: 'ray-job-submitter' }, [first]);
    expect(logs.from).toBe('kept');
    expect(await all(logs.lines)).toBe('epoch 1\nepoch 2\n');
    const store = { jobs: { get: async () => undefined }, logs: { kept: async () => [first] } };
    expect((await logRuns({ store, karmada: world.karmada }, jobWith(), NEVER)).unreachable).toEqual(['member1']);
  });

  it('is followed from where what was kept ends, once its cluster is back', async () => {
    const world = await setUp();
    const pod = world.pod('member1', 'demo-sub', 'ray-job-submitter');
    pod.write('epoch 1', 'epoch 2');
    const written = await world.karmada
      .member('member1')
      .logs({ namespace: 'default', name: 'demo-sub', container: 'ray-job-submitter' }, { timestamps: true }, {});
    const kept = keptLog('demo-sub', 'ray-job-submitter', await text(written));
    const back = world.simulated.faults.add({ kind: 'refuse', where: 'member1' });
    const logs = await read(world, jobWith(), { follow: true, container: 'ray-job-submitter' }, [kept]);
    const lines = logs.lines[Symbol.asyncIterator]();
    const next = async () => (await lines.next()).value;
    expect([await next(), await next()]).toEqual(['epoch 1\n', 'epoch 2\n']);
    back();
    pod.write('epoch 3');
    expect(await next()).toBe('epoch 3\n');
    await lines.return?.();
  });

  it('has what a container wrote before it was started again', async () => {
    const world = await setUp();
    const pod = world.pod('member1', 'demo-0-abcde', 'training');
    pod.write('before the crash');
    pod.startAgain();
    pod.write('after it');
    const job = jobWith({ kind: 'Job' });
    expect(await textOf(world, job)).toBe('before the crash\nafter it\n');
    expect(await textOf(world, job, { run: 1 })).toBe('before the crash\n');
    expect(await textOf(world, job, { run: 2 })).toBe('after it\n');
  });
});

describe('the output of a finished job', () => {
  const kept = [
    keptLog('demo-head', 'ray-head', '2026-11-21T09:00:00.000000001Z head up\n'),
    keptLog(
      'demo-submitter',
      'ray-job-submitter',
      '2026-11-21T09:00:00.1Z epoch 1\n2026-11-21T09:00:01.1Z epoch 2\n',
      77,
    ),
  ];

  it('is still there when its pods have gone', async () => {
    const world = await setUp();
    const logs = await read(world, jobWith(finished), {}, kept);
    expect(logs.from).toBe('kept');
    expect(await all(logs.lines)).toBe(
      'demo-submitter | -- what was written before this was not kept --\ndemo-submitter | epoch 1\ndemo-submitter | epoch 2\ndemo-head | head up\n',
    );
    expect(await textOf(world, jobWith(finished), { container: 'ray-job-submitter', tailLines: 1 }, kept)).toBe(
      'epoch 2\n',
    );
    expect(await textOf(world, jobWith(finished), { container: 'ray-job-submitter', sinceSeconds: 5 }, kept)).toBe('');
  });

  it('comes from the pods that are left and from what was kept of the others', async () => {
    const world = await setUp();
    world.pod('member1', 'demo-submitter', 'ray-job-submitter').write('all of it');
    const logs = await read(world, jobWith(finished), {}, kept);
    expect(logs.from).toBe('pods');
    expect(await all(logs.lines)).toBe('demo-submitter | all of it\ndemo-head | head up\n');
  });

  it('is read from what was kept when the cluster is out of reach', async () => {
    const world = await setUp();
    world.simulated.faults.add({ kind: 'refuse', where: 'member1' });
    expect(await textOf(world, jobWith(finished), { container: 'ray-head' }, kept)).toBe('head up\n');
  });
});
