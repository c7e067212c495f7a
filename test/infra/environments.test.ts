import { describe, expect, test } from 'vitest';
import { inventory } from './inventory.ts';
import { rules } from './rules/index.ts';
import { nodePorts } from './rules/ports.ts';
import { environments, subjectOf } from './subjects.ts';

describe.each(environments)('$title', ({ definition, environment, values }) => {
  const subject = subjectOf(definition, values);

  test.each(Object.entries(rules))('%s', (_, rule) => {
    expect(rule(subject)).toEqual([]);
  });

  test('the inventory is as reviewed', async () => {
    await expect(inventory(subject)).toMatchFileSnapshot(`__snapshots__/${definition.name}-${environment}.txt`);
  });
});

test('no two stacks want the same NodePort in environments of one name', () => {
  const opened = environments.flatMap(({ definition, environment, values }) =>
    nodePorts(subjectOf(definition, values)).map(({ port }) => `${environment} ${port}`),
  );
  expect(opened).toEqual([...new Set(opened)]);
});
