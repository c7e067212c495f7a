import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../../service/local/free-port.ts';
import { program } from '../../program.ts';

const path = (name: string) => fileURLToPath(new URL(`../../../${name}`, import.meta.url));
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'dev-'));
});
afterAll(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));

/** What `npm start` prints in a folder until it ends by itself, and how. */
async function startIn(folder: string): Promise<{ code: number | null; printed: string }> {
  const child = spawn(process.execPath, [await program('service/local/start.ts')], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: directory, TMPDIR: tmpdir(), PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code, printed: out + err };
}

test('npm start where nothing can be written ends in a sentence that says what to do', async () => {
  const folder = join(directory, 'not-to-be-written');
  await mkdir(folder);
  // A file, since root may write into any folder.
  await writeFile(join(folder, '.data'), '');
  const { code, printed } = await startIn(folder);
  expect(code, printed).toBe(1);
  expect(printed).toMatch(
    /Data is kept in .*, which cannot be made or written \(E\w+\)\. Start from a folder of your own/,
  );
  expect(printed).not.toMatch(/^\s+at /m);
});

test('npm run dev serves page and API, starts the service again on a change, and Ctrl-C ends all of it', async () => {
  const [port, pagePort] = [await freePort(), await freePort()];
  const development = ['--import', import.meta.resolve('tsx'), path('service/local/dev.ts')];
  const child = spawn(process.execPath, development, {
    cwd: directory,
    env: { PATH: process.env.PATH, HOME: directory, TMPDIR: tmpdir(), PORT: String(port), PAGE_PORT: String(pagePort) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (printed += text));
  const starts = () => printed.split('The job API is open').length - 1;
  const from = async (place: string) => (await fetch(`http://localhost:${pagePort}${place}`)).text();
  try {
    await expect.poll(starts).toBe(1);
    expect(await from('/')).toContain('/@vite/client');
    expect(await from('/api/v1/jobs')).toBe('[]');

    const second = await startIn(directory);
    expect(second.code, second.printed).toBe(1);
    expect(second.printed).toContain(`is in use by process ${child.pid}. End that one first, or use another folder.`);
    expect(second.printed).not.toMatch(/^\s+at /m);

    const now = new Date();
    await utimes(path('service/store/sql/summary.sql'), now, now);
    await expect.poll(starts).toBe(2);

    child.kill('SIGINT');
    expect(await exited, printed).toEqual([0, null]);
    await expect(fetch(`http://localhost:${port}/health`)).rejects.toThrow();
  } finally {
    if (child.exitCode === null) child.kill('SIGTERM');
    await exited;
  }
});
