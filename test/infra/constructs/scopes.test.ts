import { expect, test } from 'vitest';
import { namespaced } from '../../../infra/constructs/scopes.ts';
import { all, environments, subjectOf } from '../subjects.ts';

test('whatever a stack writes has a namespace, but where its kind is known to have none', () => {
  const objects = environments.flatMap(({ definition, values }) => all(subjectOf(definition, values)));
  const kindsOf = (some: typeof objects) => [...new Set(some.map(({ kind }) => kind))].sort();
  const without = objects.filter(({ metadata }) => metadata.namespace === undefined);
  expect(kindsOf(without)).toContain('Namespace');
  expect(kindsOf(without)).toEqual(kindsOf(objects.filter((object) => !namespaced(object))));
  expect(without.filter(namespaced)).toEqual([]);
});
