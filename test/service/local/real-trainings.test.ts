import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ALGORITHMS } from '../../../service/jobs/index.ts';
import { outcomeOf } from '../../../service/local/karmada/life/outcome.ts';
import type { Progress, Trainings } from '../../../service/local/karmada/life/training.ts';
import type { StoredObject } from '../../../service/local/kube/objects.ts';
import { trainingsBy } from '../../../service/local/real-trainings.ts';
import { SAMPLES } from '../../../service/local/sample.ts';
import { PATIENCE_MS } from '../../patience.ts';
import { onePython } from './one-python.ts';

// Without Python: a program of the shell stands for it, with its output, its exit codes and its answer to SIGTERM.

const PATIENT = { timeout: PATIENCE_MS, interval: 10 };

/** Goes with the temporary folder of the run. */
const scratch = () => mkdtemp(join(tmpdir(), 'trainings-'));

async function program(folder: string, name: string, text: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, `#!/bin/sh\n${text}\n`);
  await chmod(file, 0o755);
  return file;
}

const job = (name: string, entrypoint: string, env: Record<string, string> = {}): StoredObject =>
  ({
    apiVersion: 'ray.io/v1',
    kind: 'RayJob',
    metadata: { name, namespace: 'default', uid: name, resourceVersion: '1', creationTimestamp: '' },
    spec: { entrypoint, runtimeEnvYAML: JSON.stringify({ env_vars: env }) },
    status: { jobId: `${name}-1` },
  }) as unknown as StoredObject;

const simulated: Trainings = {
  prepare: () => ({ lines: [], ready: true }),
  progress: () => ({ lines: ['made up'], secondsLeft: 1, end: undefined }),
  forget: () => {},
  lose: () => {},
};

