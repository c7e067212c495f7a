// npm run test:trainers: ruff, mypy and pytest in an environment that is made once.
import { spawnSync } from 'node:child_process';
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
  : await trainersEnvironment({ lock: 'test', seconds: Number(options.installSeconds), tell: console.log });
if (!made.ok) {
  console.log(`test:trainers: skipped, no test was run: ${made.reason}`);
  process.exit(options.orSkip ? 0 : 1);
}

/** Python takes the folder that it starts in as the first place to look for mlplatform. */
const python = (...args: string[]): number =>
  spawnSync(made.python, ['-m', ...args], { cwd: TRAINERS, stdio: 'inherit' }).status ?? 1;

process.exit(
  python('ruff', 'check', '.') ||
    python('ruff', 'format', '--check', '.') ||
    python('mypy') ||
    python('pytest', '--durations=5', ...cli.args),
);
