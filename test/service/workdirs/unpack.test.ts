import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AsyncZipOptions, strToU8, zipSync } from 'fflate';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { unpack } from '../../../service/workdirs/unpack.ts';

// What is unpacked may come from anybody who may submit jobs: a zip file of their own, or none at all.

const BOUNDS = { files: 5, bytes: 1000 };

let base: string;
let folder: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'unpack-'));
  folder = mkdtempSync(join(base, 'to-'));
});
afterEach(() => rmSync(base, { recursive: true }));

const zipOf = (files: Readonly<Record<string, string>>, options: AsyncZipOptions & { attrs?: number } = {}): string => {
  const entries = Object.entries(files).map(([name, content]) => [name, [strToU8(content), { os: 3, ...options }]]);
  const file = join(base, 'a.zip');
  writeFileSync(file, zipSync(Object.fromEntries(entries)));
  return file;
};

test('one folder at the top is taken away; where there is none, all is as it is', async () => {
  await unpack(zipOf({ 'top/a/b.txt': 'b', 'top/c.txt': 'c' }), folder, BOUNDS);
  expect(readdirSync(folder, { recursive: true }).sort()).toEqual(['a', 'a/b.txt', 'c.txt']);
  const other = mkdtempSync(join(base, 'other-'));
  await unpack(zipOf({ 'top/a.txt': 'a', 'c.txt': 'c' }), other, BOUNDS);
  expect(readFileSync(join(other, 'top/a.txt'), 'utf8')).toBe('a');
});

test.each([
  ['a name that leads out of the folder', { 'a/../../out.txt': 'x' }, {}, /invalid relative path/],
  ['an absolute name', { '/tmp/out.txt': 'x' }, {}, /absolute path/],
  ['a name of Windows', { 'a\\..\\..\\out.txt': 'x' }, {}, /invalid characters/],
  ['a symbolic link', { 'a/link': '/etc/passwd' }, { attrs: (0o120777 << 16) >>> 0 }, /a\/link is a symbolic link/],
  ['a few bytes that are many', { 'a/zeros': '0'.repeat(100_000) }, {}, /100000 bytes when unpacked, more than 1000/],
  ['many files', Object.fromEntries(Array.from('abcdef', (name) => [name, ''])), {}, /6 files, more than 5/],
])('%s is refused, and nothing is written', async (_, files, options, words) => {
  await expect(unpack(zipOf(files as Record<string, string>, options), folder, BOUNDS)).rejects.toThrow(words);
  expect(readdirSync(folder)).toEqual([]);
  expect(existsSync(join(base, 'out.txt'))).toBe(false);
});

test('what is no zip file is told so', async () => {
  const file = join(base, 'page.zip');
  writeFileSync(file, '<html>Sign in</html>'.repeat(10));
  await expect(unpack(file, folder, BOUNDS)).rejects.toThrow(/[Ee]nd of central directory/);
});
