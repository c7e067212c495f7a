import { chmod, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ALGORITHMS } from '../../../service/jobs/index.ts';
import {
  findPython,
  type MakingOptions,
  PYTHON_VARIABLE,
  trainersEnvironment,
} from '../../../service/trainers/environment.ts';
import { createInstallProgress } from '../../../service/trainers/install-progress.ts';
import { engineOf, PYTORCH_INDEX_VARIABLE, packagesOf } from '../../../service/trainers/packages.ts';

// Without Python and without a network: programs of the shell stand for Python and uv.

let folder: string;
const before = { ...process.env };
const CHANGED = ['PATH', 'XDG_CACHE_HOME', PYTHON_VARIABLE, PYTORCH_INDEX_VARIABLE, 'SEEN'];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'environment-'));
  Object.assign(process.env, { PATH: folder, XDG_CACHE_HOME: folder });
  delete process.env[PYTHON_VARIABLE];
});
afterEach(() => {
  for (const name of CHANGED) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
});

async function program(name: string, text: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, `#!/bin/sh\n${text}\n`);
  await chmod(file, 0o755);
  return file;
}

describe('the Python that is taken', () => {
  it('is the first that runs and is new enough: a signpost of a version manager is none', async () => {
    const old = await program('old', 'echo 3.9.18');
    const signpost = await program('signpost', 'echo "pyenv: command not found" >&2; exit 127');
    const fine = await program('fine', 'echo 3.12.1');
    const found = { command: fine, version: '3.12.1' };
    expect(await findPython('trees', [join(folder, 'none'), old, signpost, fine])).toEqual(found);
    expect(await findPython('trees', [old, signpost])).toBeUndefined();
  });

  it('is older where an engine is not there for the newest', async () => {
    const newest = await program('newest', 'echo 3.14.2');
    const fine = await program('fine', 'echo 3.12.1');
    expect(await findPython('tensorflow', [newest, fine])).toEqual({ command: fine, version: '3.12.1' });
    expect(await findPython('jax', [newest, fine])).toEqual({ command: newest, version: '3.14.2' });
  });

  it('or the reason why there is none, and why no environment could be made', async () => {
    const options = { name: 'trees', seconds: 60, tell: () => {} } as const;
    expect(await trainersEnvironment(options)).toMatchObject({ ok: false, reason: /3\.11 or newer is not on PATH/ });
    const ofTensorflow = await trainersEnvironment({ ...options, name: 'tensorflow' });
    expect(ofTensorflow).toMatchObject({ ok: false, reason: /newer, but older than 3\.14, is not on PATH/ });
    const broken = '[ "$1" = -c ] && echo 3.12.1 && exit 0; echo "No module named venv" >&2; exit 1';
    process.env[PYTHON_VARIABLE] = await program('python-without-venv', broken);
    expect(await trainersEnvironment(options)).toMatchObject({ ok: false, reason: /No module named venv/ });
  });
});

describe('packages', () => {
  it('are told for each built-in algorithm', () => {
    expect(ALGORITHMS.filter(({ name }) => engineOf(name) === undefined)).toEqual([]);
  });

  const ofPytorch = (platform: NodeJS.Platform, version: string) =>
    packagesOf('torch', { platform, version }).map((alternatives) => alternatives.map(({ lock }) => lock));

  it('of PyTorch are those for CPUs by their hashes, and with CUDA only where these are not', () => {
    expect(ofPytorch('linux', '3.12.9')).toEqual([['torch'], ['image-cpu-torch', 'torch-pypi']]);
    expect(ofPytorch('linux', '3.13.1')).toEqual([['torch'], ['torch-pypi']]);
    expect(ofPytorch('darwin', '3.13.1')).toEqual([['torch'], ['torch-pypi']]);
    const [, withCuda] = packagesOf('torch', { platform: 'linux', version: '3.13.1' });
    expect(withCuda?.[0]?.word).toMatch(/locked for Python 3\.12, and this is 3\.13\.1: .* with CUDA \(3 GB\)/);
  });
});

