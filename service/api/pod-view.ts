import { z } from 'zod';
import type { JobKind } from '../jobs/job.ts';
import type { KubeObject } from '../kube/kube.ts';

// What a person needs to see of a pod and of an event, out of what the member answers. Anything may be missing there.

const why = z.looseObject({ reason: z.string().optional(), message: z.string().optional() });
const containerStatus = z.looseObject({
  ready: z.boolean().default(false),
  restartCount: z.number().default(0),
  state: z.looseObject({ waiting: why.optional(), terminated: why.optional() }).default({}),
  lastState: z.looseObject({ terminated: why.optional() }).default({}),
});
const podShape = z.object({
  metadata: z.looseObject({
    name: z.string(),
    creationTimestamp: z.string().optional(),
    labels: z.record(z.string(), z.string()).default({}),
  }),
  spec: z.looseObject({ nodeName: z.string().optional() }).default({}),
  status: z
    .looseObject({
      phase: z.string().default('Unknown'),
      reason: z.string().optional(),
      message: z.string().optional(),
      conditions: z.array(why.extend({ type: z.string(), status: z.string() })).default([]),
      initContainerStatuses: z.array(containerStatus).default([]),
      containerStatuses: z.array(containerStatus).default([]),
    })
    .prefault({}),
});

export function podView(object: KubeObject, kind: JobKind) {
  const { metadata, spec, status } = podShape.parse(object);
  const containers = [...status.initContainerStatuses, ...status.containerStatuses];
  const { reason, message } = whyNotRunning(status, containers);
  return {
    name: metadata.name,
    // KubeRay labels head and workers; what else carries our label is the pod that submits to them.
    role: kind === 'Job' ? 'job' : (metadata.labels['ray.io/node-type'] ?? 'submitter'),
    phase: status.phase,
    node: spec.nodeName ?? null,
    ready: status.conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True'),
    restarts: containers.reduce((sum, { restartCount }) => sum + restartCount, 0),
    reason: reason ?? null,
    message: message ?? null,
    createdAt: metadata.creationTimestamp ?? null,
  };
}

type Why = z.infer<typeof why>;
type PodStatus = z.infer<typeof podShape>['status'];

/** The most telling reason first: evicted, no node takes it, a container that waits, one that ended badly. */
function whyNotRunning(status: PodStatus, containers: z.infer<typeof containerStatus>[]): Why {
  if (status.reason) return status;
  const unscheduled = status.conditions.find(({ type, status: value }) => type === 'PodScheduled' && value === 'False');
  if (unscheduled) return unscheduled;
  const waiting = containers.map(({ state }) => state.waiting).find((state) => state?.reason);
  const ended = containers
    .map(({ state, lastState }) => state.terminated ?? lastState.terminated)
    .find((state) => state?.reason && state.reason !== 'Completed');
  // A crash loop says only that it waits; the end before says why.
  if (waiting?.reason === 'CrashLoopBackOff' && ended)
    return { reason: waiting.reason, message: ended.message ?? ended.reason };
  return waiting ?? ended ?? {};
}

const eventShape = z.object({
  type: z.string().default('Normal'),
  reason: z.string().default(''),
  message: z.string().default(''),
  count: z.number().nullish(),
  lastTimestamp: z.string().nullish(),
  eventTime: z.string().nullish(),
  firstTimestamp: z.string().nullish(),
  involvedObject: z.looseObject({ kind: z.string().default(''), name: z.string().default('') }).prefault({}),
});

export function kubeEventView(object: KubeObject) {
  const event = eventShape.parse(object);
  return {
    at: event.lastTimestamp ?? event.eventTime ?? event.firstTimestamp ?? null,
    type: event.type,
    reason: event.reason,
    message: event.message,
    object: `${event.involvedObject.kind}/${event.involvedObject.name}`,
    count: event.count ?? 1,
  };
}
