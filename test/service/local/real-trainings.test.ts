import { chmod, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { outcomeOf } from '../../../service/local/karmada/life/outcome.ts';
import type { Progress, Trainings } from '../../../service/local/karmada/life/training.ts';
import type { StoredObject } from '../../../service/local/kube/objects.ts';
import { trainingsBy } from '../../../service/local/real-trainings.ts';
import { findPython, PYTHON_VARIABLE, trainersEnvironment } from '../../../service/trainers/environment.ts';
import { PATIENCE_MS } from '../../patience.ts';

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
    const real = trainingsBy({ python: await program(folder, 'python', text), version: '3.12.1' }, folder, '/sample');
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

  it('of others are simulated as before', async () => {
    const { over } = await trainings('exit 1');
    expect(over.progress(job('a', 'python train.py'), outcomeOf(job('a', ''), true)).lines).toEqual(['made up']);
  });
});

describe('the Python that is taken', () => {
  it('is the first that runs and is new enough: a signpost of a version manager is none', async () => {
    const folder = await scratch();
    const old = await program(folder, 'old', 'echo 3.9.18');
    const signpost = await program(folder, 'signpost', 'echo "pyenv: command not found" >&2; exit 127');
    const fine = await program(folder, 'fine', 'echo 3.12.1');
    expect(findPython([join(folder, 'none'), old, signpost, fine])).toEqual({ command: fine, version: '3.12.1' });
    expect(findPython([old, signpost])).toBeUndefined();
  });

  it('or the reason why there is none, and why no environment could be made', async () => {
    const folder = await scratch();
    const before = { PATH: process.env.PATH, XDG: process.env.XDG_CACHE_HOME, python: process.env[PYTHON_VARIABLE] };
    try {
      process.env.PATH = folder;
      process.env.XDG_CACHE_HOME = folder;
      delete process.env[PYTHON_VARIABLE];
      const options = { lock: 'trees', seconds: 60, tell: () => {} } as const;
      expect(await trainersEnvironment(options)).toMatchObject({ ok: false, reason: /3\.11 or newer is not on PATH/ });
      const broken = '[ "$1" = -c ] && echo 3.12.1 && exit 0; echo "No module named venv" >&2; exit 1';
      process.env[PYTHON_VARIABLE] = await program(folder, 'python-without-venv', broken);
      expect(await trainersEnvironment(options)).toMatchObject({ ok: false, reason: /No module named venv/ });
    } finally {
      restore('PATH', before.PATH);
      restore('XDG_CACHE_HOME', before.XDG);
      restore(PYTHON_VARIABLE, before.python);
    }
  });
});

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}
