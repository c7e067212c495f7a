import { expect, test } from 'vitest';
import { preempt } from '../../../infra/stacks/preempt/index.ts';
import { podsOf } from '../rules/pods.ts';
import { own, subjectOf } from '../subjects.ts';

test('what runs every few minutes starts no client of the database to ask whether it is migrated; what runs on does', () => {
  const subject = subjectOf(preempt, preempt.environments.prod);
  const asks = podsOf(own(subject))
    .filter(({ spec }) => spec.initContainers?.some(({ image }) => image?.includes('mysql')))
    .map(({ owner }) => owner);
  expect(asks).toContain('Deployment/api');
  expect(asks.filter((owner) => owner.startsWith('CronJob'))).toEqual([]);
});
