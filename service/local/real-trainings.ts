import { type ChildProcess, spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { EXIT_KILLED, EXIT_TEMPORARY, EXIT_TERMINATED, TRAINER_EXITS } from '../contract/trainers.ts';
import { type Python, TRAINERS, trainersEnvironment } from '../trainers/environment.ts';
import { ENGINE_NAMES, ENGINES, type Engine } from '../trainers/packages.ts';
import { createEnvironments, type Environments } from './environments.ts';
import { requested } from './karmada/life/capacity.ts';
import { environmentOf, podSpecsOf } from './karmada/life/outcome.ts';
import type { Preparation, Progress, Trainings } from './karmada/life/training.ts';
import { pick, type StoredObject, textAt } from './kube/objects.ts';
import { hasData, makeModel, makeSample, withSample } from './sample.ts';
import { enginesOf, type TrainersChoice } from './trainers-choice.ts';

// npm start -- --trainers: jobs of the built-in algorithms train for real, each as a process of this machine.

/** A download of some 110 MB on a slow line. */
const INSTALL_SECONDS = 1800;
const ALGORITHM = /^python -m mlplatform\.train ([a-z0-9-]+)$/;
/** Ray tells so much of a program's output. */
const TOLD_LINES = 200;
/** What a program has to keep a checkpoint in, as a pod has; and when all is stopped, less than the service itself has. */
const GRACE_MS = { ofPod: 30_000, atStop: 5_000 };

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
  { upFront, own }: TrainersChoice,
  tell: (line: string) => void,
): Promise<RealTrainings | string> {
  const ofOwn = own === undefined ? undefined : await enginesOf(own);
  if (typeof ofOwn === 'string') return ofOwn;
  const made: Partial<Record<Engine, Python>> = { ...ofOwn };
  if (!made.trees) {
    const trees = await trainersEnvironment({ name: 'trees', seconds: INSTALL_SECONDS, tell });
    if (!trees.ok) return trees.reason;
    made.trees = trees;
  }
  const data = join(folder, 'sample');
  await makeSample(made.trees.python, data);
  const environments = createEnvironments({ made, make: trainersEnvironment, tell });
  for (const engine of upFront) environments.prepare('the start', ENGINES[engine].algorithms[0]);
  const { stop, ...trainings } = trainingsBy(environments, folder, data);
  const named = ENGINE_NAMES.filter((engine) => made[engine])
    .map((engine) => ENGINES[engine].holds)
    .join(', ');
  return {
    ...trainings,
    told: `Jobs of the built-in algorithms train for real here, without data on the sample in ${data}. ${named} can start (Python ${made.trees.version}); other packages are fetched with the first job that needs them.`,
    async stop() {
      await Promise.all([environments.stop(), stop()]);
    },
  };
}

