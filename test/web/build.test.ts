import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import express from 'express';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { servePage } from '../../service/api/page.ts';
import { ensureBuilt, PAGE_DIRECTORY, putInPlace } from '../../service/web/build.ts';
import { builtPage } from './built-page.ts';

/** Script and styles; fonts come after the first text. */
const FIRST_PAGE_LIMIT = 150_000;

beforeAll(builtPage);

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

const OLD = { 'index.html': 'one.js', 'favicon.svg': 'old', 'assets/both.js': 'both', 'assets/one.js': 'one' };
const NEW = { 'index.html': 'two.js', 'favicon.svg': 'new', 'assets/both.js': 'both', 'assets/two.js': 'two' };

test('a build takes the place of the last one while that is read, and of one that ends at the same time', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'page-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const write = async (name: string, files: Record<string, string>): Promise<string> => {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name, path)), { recursive: true });
      await writeFile(join(folder, name, path), text);
    }
    return join(folder, name);
  };
  const page = await write('page', OLD);
  let placed = false;
  const reading = (async () => {
    while (!placed) {
      const named = await readFile(join(page, 'index.html'), 'utf8');
      // What was named may have gone since, when the page has been replaced.
      const text = await readFile(join(page, 'assets', named), 'utf8').catch(() => named);
      if (text === named) expect(await readFile(join(page, 'index.html'), 'utf8')).not.toBe(named);
      expect(await readFile(join(page, 'assets/both.js'), 'utf8')).toBe('both');
    }
  })();
  const builds = await Promise.all([write('first', NEW), write('second', NEW)]);
  await Promise.all(builds.map((built) => putInPlace(built, page)));
  placed = true;
  await reading;
  const files = (await readdir(page, { recursive: true, withFileTypes: true })).filter((each) => each.isFile());
  expect(files.map(({ name }) => name).toSorted()).toEqual(['both.js', 'favicon.svg', 'index.html', 'two.js']);
  expect(await readFile(join(page, 'index.html'), 'utf8')).toBe('two.js');
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
