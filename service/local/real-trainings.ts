import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { TRAINERS, trainersEnvironment } from '../trainers/environment.ts';
import { requested } from './karmada/life/capacity.ts';
import { environmentOf, podSpecsOf } from './karmada/life/outcome.ts';
import type { Progress, Trainings } from './karmada/life/training.ts';
import { pick, type StoredObject, textAt } from './kube/objects.ts';

// npm start -- --trainers: jobs of the built-in algorithms train for real, each as a process of this machine.

/** A download of some 300 MB on a slow line. */
const INSTALL_SECONDS = 1800;
const ALGORITHM = /^python -m mlplatform\.train ([a-z0-9-]+)$/;
/** Ray tells so much of a program's output. */
const TOLD_LINES = 200;

export interface RealTrainings {
  /** For each member cluster: of jobs of ours the real thing, of others what `simulated` makes up. */
  over(simulated: Trainings): Trainings;
  /** What was found, for people. */
  readonly told: string;
  /** A folder for each of their volumes. */
  readonly volumes: string;
  stop(): Promise<void>;
}

interface Run {
  readonly process: ChildProcess;
  readonly ended: Promise<void>;
  readonly lines: string[];
  readonly tail: string[];
  exitCode: number | undefined;
}

/** A word instead, where they cannot be had. */
export async function startRealTrainings(
  folder: string,
  tell: (line: string) => void,
): Promise<RealTrainings | string> {
  const made = await trainersEnvironment({ lock: 'trees', seconds: INSTALL_SECONDS, tell });
  if (!made.ok) return made.reason;
  const data = join(folder, 'sample');
  if (!existsSync(join(data, 'test-pictures.parquet'))) {
    await promisify(execFile)(made.python, [join(TRAINERS, 'tests', 'datasets.py'), data]);
  }
  return trainingsBy(made, folder, data);
}

/** Each a process of this Python; their volumes are in `folder`. */
export function trainingsBy(
  { python, version }: { readonly python: string; readonly version: string },
  folder: string,
  data: string,
): RealTrainings {
  const volumes = join(folder, 'volumes');
  const runs = new Map<string, Run>();

  function start(job: StoredObject, algorithm: string): Run {
    const environment = withSampleData(environmentOf(job), data);
    const child = spawn(python, ['-m', 'mlplatform.train', algorithm, '--runtime', 'process'], {
      cwd: TRAINERS,
      env: { ...inherited(), ...threadsOf(job), ...environment, STORAGE_PATH: join(volumes, volumeOf(job)) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const lines = [`INFO  trains on this machine with Python ${version}: process ${child.pid}`];
    const tail: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        tail.push(line);
        if (tail.length > TOLD_LINES) tail.shift();
      });
    }
    const ended = new Promise<void>((resolve) => {
      child.on('error', () => finish(1));
      child.on('close', (code, signal) => finish(code ?? (signal === 'SIGKILL' ? 137 : 143)));
      function finish(code: number) {
        run.exitCode ??= code;
        resolve();
      }
    });
    const run: Run = { process: child, ended, lines, tail, exitCode: undefined };
    return run;
  }

  const keyOf = (job: StoredObject): string => textAt(job, 'status', 'jobId') ?? job.metadata.uid;

  return {
    volumes,
    told: `Jobs of xgboost and lightgbm train for real here (Python ${version}); a job without data takes the sample in ${data}.`,
    over: (simulated) => ({
      progress(job, outcome) {
        const algorithm = ALGORITHM.exec(textAt(job, 'spec', 'entrypoint') ?? '')?.[1];
        if (algorithm === undefined) return simulated.progress(job, outcome);
        const run = runs.get(keyOf(job)) ?? start(job, algorithm);
        runs.set(keyOf(job), run);
        return progressOf(run);
      },
      forget(job) {
        simulated.forget(job);
        // SIGTERM: it keeps a checkpoint, and goes on from there when the job is resumed.
        runs.get(keyOf(job))?.process.kill('SIGTERM');
        runs.delete(keyOf(job));
      },
      lose(job) {
        simulated.lose(job);
        runs.get(keyOf(job))?.process.kill('SIGKILL');
        runs.delete(keyOf(job));
      },
    }),
    async stop() {
      const left = [...runs.values()];
      for (const { process } of left) process.kill('SIGTERM');
      await Promise.all(left.map(({ ended }) => ended));
    },
  };
}

function progressOf(run: Run): Progress {
  const lines = run.lines.splice(0);
  if (run.exitCode === undefined) return { lines, secondsLeft: 1, end: undefined };
  if (run.exitCode === 0) {
    return { lines, secondsLeft: 0, end: { jobStatus: 'SUCCEEDED', message: 'Job finished successfully.' } };
  }
  const message = `Job entrypoint command failed with exit code ${run.exitCode}, last available logs (truncated to 20,000 chars):\n${run.tail.join('\n')}`;
  return { lines, secondsLeft: 0, end: { jobStatus: 'FAILED', message } };
}

/** Nothing of the service's own secrets; object storage by the credentials of whoever started it. */
const inherited = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => /^(PATH|HOME|TMPDIR|LANG|AWS_.*)$/.test(entry[0]) && entry[1] !== undefined,
    ),
  );

/**
 * The cores that its pods ask for, at most half of the machine's: the service and other trainings need theirs. Three of
 * XGBoost at once beside two busy programs on two cores: 114 s with a thread for each core, which wait for each other in
 * a loop (four times the CPU time), 37 s where they sleep meanwhile, 26 s with one thread each that does.
 */
function threadsOf(job: StoredObject): Record<string, string> {
  const asked = Math.max(...podSpecsOf(job).map((spec) => Math.floor(requested(spec, 'cpu'))));
  const threads = Math.max(1, Math.min(asked, Math.floor(availableParallelism() / 2)));
  return { OMP_NUM_THREADS: String(threads), OMP_WAIT_POLICY: 'passive' };
}

function withSampleData(environment: Readonly<Record<string, string>>, data: string): Record<string, string> {
  if (environment.S3_TRAIN_KEY || environment.S3_BUCKET) return { ...environment };
  const file = (name: string) => pathToFileURL(join(data, name)).href;
  return {
    ...environment,
    S3_TRAIN_KEY: file('train.csv'),
    S3_VAL_KEY: file('validation.csv'),
    LABEL_COLUMN: 'spend',
    FEATURE_NAMES: 'age,income,visits,score,noise',
  };
}

/** The claim that its pods mount: a retry that names one finds what is on it. */
function volumeOf(job: StoredObject): string {
  const volumes = pick(job, 'spec', 'rayClusterSpec', 'headGroupSpec', 'template', 'spec', 'volumes');
  const claims = Array.isArray(volumes)
    ? volumes.map((each) => textAt(each, 'persistentVolumeClaim', 'claimName'))
    : [];
  return claims.find((name) => name !== undefined) ?? job.metadata.name;
}