/** Each a process of its engine's Python; their volumes are in `folder`. */
export function trainingsBy(
  environments: Pick<Environments, 'prepare' | 'leave'>,
  folder: string,
  data: string,
): Omit<RealTrainings, 'told'> {
  const volumes = join(folder, 'volumes');
  const runs = new Map<string, Run>();
  /** Of jobs that were told to end, by the id that names their checkpoints: the next one of it waits. */
  const ending = new Map<string, Run>();
  const models = new Map<string, { readonly failed?: string }>();

  function start(job: StoredObject, algorithm: string, { python, version }: Python): Run {
    const told = environmentOf(job);
    const sample = hasData(told) ? undefined : withSample(algorithm, told, data);
    const child = spawn(python, ['-m', 'mlplatform.train', algorithm, '--runtime', 'process'], {
      cwd: TRAINERS,
      env: {
        ...inherited(),
        ...threadsOf(job),
        ...(sample?.variables ?? told),
        ...ON_CORES,
        STORAGE_PATH: join(volumes, volumeOf(job)),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const lines = [
      `INFO  trains on this machine with Python ${version}: process ${child.pid}`,
      ...sizeOf(told),
      ...(sample ? [sample.line] : []),
    ];
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
      child.on('close', (code, signal) => finish(code ?? (signal === 'SIGKILL' ? EXIT_KILLED : EXIT_TERMINATED)));
      function finish(code: number) {
        run.exitCode ??= code;
        resolve();
      }
    });
    const run: Run = { process: child, ended, lines, tail, exitCode: undefined };
    return run;
  }

  const keyOf = (job: StoredObject): string => textAt(job, 'status', 'jobId') ?? job.metadata.uid;
  const algorithmOf = (job: StoredObject) => ALGORITHM.exec(textAt(job, 'spec', 'entrypoint') ?? '')?.[1];

  function prepared(job: StoredObject, algorithm: string): Preparation & { readonly python?: Python } {
    const preparation = environments.prepare(keyOf(job), algorithm);
    const { lines, state } = preparation;
    if (state === 'underWay') return { lines, ready: false };
    if (state === 'impossible') return { lines, ready: false, end: notStarted(preparation.reason) };
    if (ending.has(checkpointsOf(job))) return { lines, ready: false };
    const { python } = preparation;
    const model = hasData(environmentOf(job)) ? undefined : modelFor(algorithm, python);
    if (model?.failed !== undefined) {
      models.delete(algorithm);
      return { lines, ready: false, end: notStarted(model.failed) };
    }
    return { lines, ready: model === undefined, python };
  }

  /** undefined: there is nothing to wait for. */
  function modelFor(algorithm: string, { python }: Python): { readonly failed?: string } | undefined {
    const known = models.get(algorithm);
    if (known) return known;
    const making = makeModel(python, algorithm, data);
    if (!making) return undefined;
    const pending = {};
    models.set(algorithm, pending);
    making.then(
      () => models.delete(algorithm),
      (error: Error) => models.set(algorithm, { failed: `the sample's model could not be written: ${error.message}` }),
    );
    return pending;
  }

  function drop(job: StoredObject, signal: NodeJS.Signals): void {
    environments.leave(keyOf(job));
    const run = runs.get(keyOf(job));
    runs.delete(keyOf(job));
    if (run?.exitCode !== undefined || !run) return;
    const name = checkpointsOf(job);
    ending.set(name, run);
    void endOf(run, signal, GRACE_MS.ofPod).then(() => ending.get(name) === run && ending.delete(name));
  }

  return {
    volumes,
    over: (simulated) => ({
      prepare(job) {
        const algorithm = algorithmOf(job);
        return algorithm === undefined ? simulated.prepare(job) : prepared(job, algorithm);
      },
      progress(job, outcome) {
        const algorithm = algorithmOf(job);
        if (algorithm === undefined) return simulated.progress(job, outcome);
        const known = runs.get(keyOf(job));
        if (known) return progressOf(known);
        // Of one that ran when all of this was stopped, what it needs may be gone by now.
        const { lines, ready, end, python } = prepared(job, algorithm);
        if (!ready || !python) return { lines, secondsLeft: end ? 0 : 1, end };
        const run = start(job, algorithm, python);
        runs.set(keyOf(job), run);
        const { lines: more, ...rest } = progressOf(run);
        return { ...rest, lines: [...lines, ...more] };
      },
      forget(job) {
        simulated.forget(job);
        // SIGTERM: it keeps a checkpoint, and goes on from there when the job is resumed.
        drop(job, 'SIGTERM');
      },
      lose(job) {
        simulated.lose(job);
        drop(job, 'SIGKILL');
      },
    }),
    async stop() {
      const left = [...runs.values(), ...ending.values()];
      await Promise.all(left.map((run) => endOf(run, 'SIGTERM', GRACE_MS.atStop)));
    },
  };
}

/** Asked first, unless it is SIGKILL. */
async function endOf({ process, ended }: Run, signal: NodeJS.Signals, graceMs: number): Promise<void> {
  process.kill(signal);
  const late = setTimeout(() => process.kill('SIGKILL'), graceMs);
  await ended;
  clearTimeout(late);
}

const checkpointsOf = (job: StoredObject): string => environmentOf(job).MLPLATFORM_JOB_ID ?? job.metadata.uid;

function progressOf(run: Run): Progress {
  const lines = run.lines.splice(0);
  if (run.exitCode === undefined) return { lines, secondsLeft: 1, end: undefined };
  if (run.exitCode === 0) {
    return { lines, secondsLeft: 0, end: { jobStatus: 'SUCCEEDED', message: 'Job finished successfully.' } };
  }
  return { lines, secondsLeft: 0, end: failed(run.exitCode, run.tail) };
}

const failed = (exitCode: number, tail: readonly string[]) =>
  ({
    jobStatus: 'FAILED',
    message: `Job entrypoint command failed with exit code ${exitCode}, last available logs (truncated to 20,000 chars):\n${tail.join('\n')}`,
  }) as const;

/** As a program says it that something did not answer: tried again it may go better. */
const notStarted = (reason: string) =>
  failed(EXIT_TEMPORARY, [`mlplatform: ${TRAINER_EXITS[EXIT_TEMPORARY]}: ${reason}`]);

/** Nothing of the service's own secrets; storage and hubs of models by the credentials and ways of whoever started it. */
const INHERITED =
  /^(PATH|HOME|TMPDIR|LANG|AWS_.*|HF_.*|TORCH_HOME|KERAS_HOME|(HTTPS?|ALL|NO)_PROXY|SSL_CERT_(FILE|DIR))$/i;
const inherited = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => INHERITED.test(entry[0]) && entry[1] !== undefined,
    ),
  );

/** Whatever GPUs the job asks for: its packages are those for CPUs. */
const ON_CORES = { USE_GPU: 'false', CUDA_VISIBLE_DEVICES: '', JAX_PLATFORMS: 'cpu', TF_CPP_MIN_LOG_LEVEL: '2' };

/** What the job asks for and does not get here. */
function sizeOf({ USE_GPU, NUM_WORKER = '1' }: Readonly<Record<string, string>>): string[] {
  const said = [
    ...(Number(NUM_WORKER) > 1 ? [`one process in the place of ${NUM_WORKER} workers`] : []),
    ...(USE_GPU === 'true' ? ['cores in the place of GPUs'] : []),
  ];
  return said.length > 0 ? [`INFO  it takes ${said.join(', ')}`] : [];
}

/**
 * The cores that its pods ask for, at most half of the machine's: the service and other trainings need theirs. Three of
 * XGBoost at once beside two busy programs on two cores: 114 s with a thread for each core, which wait for each other in
 * a loop (four times the CPU time), 37 s where they sleep meanwhile, 26 s with one thread each that does.
 */
function threadsOf(job: StoredObject): Record<string, string> {
  const asked = Math.max(...podSpecsOf(job).map((spec) => Math.floor(requested(spec, 'cpu'))));
  const threads = String(Math.max(1, Math.min(asked, Math.floor(availableParallelism() / 2))));
  return {
    OMP_NUM_THREADS: threads,
    OMP_WAIT_POLICY: 'passive',
    TF_NUM_INTRAOP_THREADS: threads,
    TF_NUM_INTEROP_THREADS: '1',
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
