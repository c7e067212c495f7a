import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Command } from 'commander';
import { TRAINERS, trainersEnvironment } from '../../service/trainers/environment.ts';
import { median } from './median.ts';
import { inTurns, Turns } from './trainers/turns.ts';

// npm run bench -- trainers: a training program beside the bare library, on the same file with the same rounds and one thread. The
// two of a pair run in turns of a tenth of a second, and the median of all pairs counts: a busy machine changes the ratio little.

interface Algorithm {
  readonly name: string;
  readonly package: string;
  /** Of how many rounds one of its own counts. */
  readonly rounds: number;
  readonly variable: string;
  readonly told: Readonly<Record<string, string>>;
  /** Of so many of its own rounds: those that are kept when each is, beyond those that are kept anyway. */
  readonly moreKept: (rounds: number) => number;
}

const treesKept = (rounds: number) => rounds - Math.floor(rounds / Math.max(10, Math.floor(rounds / 20)));

const ALGORITHMS: readonly Algorithm[] = [
  {
    name: 'xgboost',
    package: 'xgboost',
    rounds: 1,
    variable: 'NUM_BOOST_ROUND',
    told: {},
    moreKept: treesKept,
  },
  {
    name: 'lightgbm',
    package: 'lightgbm',
    rounds: 1,
    variable: 'NUM_ITERATIONS',
    told: { VERBOSITY: '-1' },
    moreKept: treesKept,
  },
  {
    name: 'torch-mpi',
    package: 'torch',
    // An epoch.
    rounds: 20,
    variable: 'EPOCHS',
    told: {
      MODEL_NAME: 'mlp',
      NUM_CLASSES: '1',
      BATCH_SIZE: '256',
      OPTIMIZER: 'adam',
      LEARNING_RATE: '0.001',
      LEARNING_RATE_SCHEDULE: 'constant',
      WARMUP_STEPS: '0',
      WEIGHT_DECAY: '0',
      GRADIENT_CLIP_NORM: '0',
      CHECKPOINT_EVERY: '0',
    },
    moreKept: (epochs) => epochs - 1,
  },
];

const SLOW_SECONDS = 1;

interface Measured {
  readonly seconds: number;
  /** Of a processor: what other programs do beside it changes it little. */
  readonly cpuSeconds: number;
  readonly mebibytes: number;
  /** Until the first round was told; the bare library does not tell, which is no number. */
  readonly firstStep: number;
}

interface Pair {
  readonly bare: Measured;
  readonly ours: Measured;
}

