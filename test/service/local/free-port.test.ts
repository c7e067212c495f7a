import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { freePort, isFree, rememberedPort } from '../../../service/local/free-port.ts';

test('a port that programs are told is none that a system gives away by itself', async () => {
  for (const port of await Promise.all(Array.from({ length: 50 }, freePort))) {
    expect(port).toBeGreaterThanOrEqual(20_000);
    expect(port).toBeLessThan(30_000);
  }
});

test('a port that is listened on is not free, nor is one that cannot be', async () => {
  const port = await freePort();
  const server = createServer().listen(port, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  expect(await isFree(port)).toBe(false);
  expect(await isFree(70_000)).toBe(false);
});

test('a port is the same after a restart, unless somebody else has it, or its file is none', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'port-')), 'port');
  const port = await rememberedPort(file);
  expect(await rememberedPort(file)).toBe(port);
  const server = createServer().listen(port, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const other = await rememberedPort(file);
  expect(other).not.toBe(port);
  for (const text of ['', 'x', '0', '70000', '1.5']) {
    await writeFile(file, text);
    expect(await rememberedPort(file)).toBeGreaterThanOrEqual(20_000);
  }
});
