// A Python environment with what the training programs need: made once, kept outside of the repository, told in words where it
// cannot be made.
import { execFile, spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { joinSignals } from '../signals.ts';
import { createInstallProgress } from './install-progress.ts';
import { type EnvironmentName, type Packages, packagesOf, TOO_NEW } from './packages.ts';

export interface Python {
  readonly python: string;
  readonly version: string;
}

export type Environment = (Python & { readonly ok: true }) | { readonly ok: false; readonly reason: string };

export interface MakingOptions {
  readonly name: EnvironmentName;
  /** Beyond it the attempt is given up; what was downloaded so far is kept by uv or pip. */
  readonly seconds: number;
  readonly tell: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** Which Python is taken, before those on PATH. */
export const PYTHON_VARIABLE = 'TRAINERS_PYTHON';
const CANDIDATES = ['python3.12', 'python3.13', 'python3', 'python3.11', 'python'];
const LEAST = [3, 11] as const;
/** What takes long is told of at least this often. */
const SILENCE_MS = 15_000;
/** And at most that often. */
const PACE_MS = 3_000;

/** Programs of a training are read from here; the environment has their packages only. */
export const TRAINERS = import.meta.dirname;

/** One that was made before; undefined: there is none yet, or no Python. */
export async function environmentMade(name: EnvironmentName): Promise<Python | undefined> {
  const python = await findPython(name);
  const own = python && pythonIn(folderOf(name, python.version));
  return own !== undefined && existsSync(own) ? { python: own, version: python?.version ?? '' } : undefined;
}

const pythonIn = (folder: string): string => join(folder, 'bin', 'python');

const lockFile = (lock: string): string => join(TRAINERS, 'locks', `${lock}.txt`);

/** By all that may come into it: another version of one package is another environment. */
function folderOf(name: EnvironmentName, version: string): string {
  const digest = createHash('sha256');
  for (const { lock } of packagesOf(name, { platform: process.platform, version }).flat()) {
    digest.update(readFileSync(lockFile(lock)));
  }
  return join(cacheFolder(), `trainers-${name}-${digest.update(version).digest('hex').slice(0, 12)}`);
}

export async function trainersEnvironment({ name, seconds, tell, signal }: MakingOptions): Promise<Environment> {
  const python = await findPython(name);
  if (!python) return no(`${neededPython(name)} is not on PATH (${PYTHON_VARIABLE} can name one)`);
  const { command, version } = python;
  const folder = folderOf(name, version);
  const ready = { ok: true, python: pythonIn(folder), version } as const;
  if (existsSync(ready.python)) return ready;

  // Under its own name only when it is whole: an attempt that was ended leaves nothing that looks ready.
  const made = `${folder}.${process.pid}-${randomUUID().slice(0, 8)}`;
  const { signal: limit, release } = joinSignals(AbortSignal.timeout(seconds * 1000), signal);
  tell(`Making a Python ${version} environment for the trainings in ${folder} (once)`);
  try {
    await mkdir(cacheFolder(), { recursive: true });
    const installer = await installerOf(command, made);
    await run(installer.create, () => {}, limit);
    for (const alternatives of packagesOf(name, { platform: process.platform, version })) {
      await installFirst(alternatives, installer, tell, limit);
    }
    tell(bar(1, 'ready'));
    await writeFile(join(made, 'made-by'), 'npm start -- --trainers, or npm run test:trainers, of ml-platform\n');
    await rename(made, folder).catch((error: NodeJS.ErrnoException) => {
      // Another one was faster.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
    return ready;
  } catch (error) {
    if (signal?.aborted) return no('it was stopped');
    return no(limit.aborted ? `its packages were not there within ${seconds} s` : (error as Error).message);
  } finally {
    release();
    await rm(made, { recursive: true, force: true });
  }
}

async function installFirst(
  alternatives: readonly Packages[],
  installer: Installer,
  tell: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  for (const [index, packages] of alternatives.entries()) {
    if (packages.word) tell(packages.word);
    const isLast = index === alternatives.length - 1;
    const followed = follow(packages.lock, tell);
    try {
      await run(installer.install(packages), followed.line, signal, { DS_BUILD_OPS: '0' });
      return;
    } catch (error) {
      if (isLast || signal.aborted) throw error;
      tell((error as Error).message);
    } finally {
      followed.stop();
    }
  }
}

const no = (reason: string) => ({ ok: false, reason }) as const;

const cacheFolder = (): string => join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'ml-platform');

function neededPython(name: EnvironmentName): string {
  const limit = TOO_NEW[name];
  return `Python ${LEAST.join('.')} or newer${limit ? `, but older than ${limit.join('.')},` : ''}`;
}

/** The first of them that runs and is new enough: a name on PATH may be a mere signpost of a version manager. */
export async function findPython(
  name: EnvironmentName,
  candidates: readonly string[] = [process.env[PYTHON_VARIABLE], ...CANDIDATES].filter((each) => each !== undefined),
): Promise<{ readonly command: string; readonly version: string } | undefined> {
  const [, tooNew] = TOO_NEW[name] ?? [3, Number.POSITIVE_INFINITY];
  for (const command of candidates) {
    const version = await said(command, '-c', 'import sys, venv; print("%d.%d.%d" % sys.version_info[:3])');
    const [major = 0, minor = 0] = (version ?? '').split('.').map(Number);
    if (version && major === LEAST[0] && minor >= LEAST[1] && minor < tooNew) return { command, version };
  }
  return undefined;
}

/** undefined: it does not run, or not well. */
async function said(command: string, ...args: string[]): Promise<string | undefined> {
  try {
    return (await promisify(execFile)(command, args, { timeout: 20_000 })).stdout.trim();
  } catch {
    return undefined;
  }
}

type Command = readonly [string, ...string[]];

interface Installer {
  readonly create: Command;
  install(packages: Packages): Command;
}

/** By uv where it is at hand, which takes a tenth of the time. A virtual environment cannot be moved but for its folder's name. */
async function installerOf(python: string, folder: string): Promise<Installer> {
  const own = pythonIn(folder);
  const hasUv = (await said('uv', '--version')) !== undefined;
  const options = ({ index, source, lock }: Packages): string[] => [
    // A lock has all that its packages need, but for PyTorch, which has locks of its own.
    '--require-hashes',
    '--no-deps',
    ...(source ? ['--no-build-isolation'] : []),
    ...(index ? ['--index-url', index] : []),
    hasUv ? '--requirements' : '--requirement',
    lockFile(lock),
  ];
  if (hasUv) {
    return {
      create: ['uv', 'venv', '--quiet', '--relocatable', '--python', python, folder],
      install: (packages) => ['uv', 'pip', 'install', '--python', own, ...options(packages)],
    };
  }
  const [, major = 0, minor = 0] =
    /^pip (\d+)\.(\d+)/.exec((await said(python, '-m', 'ensurepip', '--version')) ?? '') ?? [];
  const tellsNumbers = Number(major) > 24 || (Number(major) === 24 && Number(minor) >= 1);
  const quietly = ['--progress-bar', tellsNumbers ? 'raw' : 'off', '--no-input', '--disable-pip-version-check'];
  return {
    create: [python, '-m', 'venv', folder],
    install: (packages) => [own, '-m', 'pip', 'install', ...quietly, ...options(packages)],
  };
}

const bar = (share: number, what: string): string => {
  const filled = Math.round(share * 20);
  return `[${'#'.repeat(filled)}${'.'.repeat(20 - filled)}] ${what}`;
};

/** Tells how far it is: what is new after some seconds, and that it goes on where nothing is new. */
function follow(lock: string, tell: (line: string) => void): { line(text: string): void; stop(): void } {
  const packages = readFileSync(lockFile(lock), 'utf8').match(/^[a-z0-9][^\s=]*==/gim)?.length ?? 1;
  const progress = createInstallProgress(packages);
  const began = performance.now();
  let toldAt = Number.NEGATIVE_INFINITY;
  let toldLast = '';

  function look(): void {
    const now = performance.now();
    const { words, share } = progress;
    if (now - toldAt < (words === toldLast ? SILENCE_MS : PACE_MS)) return;
    toldAt = now;
    toldLast = words;
    tell(bar(share * 0.95, `${words} (${Math.round((now - began) / 1000)} s)`));
  }

  const timer = setInterval(look, PACE_MS);
  return {
    line(text) {
      progress.take(text);
      look();
    },
    stop: () => clearInterval(timer),
  };
}

async function run(
  [command, ...args]: Command,
  line: (text: string) => void,
  signal: AbortSignal,
  variables: Readonly<Record<string, string>> = {},
): Promise<void> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
    env: { ...process.env, UV_NO_PROGRESS: '1', ...variables },
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (text) => {
      if (text.trim() !== '') lines.push(text.trim());
      line(text);
    });
  }
  await new Promise<void>((resolve, reject) => {
    child.on('error', (error) => {
      // One that was asked to end still writes until it has.
      if (error.name !== 'AbortError') reject(error);
    });
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`${command} ended with exit code ${code}: ${reasonIn(lines)}`)),
    );
  });
}

/** uv tells what went wrong and, link by link, why; pip and others in their last line. */
function reasonIn(lines: readonly string[]): string {
  const error = lines.findLast((line) => /^error: /i.test(line)) ?? lines.at(-1) ?? 'without a word';
  const cause = lines.findLast((line) => line.startsWith('cause: '));
  return [error, cause?.slice('cause: '.length)].filter((part) => part !== undefined).join(': ');
}
