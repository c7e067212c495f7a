import { expect, test } from 'vitest';
import { namespaced } from '../../../infra/constructs/scopes.ts';
import { all, environments, subjectOf } from '../subjects.ts';

test('whatever a stack writes without a namespace is of a kind that is known to have none', () => {
  const objects = environments.flatMap(({ definition, values }) => all(subjectOf(definition, values)));
  const without = objects.filter(({ metadata }) => metadata.namespace === undefined);
  expect(without.length).toBeGreaterThan(0);
  expect([...new Set(without.filter(namespaced).map(({ kind }) => kind))]).toEqual([]);
});
