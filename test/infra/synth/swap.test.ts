import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { swapIn } from '../../../infra/synth/swap.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'swap-'));
  mkdirSync(join(root, 'old'));
  writeFileSync(join(root, 'old/stale.yaml'), 'stale');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const files = (content: Record<string, string>) => new Map(Object.entries(content));

test('a folder is replaced as a whole, sub-folders too, and nothing is left beside it', () => {
  swapIn(new Map([[join(root, 'old'), files({ 'a.yaml': 'a', 'sub/b.yaml': 'b' })]]));
  expect(readdirSync(root)).toEqual(['old']);
  expect((readdirSync(join(root, 'old'), { recursive: true }) as string[]).sort()).toEqual([
    'a.yaml',
    'sub',
    'sub/b.yaml',
  ]);
});

test('a folder that holds the same files already is left alone', () => {
  const { ino } = statSync(join(root, 'old/stale.yaml'));
  swapIn(new Map([[join(root, 'old'), files({ 'stale.yaml': 'stale' })]]));
  expect(statSync(join(root, 'old/stale.yaml')).ino).toBe(ino);
  swapIn(new Map([[join(root, 'old'), files({ 'stale.yaml': 'fresh' })]]));
  expect(readFileSync(join(root, 'old/stale.yaml'), 'utf8')).toBe('fresh');
  swapIn(new Map([[join(root, 'old'), files({})]]));
  expect(readdirSync(join(root, 'old'))).toEqual([]);
});

test('a folder that was not there is made, with the folders above it', () => {
  swapIn(new Map([[join(root, 'new/deep'), files({ 'a.yaml': 'a' })]]));
  expect(readFileSync(join(root, 'new/deep/a.yaml'), 'utf8')).toBe('a');
});

test('when one folder cannot be written, none is touched', () => {
  // A file in the way of a sub-folder: as a full disk, it fails while the new folders are written.
  const impossible = files({ sub: 'a file', 'sub/b.yaml': 'b' });
  const folders = new Map([
    [join(root, 'old'), files({ 'a.yaml': 'a' })],
    [join(root, 'other'), impossible],
  ]);
  expect(() => swapIn(folders)).toThrow();
  expect(readdirSync(root)).toEqual(['old']);
  expect(readdirSync(join(root, 'old'))).toEqual(['stale.yaml']);
  expect(existsSync(join(root, 'other'))).toBe(false);
});
