import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { ensureBuilt, PAGE_DIRECTORY } from '../../service/web/build.ts';

const FIRST_PAGE_LIMIT = 250_000;

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

test('the first page needs less than 250 kB of compressed script, and the other pages come on their own', async () => {
  const scripts = await firstPageScripts();
  const sizes = await Promise.all(
    scripts.map(async (file) => gzipSync(await readFile(join(PAGE_DIRECTORY, 'assets', file))).length),
  );
  expect(scripts.length).toBeGreaterThan(0);
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
