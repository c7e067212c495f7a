import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pageOf } from '../../../infra/diagram/diagrams.ts';
import type { StackDefinition } from '../../../infra/stacks/definition.ts';
import { rules } from '../rules/index.ts';
import { own, subjectOf } from '../subjects.ts';
import { shop } from './shop.ts';

const definition: StackDefinition = shop;
const source = readFileSync(join(import.meta.dirname, 'shop.ts'), 'utf8');

describe.each(Object.entries(shop.environments))('the stack that infra/README.md writes, %s', (_, values) => {
  const subject = subjectOf(definition, values);

  test.each(Object.entries(rules))('%s', (_, rule) => {
    expect(rule(subject)).toEqual([]);
  });
});

test('it is under 60 lines and makes what the README says', () => {
  expect(source.trimEnd().split('\n').length).toBeLessThan(60);
  const workloads = own(subjectOf(definition, {})).filter(({ kind }) => /Deployment|StatefulSet|CronJob/.test(kind));
  expect(workloads.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort()).toEqual([
    'CronJob report',
    'Deployment orders',
    'Deployment web',
    'StatefulSet postgres',
    'StatefulSet redis',
  ]);
});

test('its picture is the one that the README shows', async () => {
  const readme = readFileSync(join(import.meta.dirname, '../../../infra/README.md'), 'utf8');
  const page = pageOf(definition);
  expect(readme).toContain(page.slice(page.indexOf('```mermaid')));
});