export async function run(args: string[]): Promise<void> {
  const options = new Command('npm run bench -- trainers')
    .option('--rows <number>', 'of 20 columns', '200000')
    .option('--rounds <number>', '', '100')
    .option('--pairs <number>', 'the median of so many', '7')
    .option('--algorithms <names>', 'of these', ALGORITHMS.map(({ name }) => name).join(','))
    .option('--python <path>', 'an environment of your own, which may have PyTorch, too')
    .parse(args, { from: 'user' })
    .opts<{ rows: string; rounds: string; pairs: string; algorithms: string; python?: string }>();
  const made = options.python
    ? ({ ok: true, python: options.python, version: 'of your own' } as const)
    : await trainersEnvironment({ name: 'trees', seconds: 900, tell: console.log });
  if (!made.ok) {
    console.log(`skipped: ${made.reason}`);
    return;
  }
  const { python, version } = made;
  const folder = await mkdtemp(join(tmpdir(), 'bench-trainers-'));
  const slow = await slowServer();
  try {
    const file = join(folder, 'train.csv');
    await promisify(execFile)(python, ['-c', MAKE_DATA, file, options.rows]);
    console.log(`${options.rows} rows of 20 columns, ${options.rounds} rounds, one thread, Python ${version}`);
    for (const algorithm of ALGORITHMS.filter(({ name }) => options.algorithms.split(',').includes(name))) {
      const { name } = algorithm;
      if (!(await has(python, algorithm.package))) {
        console.log(`\n${name}: skipped, ${algorithm.package} is not installed here (--python names an environment)`);
        continue;
      }
      const rounds = Math.ceil(Number(options.rounds) / algorithm.rounds);
      const told = { python, folder, file, algorithm, rounds: String(rounds) };
      const pairs: Pair[] = [];
      for (let turn = 0; turn < Number(options.pairs); turn++) {
        // Who begins has what the other waits for.
        const [bare, ours] = [bareLibrary(told), training(told, `${name}-${turn}`, {})];
        const [first, second] = await measured(turn % 2 === 0 ? [bare, ours] : [ours, bare]);
        pairs.push(turn % 2 === 0 ? { bare: first, ours: second } : { bare: second, ours: first });
      }
      const [full, often] = await measured([
        training(told, `${name}-plain`, {}),
        training(told, `${name}-often`, { CHECKPOINT_EVERY: '1' }),
      ]);
      const [silent, posted] = await measured([
        training(told, `${name}-silent`, {}),
        training(told, `${name}-posted`, { KUBEFLOW_TRAINER_SERVER_URL: slow.url }),
      ]);
      const of = (who: keyof Pair, what: 'seconds' | 'cpuSeconds' | 'mebibytes' | 'firstStep') =>
        median(pairs.map((pair) => pair[who][what]));
      const line = (who: keyof Pair) =>
        `${of(who, 'seconds').toFixed(2)} s  CPU ${of(who, 'cpuSeconds').toFixed(2)} s  ${of(who, 'mebibytes').toFixed(0)} MiB`;
      console.log(`
${name}, the median of ${pairs.length} pairs (of them the least to the most)
  bare library        ${line('bare')}
  training program    ${line('ours')}   (start to first round ${of('ours', 'firstStep').toFixed(2)} s)
  overhead            ${ratio(pairs, 'seconds')} time  ${ratio(pairs, 'cpuSeconds')} CPU time  ${ratio(pairs, 'mebibytes')} memory
  a checkpoint        ${(((often.cpuSeconds - full.cpuSeconds) / algorithm.moreKept(rounds)) * 1000).toFixed(1)} ms of CPU time (after each ${algorithm.rounds === 1 ? 'round' : 'epoch'} against as few as usual)
  posted progress     x${(posted.seconds / silent.seconds).toFixed(2)} time, to a server that answers after ${SLOW_SECONDS} s`);
    }
    const { stdout } = await promisify(execFile)(python, ['-c', TELL_STEPS], { cwd: TRAINERS });
    console.log(`
a step that is told   ${stdout.trim()} us of the training's own time, one report in 5 s included`);
  } finally {
    await slow.close();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Told {
  readonly python: string;
  readonly folder: string;
  readonly file: string;
  readonly algorithm: Algorithm;
  readonly rounds: string;
}

const ONE_THREAD = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', OMP_NUM_THREADS: '1' };

type Begin = () => Turns;

const bareLibrary = ({ python, file, algorithm, rounds }: Told): Begin => {
  const script = join(import.meta.dirname, 'trainers', 'bare.py');
  return beginning(python, [script, algorithm.name, file, rounds], ONE_THREAD);
};

const training = (
  { python, folder, file, algorithm, rounds }: Told,
  job: string,
  more: Record<string, string>,
): Begin =>
  beginning(python, ['-m', 'mlplatform.train', algorithm.name, '--runtime', 'process'], {
    ...ONE_THREAD,
    STORAGE_PATH: folder,
    MLPLATFORM_JOB_ID: job,
    S3_TRAIN_KEY: `file://${file}`,
    [algorithm.variable]: rounds,
    ...algorithm.told,
    ...more,
  });

const has = (python: string, name: string): Promise<boolean> =>
  promisify(execFile)(python, [
    '-c',
    `import importlib.util, sys; sys.exit(not importlib.util.find_spec("${name}"))`,
  ]).then(
    () => true,
    () => false,
  );

/** Of the whole process, with its start: that is what a person waits for. */
async function measured(pair: readonly [Begin, Begin]): Promise<[Measured, Measured]> {
  const told = (await inTurns(pair)).map(({ text, seconds, seenAfter }): Measured => {
    const [, peak, cpu] = /peak (\d+) cpu ([\d.]+)/.exec(text) ?? [];
    const mebibytes = Number(peak) / 1024;
    if (Number.isNaN(mebibytes)) throw new Error(`it failed:\n${text}`);
    return { seconds, cpuSeconds: Number(cpu), mebibytes, firstStep: seenAfter ?? Number.NaN };
  });
  return told as [Measured, Measured];
}

const beginning =
  (python: string, args: readonly string[], env: Record<string, string>): Begin =>
  () =>
    new Turns(python, ['-c', RUN_AND_MEASURE, ...args], TRAINERS, env, 'trainerStatus');

/** Ours of the bare library's, of each pair. */
function ratio(pairs: readonly Pair[], of: 'seconds' | 'cpuSeconds' | 'mebibytes'): string {
  const ratios = pairs.map(({ bare, ours }) => ours[of] / bare[of]).sort((a, b) => a - b);
  return `x${median(ratios).toFixed(2)} (${ratios[0]?.toFixed(2)} to ${ratios.at(-1)?.toFixed(2)})`;
}

/** Takes reports of progress, and its time. */
async function slowServer(): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    request.resume();
    setTimeout(() => response.end(), SLOW_SECONDS * 1000);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

const TELL_STEPS = `
import time
from mlplatform.progress import Progress, Step
progress = Progress(lambda body: None)
count = 100_000
began = time.perf_counter()
for step in range(count):
    progress.report(Step(step, count, metrics={"loss": 0.5, "learning_rate": 0.1}))
print(f"{(time.perf_counter() - began) / count * 1e6:.2f}")
`;

const RUN_AND_MEASURE = `
import resource, subprocess, sys
code = subprocess.run([sys.executable, *sys.argv[1:]]).returncode
if code == 0:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print("peak", used.ru_maxrss, "cpu", round(used.ru_utime + used.ru_stime, 3))
`;

const MAKE_DATA = `
import sys
import numpy as np
random = np.random.default_rng(7)
rows = int(sys.argv[2])
x = random.normal(size=(rows, 20)).astype(np.float32)
y = x[:, 0] * x[:, 1] + x[:, 2] + random.normal(scale=0.2, size=rows)
header = ",".join(["y", *(f"x{i}" for i in range(20))])
np.savetxt(sys.argv[1], np.c_[y, x], delimiter=",", fmt="%.5g", header=header, comments="")
`;
