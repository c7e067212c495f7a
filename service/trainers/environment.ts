// A Python environment with what the training programs need: made once, kept outside of the repository, told in words where it
// cannot be made.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { joinSignals } from '../signals.ts';

/** Which versions of which packages: a file of locks/. */
export type Lock = 'trees' | 'test';

export type Environment =
  | { readonly ok: true; readonly python: string; readonly version: string }
  | { readonly ok: false; readonly reason: string };

interface Options {
  readonly lock: Lock;
  /** Beyond it the attempt is given up; what was downloaded so far is kept by uv or pip. */
  readonly seconds: number;
  readonly tell: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** Which Python is taken, before those on PATH. */
export const PYTHON_VARIABLE = 'TRAINERS_PYTHON';
const CANDIDATES = ['python3.12', 'python3.13', 'python3', 'python3.11', 'python'];
const LEAST = [3, 11] as const;

/** Programs of a training are read from here; the environment has their packages only. */
export const TRAINERS = import.meta.dirname;

/** One that was made before; undefined: there is none yet, or no Python. */
export function environmentMade(lock: Lock): { readonly python: string; readonly version: string } | undefined {
  const python = findPython();
  const own = python && join(folderOf(lock, python.version), 'bin', 'python');
  return own !== undefined && existsSync(own) ? { python: own, version: python?.version ?? '' } : undefined;
}

const lockFile = (lock: Lock): string => join(TRAINERS, 'locks', `${lock}.txt`);

function folderOf(lock: Lock, version: string): string {
  const digest = createHash('sha256')
    .update(readFileSync(lockFile(lock)))
    .update(version)
    .digest('hex')
    .slice(0, 12);
  return join(cacheFolder(), `trainers-${lock}-${digest}`);
}

export async function trainersEnvironment({ lock, seconds, tell, signal }: Options): Promise<Environment> {
  const python = findPython();
  if (!python) {
    return no(`Python ${LEAST.join('.')} or newer is not on PATH (${PYTHON_VARIABLE} can name one)`);
  }
  const file = lockFile(lock);
  const folder = folderOf(lock, python.version);
  const ready = { ok: true, python: join(folder, 'bin', 'python'), version: python.version } as const;
  if (existsSync(ready.python)) return ready;

  // Under its own name only when it is whole: an attempt that was ended leaves nothing that looks ready.
  const made = `${folder}.${process.pid}`;
  const { signal: limit, release } = joinSignals(AbortSignal.timeout(seconds * 1000), signal);
  tell(`Making a Python ${python.version} environment for the trainings in ${folder} (once)`);
  try {
    await mkdir(cacheFolder(), { recursive: true });
    for (const [command, ...args] of await stepsFor(python.command, made, file)) {
      await run(command, args, told(file, tell), limit);
    }
    tell(bar(1, 'ready'));
    await writeFile(join(made, 'made-by'), 'npm start -- --trainers, or npm run test:trainers, of ml-platform\n');
    await rename(made, folder).catch((error: NodeJS.ErrnoException) => {
      // Another one was faster.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
    return ready;
  } catch (error) {
    return no(limit.aborted ? `its packages were not there within ${seconds} s` : (error as Error).message);
  } finally {
    release();
    await rm(made, { recursive: true, force: true });
  }
}

const no = (reason: string) => ({ ok: false, reason }) as const;

const cacheFolder = (): string => join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'ml-platform');

/** The first of them that runs and is new enough: a name on PATH may be a mere signpost of a version manager. */
export function findPython(
  candidates: readonly string[] = [process.env[PYTHON_VARIABLE], ...CANDIDATES].filter((name) => name !== undefined),
): { readonly command: string; readonly version: string } | undefined {
  for (const command of candidates) {
    const asked = ['-c', 'import sys, venv; print("%d.%d.%d" % sys.version_info[:3])'];
    const { status, stdout } = spawnSync(command, asked, { encoding: 'utf8', timeout: 20_000 });
    const version = (stdout ?? '').trim();
    const [major = 0, minor = 0] = version.split('.').map(Number);
    if (status === 0 && major === LEAST[0] && minor >= LEAST[1]) return { command, version };
  }
  return undefined;
}

type Command = readonly [string, ...string[]];

/** By uv where it is at hand, which takes a tenth of the time. A virtual environment cannot be moved but for its folder's name. */
async function stepsFor(python: string, folder: string, lock: string): Promise<Command[]> {
  const own = join(folder, 'bin', 'python');
  const hasUv = spawnSync('uv', ['--version'], { stdio: 'ignore' }).status === 0;
  if (hasUv) {
    return [
      ['uv', 'venv', '--quiet', '--relocatable', '--python', python, folder],
      ['uv', 'pip', 'install', '--python', own, '--require-hashes', '--requirements', lock],
    ];
  }
  return [
    [python, '-m', 'venv', folder],
    [own, '-m', 'pip', 'install', '--progress-bar', 'off', '--no-input', '--require-hashes', '--requirement', lock],
  ];
}

const bar = (share: number, what: string): string => {
  const filled = Math.round(share * 20);
  return `[${'#'.repeat(filled)}${'.'.repeat(20 - filled)}] ${what}`;
};

/** Of what uv and pip print, how far it is: a line for every tenth of the packages, and one when all are there. */
function told(lock: string, tell: (line: string) => void): (line: string) => void {
  const total = readFileSync(lock, 'utf8').match(/^[a-z0-9][^\s=]*==/gim)?.length ?? 1;
  let seen = 0;
  let shown = 0;
  return (line) => {
    if (/^(?:Prepared \d+ packages|Installing collected packages)/.test(line)) tell(bar(0.95, 'Installing'));
    if (!/^\s*(?:Downloaded|Downloading|Collecting|\+) /.test(line)) return;
    const share = Math.min(1, ++seen / total);
    if (share - shown < 0.1) return;
    shown = share;
    tell(bar(share * 0.9, line.trim().slice(0, 80)));
  };
}

async function run(command: string, args: readonly string[], line: (text: string) => void, signal: AbortSignal) {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
    env: { ...process.env, UV_NO_PROGRESS: '1' },
  });
  let last = '';
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (text) => {
      if (text.trim() !== '') last = text.trim();
      line(text);
    });
  }
  await new Promise<void>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`${command} ended with exit code ${code}: ${last}`)),
    );
  });
}
