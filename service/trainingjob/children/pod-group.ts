import { podGroupName } from '../names.ts';
import type { Attempt } from './attempt.ts';
import { ownedMetadata } from './metadata.ts';

export const hasPodGroup = ({ job, podGroups }: Pick<Attempt, 'job' | 'podGroups'>): boolean =>
  podGroups === true && job.spec.numWorkers > 1;

/** Of one attempt: how many workers it stands for cannot change. */
export function podGroupOf(attempt: Attempt) {
  if (!hasPodGroup(attempt)) return undefined;
  const { job, number } = attempt;
  return {
    apiVersion: 'scheduling.k8s.io/v1beta1',
    kind: 'PodGroup',
    metadata: ownedMetadata(job, podGroupName(job.name, number)),
    spec: { schedulingPolicy: { gang: { minCount: job.spec.numWorkers } } },
  };
}
