import type { PodSecurity } from '../children/attempt.ts';
import { isMounted } from '../children/checkpoints.ts';
import { specHash } from '../children/spec-hash.ts';
import type { Spec } from '../schema/spec.ts';
import type { BatchJob } from './seen.ts';

type Check = (spec: Spec, standing: BatchJob | undefined, podSecurity: PodSecurity) => string | false;

/** What is allowed, and will not do what its author may think. */
const CHECKS: readonly Check[] = [
  (spec, standing) =>
    standing?.specHash !== undefined &&
    standing.specHash !== specHash(spec) &&
    'the spec was changed: the next attempt is made from it, suspend and resume to have it now',
  ({ checkpoint, failurePolicy }) =>
    checkpoint === undefined &&
    failurePolicy?.restartPolicy !== 'Never' &&
    'no checkpoint is set: each attempt begins from the start, unless the training keeps its own',
  (spec) =>
    spec.monitoring?.tensorboardEnabled === true &&
    !isMounted(spec) &&
    'tensorboardEnabled without a mounted checkpoint.storage: its files go with the pod',
  ({ checkpoint }, _standing, podSecurity) =>
    checkpoint?.storage?.type === 'nfs' &&
    podSecurity === 'restricted' &&
    'storage of type nfs is refused where the restricted Pod Security Standard is enforced',
  ({ networking }, _standing, podSecurity) =>
    networking?.rdmaEnabled === true &&
    podSecurity !== 'privileged' &&
    'rdmaEnabled: pods may not lock memory in a namespace that is not labelled privileged, which most drivers need',
];

export const warningsOf: (...given: Parameters<Check>) => string[] = (...given) =>
  CHECKS.flatMap((check) => check(...given) || []);