describe('jobs of built-in algorithms', () => {
  const stops: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });

  async function trainings(text: string) {
    const folder = await scratch();
    const python = { python: await program(folder, 'python', text), version: '3.12.1' };
    const real = trainingsBy(onePython(python), folder, '/sample');
    stops.push(() => real.stop());
    return { over: real.over(simulated), folder };
  }

  async function untilEnd(over: Trainings, one: StoredObject): Promise<{ lines: string[]; end: Progress['end'] }> {
    const lines: string[] = [];
    let end: Progress['end'];
    await vi.waitFor(() => {
      const seen = over.progress(one, outcomeOf(one, true));
      lines.push(...seen.lines);
      end = seen.end;
      if (!end) throw new Error('goes on');
    }, PATIENT);
    return { lines, end };
  }

  it('run as a process that is told what a container would be told', async () => {
    const { over, folder } = await trainings('echo "$3 $NUM_BOOST_ROUND $S3_TRAIN_KEY $STORAGE_PATH $DATABASE_URL."');
    const told = { NUM_BOOST_ROUND: '7', S3_TRAIN_KEY: 'file:///data/train.csv' };
    const { lines, end } = await untilEnd(over, job('a', 'python -m mlplatform.train xgboost', told));
    expect(lines.at(-1)).toBe(`xgboost 7 file:///data/train.csv ${folder}/volumes/a .`);
    expect(end).toMatchObject({ jobStatus: 'SUCCEEDED' });
  });

  it('take the sample where they have no data', async () => {
    const { over } = await trainings('echo "$S3_TRAIN_KEY $LABEL_COLUMN"');
    const { lines } = await untilEnd(over, job('a', 'python -m mlplatform.train lightgbm'));
    expect(lines.at(-1)).toBe('file:///sample/train.csv spend');
  });

  it('take with it what is for it, unless the job says otherwise than the defaults, and say so', async () => {
    const { over } = await trainings(
      'echo "$S3_TRAIN_KEY $LABEL_COLUMN $FEATURE_NAMES $MODEL_NAME $NUM_CLASSES $EPOCHS"',
    );
    const told = { MODEL_NAME: 'torchvision/resnet18', NUM_CLASSES: '2', EPOCHS: '10', LEARNING_RATE: '0.5' };
    const { lines } = await untilEnd(over, job('a', 'python -m mlplatform.train torch-mpi', told));
    const columns = 'age,income,visits,score,noise';
    expect(lines.at(-1)).toBe(`file:///sample/train.csv class ${columns} torchvision/resnet18 3 10`);
    expect(lines).toContain(
      'INFO  it has no data of its own, and learns from file:///sample/train.csv, with num_classes 3',
    );
  });

  it('have a sample each, with hyperparameters that they have', () => {
    expect(Object.keys(SAMPLES).sort()).toEqual(ALGORITHMS.map(({ name }) => name).sort());
    for (const { name, hyperparameters } of ALGORITHMS) {
      expect(hyperparameters.safeParse(SAMPLES[name]?.hyperparameters), name).toMatchObject({ success: true });
    }
  });

  it('run on the cores, as one process, whatever workers and GPUs are asked for', async () => {
    const { over } = await trainings('echo "$USE_GPU $CUDA_VISIBLE_DEVICES."');
    const { lines } = await untilEnd(
      over,
      job('a', 'python -m mlplatform.train jax-pjit', { USE_GPU: 'true', NUM_WORKER: '4' }),
    );
    expect(lines.at(-1)).toBe('false .');
    expect(lines).toContain('INFO  it takes one process in the place of 4 workers, cores in the place of GPUs');
  });

  it('take the threads that their pods ask for and half of the machine at most, and let others run while they wait', async () => {
    const { over } = await trainings('echo "$OMP_NUM_THREADS $OMP_WAIT_POLICY"');
    const asking = (cpu: string | undefined, env = {}) => {
      const one = job(`a-${cpu}`, 'python -m mlplatform.train xgboost', env);
      const containers = [{ name: 'worker', ...(cpu && { resources: { requests: { cpu } } }) }];
      Object.assign(one.spec as object, {
        rayClusterSpec: { workerGroupSpecs: [{ template: { spec: { containers } } }] },
      });
      return untilEnd(over, one);
    };
    const half = Math.max(1, Math.floor(availableParallelism() / 2));
    for (const [cpu, threads] of [
      ['1', 1],
      ['1500m', 1],
      ['1000', half],
      [undefined, 1],
    ] as const) {
      expect((await asking(cpu)).lines.at(-1), cpu).toBe(`${threads} passive`);
    }
    expect((await asking('2', { OMP_NUM_THREADS: '7' })).lines.at(-1)).toBe('7 passive');
  });

  it('fail with the exit code and the last lines, as Ray tells them', async () => {
    const { over } = await trainings('echo "mlplatform: DataError: no column" >&2; exit 65');
    const { end } = await untilEnd(over, job('a', 'python -m mlplatform.train xgboost'));
    expect(end).toEqual({
      jobStatus: 'FAILED',
      message:
        'Job entrypoint command failed with exit code 65, last available logs (truncated to 20,000 chars):\n' +
        'mlplatform: DataError: no column',
    });
  });

  it('are asked to end when their job is stopped or suspended', async () => {
    const { over, folder } = await trainings(
      'trap "echo asked > $STORAGE_PATH.txt; kill \\$!; exit 143" TERM; echo up; sleep 60 & wait',
    );
    const one = job('a', 'python -m mlplatform.train xgboost');

    await mkdir(join(folder, 'volumes'));
    await vi.waitFor(() => expect(over.progress(one, outcomeOf(one, true)).lines).toContain('up'), PATIENT);
    over.forget(one);
    await vi.waitFor(
      async () => expect(await readFile(join(folder, 'volumes/a.txt'), 'utf8')).toBe('asked\n'),
      PATIENT,
    );
  });

  it('that are resumed wait until the process of before has kept what it had', async () => {
    const { over } = await trainings('trap "read line < $FIFO; exit 143" TERM; echo up; while :; do sleep 0.05; done');
    const fifo = join(await scratch(), 'fifo');
    spawnSync('mkfifo', [fifo]);
    const told = { MLPLATFORM_JOB_ID: 'a-1', FIFO: fifo };
    const one = job('a', 'python -m mlplatform.train torch-mpi', told);
    await vi.waitFor(() => expect(over.progress(one, outcomeOf(one, true)).lines).toContain('up'), PATIENT);
    over.forget(one);
    const next = { ...one, status: { jobId: 'a-2' } };
    expect(over.prepare(next)).toMatchObject({ ready: false });
    await writeFile(fifo, 'kept\n');
    await vi.waitFor(() => expect(over.prepare(next)).toMatchObject({ ready: true }), PATIENT);
  });

  it('of others are simulated as before', async () => {
    const { over } = await trainings('exit 1');
    expect(over.progress(job('a', 'python train.py'), outcomeOf(job('a', ''), true)).lines).toEqual(['made up']);
  });
});
