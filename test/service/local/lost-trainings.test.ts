import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createClient } from '../../../service/client/index.ts';
import { POD } from '../../../service/local/kube/kinds.ts';
import { trainingsBy } from '../../../service/local/real-trainings.ts';
import { environmentMade } from '../../../service/trainers/environment.ts';
import { eventually } from '../../patience.ts';
import { smallJob, startWorld } from '../api/world.ts';
import { onePython } from './one-python.ts';

// A job that trains for real and loses, one after the other, what it runs on.

/** `npm start -- --trainers` makes it, once. */
const made = await environmentMade('trees');
const ROUNDS = 3_000;
const VOLUME = 'shared';

test.skipIf(made === undefined)(
  `a training whose worker, head and cluster are killed goes on from its checkpoints, and has one result${made ? '' : ' (skipped: no environment of npm start -- --trainers)'}`,
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lost-trainings-'));
    const data = await sample(folder);
    const real = trainingsBy(onePython(made ?? { python: '', version: '' }), folder, data);
    const world = await startWorld({
      speed: 50,
      environment: { CLUSTER_LOST_AFTER: '1s' },
      simulation: { programs: real.over, notReadyAfterMs: 500 },
    });
    onTestFinished(async () => {
      await world.close();
      await real.stop();
    });
    const client = createClient({ url: world.url });
    const { body } = await world.call('/api/v1/jobs', {
      body: smallJob({
        jobName: 'lost',
        pvcName: VOLUME,
        targetClusters: ['member1', 'member2'],
        hyperparameters: { xgboost: { num_round: ROUNDS, max_depth: 2 } },
        customHyperparameters: { checkpoint_every: '100' },
        retryPolicy: {
          maxAttempts: 5,
          on: ['preempted', 'infrastructure'],
          backoff: { seconds: 0 },
          elsewhere: 'fromCheckpoint',
        },
      }),
    });
    const { id } = body;
    const storage = join(real.volumes, VOLUME);
    const newestStep = async (): Promise<number> => {
      const names = await readdir(join(storage, 'checkpoints', id)).catch(() => []);
      return Math.max(0, ...names.map((name) => Number(/^step-(\d+)/.exec(name)?.[1] ?? 0)));
    };
    /** It has begun, and kept something since. */
    const inMidRun = async (
      attempt: number,
      beyond: number,
    ): Promise<{ pid: number; step: number; cluster: string }> => {
      const job = await eventually(
        () => client.jobs.get(id),
        (job) => job.attempt === attempt && job.status === 'Running',
      );
      const step = await eventually(newestStep, (step) => step > beyond);
      const [cluster = ''] = job.clusters;
      const log = await eventually(
        async () => (await world.call(`/api/v1/jobs/${id}/logs?cluster=${cluster}`)).text,
        (text) => [...text.matchAll(PROCESS)].length >= 1,
      );
      return { pid: Number([...log.matchAll(PROCESS)].at(-1)?.[1]), step, cluster };
    };

    // The node of its worker is drained: the kubelet asks it to end.
    const first = await inMidRun(1, 0);
    process.kill(first.pid, 'SIGTERM');

    // The head goes, and what ran beside it.
    const second = await inMidRun(2, first.step);
    const { registry } = world.karmada.member(second.cluster).server;
    const head = registry.store
      .list(POD)
      .find(({ metadata }) => metadata.labels?.['ray.io/node-type'] === 'head' && metadata.name.includes(`${id}-2`));
    registry.delete(POD, head?.metadata.namespace, head?.metadata.name ?? '');

    // All of its cluster: nobody reaches it, and its machines are off.
    const third = await inMidRun(3, second.step);
    world.karmada.faults.add({ kind: 'refuse', where: third.cluster });
    process.kill(third.pid, 'SIGKILL');
    await eventually(
      () => client.jobs.get(id),
      ({ attention }) => attention?.reason === 'ClusterLost',
    );
    const fence = { body: { reason: 'its machines are off' } };
    expect((await world.call(`/api/v1/proxy/clusters/${third.cluster}/fence`, fence)).status).toBe(200);

    const ended = await eventually(
      () => client.jobs.get(id),
      ({ status }) => status === 'Succeeded' || status === 'Failed',
      { patienceMs: 120_000 },
    );
    expect(ended).toMatchObject({ status: 'Succeeded', attempt: 4 });
    expect(ended.clusters).not.toEqual([third.cluster]);
    const attempts = await client.jobs.attempts(id);
    expect(attempts.map(({ lostTo }) => lostTo)).toEqual(['preempted', 'infrastructure', 'infrastructure', null]);

    // One result, of all rounds; each attempt went on where the one before had been.
    expect(await readdir(join(storage, 'artifacts'))).toEqual([id]);
    const result = JSON.parse(await readFile(join(storage, 'artifacts', id, 'result.json'), 'utf8'));
    expect(result).toMatchObject({ jobId: id, steps: ROUNDS });
    expect(third.step).toBeGreaterThan(second.step);
    expect(result.resumedAt).toBeGreaterThanOrEqual(third.step);
    const curves = await eventually(
      () => client.jobs.metrics(id, { names: ['train-rmse'] }),
      ({ series }) => series[0]?.step.at(-1) === ROUNDS,
    );
    const { last = 0, highest = 0, step = [] } = curves.series[0] ?? {};
    expect(last).toBeLessThan(highest);
    expect(step[0]).toBeLessThan(third.step);
    const marked = curves.marks.map(({ attempt, cluster, kind }) => (kind === 'attempt' ? attempt : cluster));
    expect(marked).toEqual(expect.arrayContaining([1, 4, ended.clusters[0]]));
    const events = await client.jobs.events(id);
    expect(events.filter(({ reason }) => reason === 'Succeeded')).toHaveLength(1);
  },
  240_000,
);

const PROCESS = /trains on this machine with Python \S+ process (\d+)/g;

/** As the sample of `npm start -- --trainers` has its columns. */
async function sample(folder: string): Promise<string> {
  const data = join(folder, 'sample');
  await mkdir(data);
  const rows = Array.from({ length: 600 }, (_, row) => {
    const of = (factor: number): number => ((row * factor) % 97) / 97;
    return [of(3), of(5), of(7), of(11), of(13), (of(3) - of(5)) * of(7) + of(11)]
      .map((value) => value.toFixed(4))
      .join(',');
  });
  const csv = (some: readonly string[]): string => `age,income,visits,score,noise,spend\n${some.join('\n')}\n`;
  await writeFile(join(data, 'train.csv'), csv(rows.slice(0, 500)));
  await writeFile(join(data, 'validation.csv'), csv(rows.slice(500)));
  return data;
}
