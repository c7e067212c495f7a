import { once } from 'node:events';
import { readdir, readFile, stat } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import express from 'express';
import { beforeAll, expect, test } from 'vitest';
import { servePage } from '../../service/api/page.ts';
import { ensureBuilt, PAGE_DIRECTORY } from '../../service/web/build.ts';

/** Script and styles; fonts come after the first text. */
const FIRST_PAGE_LIMIT = 150_000;

beforeAll(async () => {
  await ensureBuilt(() => undefined);
});

/** The script of the first page: what index.html names, and what those files import before anything is shown. */
const firstPageScripts = async (): Promise<string[]> => {
  const found = new Set<string>();
  const follow = async (file: string): Promise<void> => {
    if (found.has(file)) return;
    found.add(file);
    const text = await readFile(join(PAGE_DIRECTORY, 'assets', file), 'utf8');
    for (const [, name] of text.matchAll(/(?:from|import)\s*["']\.\/([\w-]+\.js)["']/g)) if (name) await follow(name);
  };
  const html = await readFile(join(PAGE_DIRECTORY, 'index.html'), 'utf8');
  for (const [, name] of html.matchAll(/\/assets\/([\w-]+\.js)/g)) if (name) await follow(name);
  return [...found];
};

test('the first page needs less than 150 kB, compressed, and the other pages come on their own', async () => {
  const scripts = await firstPageScripts();
  const html = await readFile(join(PAGE_DIRECTORY, 'index.html'), 'utf8');
  const styles = [...html.matchAll(/\/assets\/([\w-]+\.css)/g)].flatMap(([, file]) => file ?? []);
  const sizes = await Promise.all(
    [...scripts, ...styles].map(async (file) => gzipSync(await readFile(join(PAGE_DIRECTORY, 'assets', file))).length),
  );
  expect(scripts.length).toBeGreaterThan(0);
  expect(styles.length).toBeGreaterThan(0);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(FIRST_PAGE_LIMIT);
  expect(scripts.join()).not.toMatch(/new-job-page|clusters-page|job-page|oidc/);
});

test('nothing is loaded from elsewhere, nothing inline that the Content-Security-Policy forbids', async () => {
  const html = await readFile(join(PAGE_DIRECTORY, 'index.html'), 'utf8');
  expect(html).not.toMatch(/https?:\/\//);
  expect(html).not.toMatch(/<script(?![^>]*src=)[^>]*>|<style|style=/);
  const styles = (await readdir(join(PAGE_DIRECTORY, 'assets'))).filter((file) => file.endsWith('.css'));
  for (const file of styles) {
    expect(await readFile(join(PAGE_DIRECTORY, 'assets', file), 'utf8')).not.toMatch(/url\((?!["']?\/assets\/)/);
  }
});

test('a build that is newer than its sources is kept', async () => {
  const entry = join(PAGE_DIRECTORY, 'index.html');
  const { mtimeMs } = await stat(entry);
  const said: string[] = [];
  await ensureBuilt((line) => said.push(line));
  expect(said).toEqual([]);
  expect((await stat(entry)).mtimeMs).toBe(mtimeMs);
});

test.each([
  ['/', '*/*', 200],
  ['/', 'text/html,*/*;q=0.8', 200],
  ['/', 'application/json', 404],
  ['/jobs/abc', 'text/html,*/*;q=0.8', 200],
  ['/jobs/abc', '*/*', 404],
  ['/api/nothing', 'text/html', 404],
])('%s for who accepts %s: %i', async (path, accept, status) => {
  const app = express();
  servePage(app);
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { accept } });
  expect(answer.status).toBe(status);
  await answer.arrayBuffer();
  server.close();
});

test('the page is told of simulated clusters where there are some, and of nothing elsewhere', async () => {
  for (const [config, said] of [
    [{ localTrainings: 'simulated' }, { apiBaseUrl: '', localTrainings: 'simulated' }],
    [{}, { apiBaseUrl: '' }],
  ] as const) {
    const app = express();
    servePage(app, config);
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect(await (await fetch(`http://127.0.0.1:${port}/config.json`)).json()).toEqual(said);
    server.close();
  }
});
