import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { endingOf, TRAINER_EXITS, TRAINER_RAY_VERSION, TRAINER_VARIANTS } from '../../../service/contract/trainers.ts';
import { fromRayJob, PLATFORM_VARIABLES } from '../../../service/jobs/index.ts';
import { CONTRACT_FILE, trainersContract } from '../../../service/trainers/export-contract.ts';

const python = (file: string) =>
  readFileSync(new URL(`../../../service/trainers/mlplatform/${file}`, import.meta.url), 'utf8');

describe('what the trainers read', () => {
  it('is what the job API validates with: npm run trainers:contract writes it', () => {
    expect(readFileSync(CONTRACT_FILE, 'utf8')).toBe(trainersContract());
  });

  it('are variables that the platform sets', () => {
    const read = [...python('settings.py').matchAll(/"([A-Z][A-Z0-9]*_[A-Z0-9_]+)"/g)].map(([, name]) => name);
    const others = ['NUM_WORKERS', 'CHECKPOINT_RETENTION', 'GROUP_COLUMN'];
    expect(read.filter((name) => !others.includes(name ?? '') && !PLATFORM_VARIABLES.includes(name as never))).toEqual(
      [],
    );
    // RUN_NAME is read where no id is told.
    expect(PLATFORM_VARIABLES.filter((name) => !read.includes(name))).toEqual([]);
  });
});

describe('what they are installed from', () => {
  const trainers = (file: string) =>
    readFileSync(new URL(`../../../service/trainers/${file}`, import.meta.url), 'utf8');

  it('has the Ray that KubeRay is told of, in each image', () => {
    expect(trainers('pyproject.toml')).toContain(`"ray[default,train]==${TRAINER_RAY_VERSION}"`);
    for (const variant of TRAINER_VARIANTS) {
      expect(trainers(`locks/image-${variant}.txt`)).toMatch(
        new RegExp(`^ray(\\[\\S+\\])?==${TRAINER_RAY_VERSION} `, 'm'),
      );
    }
  });

  const packagesOf = (lock: string): string[] =>
    trainers(`locks/${lock}.txt`)
      .replaceAll('\\\n', ' ')
      .split('\n')
      .filter((line) => line.trim() !== '' && !/^\s*#/.test(line));
  const names = (lock: string) => packagesOf(lock).map((line) => line.slice(0, line.search(/[[=]/)));

  const locks = readdirSync(new URL('../../../service/trainers/locks/', import.meta.url)).map((file) =>
    file.slice(0, -4),
  );
  it.each(locks)('%s has an exact version and a hash of every package', (lock) => {
    const packages = packagesOf(lock);
    expect(packages.length).toBeGreaterThan(0);
    for (const line of packages) expect(line).toMatch(/^[a-z0-9][\w.-]*(\[\S+\])?==\S+ .*--hash=sha256:[0-9a-f]{64}/);
  });

  it('is PyTorch without CUDA on CPUs of both kinds, with what it needs from the lock of all else', () => {
    for (const line of packagesOf('image-cpu-torch')) {
      expect(line).toMatch(/^torch(vision)?==[\d.]+\+cpu /);
      expect(line.match(/--hash=/g)).toHaveLength(2);
    }
    expect(names('image-cpu-torch')).toEqual(['torch', 'torchvision']);
    const needs = ['filelock', 'fsspec', 'jinja2', 'markupsafe', 'mpmath', 'networkx', 'numpy', 'pillow', 'setuptools'];
    expect(names('image-cpu')).toEqual(expect.arrayContaining([...needs, 'sympy', 'typing-extensions']));
    expect(names('image-cpu').filter((name) => /^(nvidia|cuda|triton)/.test(name))).toEqual([]);
  });
});

describe('how they end', () => {
  const classes = python('errors.py').matchAll(/exit_code = (\d+)\n {4}word = "(\w+)"/g);
  const told = Object.fromEntries([...classes].map(([, code, word]) => [code, word]));

  it('is known to the service by the same numbers', () => {
    expect(told).toEqual(TRAINER_EXITS);
  });

  const failed = (message: string) =>
    fromRayJob({ status: { jobStatus: 'FAILED', jobDeploymentStatus: 'Failed', reason: 'AppFailed', message } });
  const said = (code: number, line: string) =>
    `Job entrypoint command failed with exit code ${code}, last available logs (truncated to 20,000 chars):\n` +
    `(RayTrainWorker pid=7) 12 lines before\n${line}\n`;

  it.each(Object.entries(TRAINER_EXITS))('%i is the reason %s, with its sentence as the message', (code, reason) => {
    const sentence = 'hyperparameters.xgboost.eta (ETA) is "abc": a number is needed';
    const state = failed(said(Number(code), `mlplatform: ${reason}: ${sentence}`));
    expect(state).toMatchObject({ status: 'Failed', reason, message: sentence });
  });

  it.each([
    ['another code', said(1, 'mlplatform: UserError: eta')],
    ['no such line', said(64, 'my own program: 64')],
    ['a line of another meaning', said(64, 'mlplatform: DataError: eta')],
  ])('is what Ray says with %s', (_, message) => {
    expect(endingOf(message)).toBeUndefined();
    expect(failed(message)).toMatchObject({ reason: 'AppFailed', message: message.trim() });
  });
});
