import { CONTAINER, jobName, LABELS, QUEUE_LABEL, SPEC_HASH } from '../names.ts';
import type { Attempt } from './attempt.ts';
import { ownedMetadata } from './metadata.ts';
import { podTemplate } from './pod.ts';
import { specHash } from './spec-hash.ts';

/**
 * Any failed pod ends the Job. A pod that failed by one of these is named, with its reason, in the Job's condition,
 * which is there when the pod is long gone.
 */
function failureRules(exitCodes: readonly number[]) {
  const disrupted = { action: 'FailJob', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] };
  const permanent = {
    action: 'FailJob',
    onExitCodes: { containerName: CONTAINER, operator: 'In', values: [...exitCodes].sort((a, b) => a - b) },
  };
  return exitCodes.length > 0 ? [disrupted, permanent] : [disrupted];
}

/**
 * An attempt is one Job, which one failed pod ends: a training whose workers wait for each other cannot go on with one
 * of them new. The next attempt is another Job under the same name.
 */
export function jobOf(attempt: Attempt) {
  const { job, number, deadlineSeconds } = attempt;
  const queue = job.labels[QUEUE_LABEL];
  const metadata = ownedMetadata(job, jobName(job.name), {
    [LABELS.attempt]: String(number),
    ...(queue === undefined ? {} : { [QUEUE_LABEL]: queue }),
  });
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { ...metadata, annotations: { [SPEC_HASH]: specHash(job.spec) } },
    spec: {
      completionMode: 'Indexed',
      completions: job.spec.numWorkers,
      parallelism: job.spec.numWorkers,
      backoffLimit: 0,
      podFailurePolicy: { rules: failureRules(job.spec.failurePolicy?.permanentExitCodes ?? []) },
      // Failed pods are not replaced while their peers still end.
      podReplacementPolicy: 'Failed',
      ...(deadlineSeconds === undefined ? {} : { activeDeadlineSeconds: deadlineSeconds }),
      ...(queue === undefined ? {} : { suspend: true }),
      template: podTemplate(attempt),
    },
  };
}