/** uv as far as it is needed: tells of its calls in a file, and refuses what `refused` matches. */
async function uv(refused: string): Promise<() => Promise<string[]>> {
  const seen = join(folder, 'seen');
  process.env.SEEN = seen;
  await writeFile(seen, '');
  await program('python3.12', 'echo 3.12.1');
  await program(
    'uv',
    `echo "$*" >> "$SEEN"
case "$1" in
  --version) exit 0 ;;
  venv) while [ $# -gt 1 ]; do shift; done; /bin/mkdir -p "$1/bin"; echo > "$1/bin/python"; exit 0 ;;
esac
case "$*" in
  ${refused}) echo "error: Request failed after 3 retries"; echo "  cause: dns error"; echo "  cause: no such name"; exit 2 ;;
esac
echo "Downloading torch (190.0MiB)" >&2; echo " Downloaded torch" >&2; echo "Prepared 2 packages in 3s" >&2`,
  );
  return async () =>
    (await readFile(seen, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => line.replace(/.*--require-hashes --no-deps /, ''));
}

async function made(name: MakingOptions['name']) {
  const lines: string[] = [];
  const environment = await trainersEnvironment({ name, seconds: 60, tell: (line) => lines.push(line) });
  return { environment, lines };
}

describe('making one', () => {
  it('installs all that belongs to it, tells how far it is, and is not done twice', async () => {
    const calls = await uv('nothing');
    const { environment, lines } = await made('jax');
    expect(environment).toMatchObject({ ok: true, version: '3.12.1' });
    expect(lines[0]).toMatch(/^Making a Python 3\.12\.1 environment .*\(once\)$/);
    expect(lines).toContainEqual(expect.stringMatching(/^\[\.{20}] 0 of 199 MB, on the way: torch \(199 MB\)/));
    expect(lines.at(-1)).toBe(`[${'#'.repeat(20)}] ready`);
    const before = (await calls()).length;
    expect(await made('jax')).toEqual({ environment, lines: [] });
    expect((await calls()).length).toBe(before);
  });

  it.skipIf(process.platform !== 'linux')(
    'takes the PyTorch of PyPI where that for CPUs cannot be had, and says why and how large it is',
    async () => {
      process.env[PYTORCH_INDEX_VARIABLE] = 'https://mirror.example.com/cpu';
      const calls = await uv('*--index-url*');
      const { environment, lines } = await made('deepspeed');
      expect(environment).toMatchObject({ ok: true });
      const installed = (await calls()).filter((call) => call.includes('--requirements'));
      expect(installed.map((call) => call.replace(/\S*\/locks\//, ''))).toEqual([
        '--requirements deepspeed.txt',
        '--index-url https://mirror.example.com/cpu --requirements image-cpu-torch.txt',
        '--requirements torch-pypi.txt',
        '--no-build-isolation --requirements image-gpu-source.txt',
      ]);
      expect(lines).toContain('PyTorch for CPUs (200 MB) is asked of https://mirror.example.com/cpu');
      expect(lines).toContain('uv ended with exit code 2: error: Request failed after 3 retries: no such name');
      expect(lines).toContainEqual(expect.stringMatching(/^PyTorch for CPUs could not be had .* with CUDA \(3 GB\)$/));
    },
  );

  it('that fails leaves nothing that looks whole, and tells the reason', async () => {
    await uv('*pip*');
    const { environment } = await made('jax');
    const reason = 'uv ended with exit code 2: error: Request failed after 3 retries: no such name';
    expect(environment).toEqual({ ok: false, reason });
    expect(await readdir(join(folder, 'ml-platform'))).toEqual([]);
  });
});

describe('how far an installation is', () => {
  const toldBy = (...lines: string[]) => {
    const progress = createInstallProgress(5);
    for (const line of lines) progress.take(line);
    return { share: progress.share, words: progress.words };
  };

  it('is what uv has of what it has begun', () => {
    const begun = ['Downloading jaxlib (82.8MiB)', 'Downloading jax (3.3MiB)', 'Downloading scipy (33.7MiB)'];
    expect(toldBy('Resolved 9 packages in 458ms')).toEqual({ share: 0, words: 'asking for the packages' });
    expect(toldBy(...begun).words).toBe('0 of 126 MB, on the way: jaxlib (87 MB), scipy (35 MB), jax (3 MB)');
    expect(toldBy(...begun, ' Downloaded jax', ' Downloaded jaxlib')).toEqual({
      share: 90 / 126,
      words: '90 of 126 MB, on the way: scipy (35 MB)',
    });
    expect(toldBy(...begun, 'Prepared 9 packages in 8.86s')).toMatchObject({ share: 1 });
  });

  it('is the package that pip is at, of those that are for this machine', () => {
    const ignored = `Ignoring jax: markers 'python_full_version >= "3.12"' don't match your environment`;
    const [jax, jaxlib] = ['Collecting jax==0.10.2 (from -r locks/jax.txt (line 5))', 'Collecting jaxlib==0.10.2'];
    const ofJax = '  Downloading jax-0.10.2-py3-none-any.whl (3.2 MB)';
    const ofJaxlib = '  Downloading jaxlib-0.10.2-cp311-cp311-manylinux_2_27_x86_64.whl (85.4 MB)';
    expect(toldBy(ignored, jax, ofJax, jaxlib, ofJaxlib)).toEqual({
      share: 1 / 4,
      words: 'package 2 of 4: jaxlib (85.4 MB)',
    });
    const asked = '  Downloading jaxlib-0.10.2-cp311-cp311-manylinux_2_27_x86_64.whl.metadata (2.1 kB)';
    expect(toldBy(ignored, jax, jaxlib, asked)).toEqual({ share: 0, words: 'asking for the packages' });
    const cached = 'Using cached jax-0.10.2-py3-none-any.whl (3.2 MB)';
    const begun = [ignored, jax, jaxlib, asked, cached, ofJaxlib.trim(), 'Progress 42700000 of 85400000'];
    expect(toldBy(...begun)).toEqual({ share: 1.5 / 4, words: 'package 2 of 4: jaxlib (85.4 MB), 50 %' });
    expect(toldBy(...begun, 'Installing collected packages: jax, jaxlib')).toMatchObject({ share: 1 });
  });
});
