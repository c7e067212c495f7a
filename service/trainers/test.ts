// npm run test:trainers: ruff, mypy and pytest in an environment that is made once.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { Command as Cli } from 'commander';
import { TRAINERS, trainersEnvironment } from './environment.ts';

const cli = new Cli('npm run test:trainers --')
  .description('Tests the training programs (Python). What follows -- is for pytest.')
  .option('--install-seconds <seconds>', 'how long the packages may take', '900')
  .option('--or-skip', 'end well, with a word, where the packages cannot be had within that time')
  .option('--python <path>', 'an environment of your own, for example one that has PyTorch, JAX and TensorFlow, too')
  .allowExcessArguments()
  .parse();
const options = cli.opts<{ installSeconds: string; orSkip?: boolean; python?: string }>();

const made = options.python
  ? ({ ok: true, python: options.python, version: '' } as const)
  : await trainersEnvironment({ name: 'test', seconds: Number(options.installSeconds), tell: console.log });
if (!made.ok) {
  console.log(`test:trainers: skipped, no test was run: ${made.reason}`);
  process.exit(options.orSkip ? 0 : 1);
}

/** The client for Python, which has no tests of its own there: it is tried by `npm test`, against the service. */
const CLIENT = resolve(TRAINERS, '../client/python');

/** Python takes the folder that it starts in as the first place to look for mlplatform. */
const pythonIn = (cwd: string, ...args: string[]): number =>
  spawnSync(made.python, ['-m', ...args], { cwd, stdio: 'inherit' }).status ?? 1;

const checked = (folder: string): number =>
  pythonIn(folder, 'ruff', 'check', '.') ||
  pythonIn(folder, 'ruff', 'format', '--check', '.') ||
  pythonIn(folder, 'mypy');

process.exit(checked(CLIENT) || checked(TRAINERS) || pythonIn(TRAINERS, 'pytest', '--durations=5', ...cli.args));
