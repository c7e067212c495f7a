import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { at } from '../../infra/data/paths.ts';
import { stacks } from '../../infra/stacks/index.ts';

const root = resolve(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/restore.md'), 'utf8');

test('the settings that the page names are there', () => {
  const all = stacks.map(({ settings }) => settings.parse({}));
  const named = [...page.matchAll(/`([a-z]+[A-Za-z]*(?:\.[a-z][A-Za-z]*)+)(?:: [a-z]+)?`/g)].map(
    ([, path = '']) => path,
  );
  const settings = named.filter((path) => /backup|mode/.test(path));
  expect(settings.length).toBeGreaterThan(4);
  expect(settings.filter((path) => all.every((each) => at(each, path) === undefined))).toEqual([]);
});

test('and so are the objects', () => {
  const environments = ['ml-platform/prod', 'flts/complete', 'preempt/prod'].map((name) =>
    join(root, 'charts-out', name),
  );
  const files = environments.flatMap((folder) => (existsSync(folder) ? readdirSync(folder) : []));
  const named = new Set(
    [...page.matchAll(/\b(deployment|cronjob)\/([-a-z]+)/g)].map(([, kind, name]) => `${kind}-${name}`),
  );
  expect(named.size).toBeGreaterThan(5);
  expect([...named].filter((name) => !files.some((file) => file.slice(2) === `${name}.yaml`))).toEqual([]);
});
