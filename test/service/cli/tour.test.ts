import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { freePort } from '../../../service/local/free-port.ts';
import { builtPage } from '../../web/built-page.ts';

// The README's tour, word by word, against what `npm start` starts.

const root = resolve(import.meta.dirname, '../../..');

const tour = (): string => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const block = /## Five minutes with the command line\n[\s\S]*?```sh\n([\s\S]*?)```/.exec(readme)?.[1];
  if (!block) throw new Error('The README has no tour');
  return block;
};

test('the tour of the README can be walked, and shows what it says', async () => {
  await builtPage();
  const folder = mkdtempSync(join(tmpdir(), 'tour-'));
  const port = await freePort();
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  expect(scripts.start).toBe('node --import tsx service/local/start.ts');
  const own = { PATH: process.env.PATH, HOME: folder, TMPDIR: tmpdir() };
  // Started in a folder of its own: its data would lie in the repository.
  const start = ['--import', import.meta.resolve('tsx'), join(root, 'service/local/start.ts')];
  const platform = spawn(process.execPath, start, {
    cwd: folder,
    env: { ...own, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(platform, 'exit');
  let printed = '';
  for (const stream of [platform.stdout, platform.stderr])
    stream.setEncoding('utf8').on('data', (text) => (printed += text));
  try {
    await expect.poll(() => printed).toContain('Send the first job');
    const told = await fetch(`http://localhost:${port}/config.json`);
    expect(await told.json()).toEqual({ apiBaseUrl: '', localTrainings: 'simulated' });
    const { code, out, err } = await walk({ ...own, MLP_SERVER: `http://localhost:${port}` });
    expect(code, `${out}\n${err}\n${printed}`).toBe(0);
    for (const shown of [/^member1 +yes/m, /^early_stopping_rounds/m, /epoch 60\/60/, /^trained$/m, /^0\.1$/m]) {
      expect(out).toMatch(shown);
    }
    for (const job of ['first', 'second', 'own']) expect(out).toMatch(new RegExp(`^${job}-[0-9a-f]{8}$`, 'm'));
    expect(err).toContain('Asked to cancel: 1 job.');
  } finally {
    platform.kill('SIGINT');
    await ended;
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
});

const walk = (env: NodeJS.ProcessEnv) =>
  new Promise<{ code: number; out: string; err: string }>((done) => {
    // An alias is for who types.
    const script = `set -euo pipefail\nshopt -s expand_aliases\n${tour()}`;
    execFile('bash', ['-c', script], { cwd: root, env }, (error, out, err) =>
      done({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
