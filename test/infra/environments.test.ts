import { describe, expect, test } from 'vitest';
import { rules } from './rules/index.ts';
import { nodePorts } from './rules/ports.ts';
import { schemasAreHere } from './rules/schemas.ts';
import { environments, own, subjectOf, title } from './subjects.ts';

describe.each(environments)('$title', ({ definition, values }) => {
  const subject = subjectOf(definition, values);

  test.each(Object.entries(rules))('%s', (_, rule) => {
    expect(rule(subject)).toEqual([]);
  });

  test('inventory', () => {
    expect(own(subject).map(title).join('\n')).toMatchSnapshot();
  });
});

test.skipIf(!schemasAreHere)('the schemas of the API servers were read', () => {
  expect(schemasAreHere).toBe(true);
});

test('no two stacks want the same NodePort in environments of one name', () => {
  const opened = environments.flatMap(({ definition, environment, values }) =>
    nodePorts(subjectOf(definition, values)).map(({ port }) => `${environment} ${port}`),
  );
  expect(opened).toEqual([...new Set(opened)]);
});
