import type { JobKind } from '../jobs/job.ts';
import type { KubeObject } from '../kube/kube.ts';
import { adviceOnEvent } from '../kube/pods/advice.ts';
import { readEvent } from '../kube/pods/event.ts';
import { isReady, readPod, restartsOf } from '../kube/pods/pod.ts';
import { troublesOf } from '../kube/pods/trouble.ts';

// What a person needs to see of a pod and of an event, out of what the member answers.

/** Of kinds whose pods are all the same. */
const ROLES: Partial<Record<JobKind, string>> = { Job: 'job', TrainingJob: 'worker' };

export function podView(object: KubeObject, kind: JobKind) {
  const pod = readPod(object);
  const { metadata, spec, status } = pod;
  // Every pod that starts is not ready for a while; that alone is nothing to tell of a job.
  const trouble = troublesOf(pod).find(({ reason }) => reason !== 'NotReady');
  return {
    name: metadata.name,
    // KubeRay labels head and workers; what else carries our label is the pod that submits to them.
    role: ROLES[kind] ?? metadata.labels['ray.io/node-type'] ?? 'submitter',
    phase: status.phase,
    node: spec.nodeName ?? null,
    ready: isReady(pod),
    restarts: restartsOf(pod),
    reason: trouble?.reason ?? null,
    message: trouble?.message || null,
    advice: trouble?.advice || null,
    createdAt: metadata.creationTimestamp ?? null,
  };
}

export function kubeEventView(object: KubeObject) {
  const { about, ...event } = readEvent(object);
  return {
    ...event,
    object: `${about.kind}/${about.name}`,
    advice: adviceOnEvent(event.reason, event.message) || null,
  };
}
