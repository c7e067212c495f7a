import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { at } from '../../infra/data/paths.ts';
import { flts } from '../../infra/stacks/flts/index.ts';
import { stacks } from '../../infra/stacks/index.ts';
import { mlPlatform } from '../../infra/stacks/ml-platform/index.ts';
import { rules } from '../infra/rules/index.ts';
import { subjectOf } from '../infra/subjects.ts';

const page = readFileSync(resolve(import.meta.dirname, '../../docs/networks.md'), 'utf8');
const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => text);

describe('each block of the page is an environment that is held to every rule', () => {
  expect(blocks.length).toBeGreaterThan(7);

  test.each(blocks)('%s', (text) => {
    const definition = text.startsWith('# flts') ? flts : mlPlatform;
    const subject = subjectOf(definition, parse(text));
    expect(Object.values(rules).flatMap((rule) => rule(subject))).toEqual([]);
  });
});

test('the settings that the page names are there', () => {
  const named = [...page.matchAll(/`([a-z]+[A-Za-z]*(?:\.[a-z][A-Za-z]*)+)(?:: [a-z]+)?`/g)].map(
    ([, path = '']) => path,
  );
  const all = stacks.map(({ settings }) => settings.parse({}));
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((path) => all.every((each) => at(each, path) === undefined))).toEqual([]);
});
