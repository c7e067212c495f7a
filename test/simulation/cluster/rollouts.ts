import { createHash } from 'node:crypto';
import type { PodLogs } from '../../../service/local/karmada/pod-logs.ts';
import { JOB } from '../../../service/local/kube/job-kind.ts';
import { EVENT, POD } from '../../../service/local/kube/kinds.ts';
import { listAt, numberAt, pick, type StoredObject, textAt, timestamp } from '../../../service/local/kube/objects.ts';
import type { Registry } from '../../../service/local/kube/registry.ts';
import type { ResourceType } from '../../../service/local/kube/resources.ts';
import { DAEMON_SET, DEPLOYMENT, STATEFUL_SET } from './kinds.ts';

/** What keeps the pods of a workload from running. */
export type Trouble =
  | { readonly kind: 'image'; readonly message: string; readonly reason?: string }
  | { readonly kind: 'config'; readonly message: string }
  /** No pod is made at all. */
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'crash'; readonly lines: readonly string[] }
  | { readonly kind: 'unschedulable'; readonly message: string };

interface RolloutWishes {
  /** By the workload's name, asked at every rollout. */
  trouble(workload: string): Trouble | undefined;
  /** What the pods of a workload write when they start. */
  lines(workload: string): readonly string[];
}

const KINDS: readonly ResourceType[] = [DEPLOYMENT, STATEFUL_SET, DAEMON_SET, JOB];
const CONTROLLER = { manager: 'kube-controller-manager' };

/**
 * Deployments, StatefulSets and Jobs get pods, which run at once or show what keeps them from it. What is returned
 * tries all of them anew, as kubelets and schedulers do all the time.
 */
export function runWorkloads(registry: Registry, logs: PodLogs, wishes: RolloutWishes): () => void {
  const seen = new Map<string, number>();
  const rollingOut = new Set<string>();

  function rollOut(type: ResourceType, workload: StoredObject): void {
    const { name, namespace, uid } = workload.metadata;
    if (type === STATEFUL_SET && isStuck(registry, workload)) {
      registry.setStatus(type, namespace, name, stuckStatus(workload));
      return;
    }
    rollingOut.add(uid);
    for (const pod of podsOf(registry, workload)) registry.delete(POD, namespace, pod.metadata.name);
    rollingOut.delete(uid);
    const trouble = wishes.trouble(name);
    const count = type === JOB || type === DAEMON_SET ? 1 : (numberAt(workload, 'spec', 'replicas') ?? 1);
    for (let index = 0; index < count && trouble?.kind !== 'refused'; index += 1) {
      const pod = registry.create(POD, podFor(workload, `${name}-${uid.slice(0, 5)}-${index}`), CONTROLLER);
      registry.setStatus(POD, namespace, pod.metadata.name, podStatus(pod, type, trouble));
      const [container = ''] = listAt(pod, 'spec', 'containers').map((each) => textAt(each, 'name') ?? '');
      const lines = trouble?.kind === 'crash' ? trouble.lines : wishes.lines(name);
      for (const line of lines) logs.write(pod, container, line);
      if (trouble) registry.create(EVENT, warning(pod, trouble), CONTROLLER);
    }
    const current = registry.read(type, namespace, name);
    registry.setStatus(type, namespace, name, workloadStatus(current, type, count, trouble));
  }

  /** A pod by itself ends at once, well or not. */
  function runOnce(pod: StoredObject): void {
    const { name, namespace } = pod.metadata;
    const trouble = wishes.trouble(name);
    const status = podStatus(pod, JOB, trouble) as { phase: string };
    registry.setStatus(POD, namespace, name, trouble?.kind === 'crash' ? { ...status, phase: 'Failed' } : status);
    const container = textAt(listAt(pod, 'spec', 'containers')[0], 'name') ?? '';
    for (const line of trouble?.kind === 'crash' ? trouble.lines : wishes.lines(name)) logs.write(pod, container, line);
  }

  /** A StatefulSet makes a pod anew that was deleted under its hands. */
  function replaceLost({ metadata }: StoredObject): void {
    const [owner] = metadata.ownerReferences ?? [];
    const set = owner?.kind === 'StatefulSet' && registry.store.get(STATEFUL_SET, metadata.namespace, owner.name);
    if (set && set.metadata.uid === owner?.uid && podsOf(registry, set).length === 0 && !rollingOut.has(owner.uid)) {
      rollOut(STATEFUL_SET, set);
    }
  }

  registry.store.onChange(({ type: change, resource, object }) => {
    if (resource === POD && change === 'DELETED') return replaceLost(object);
    if (resource === POD && change === 'ADDED' && !object.metadata.ownerReferences) return runOnce(object);
    if (!KINDS.includes(resource)) return;
    const { generation = 1, uid } = object.metadata;
    if (change === 'DELETED' || seen.get(uid) === generation) return;
    seen.set(uid, generation);
    rollOut(resource, object);
  });
  return () => {
    for (const type of KINDS) for (const workload of registry.store.list(type)) rollOut(type, workload);
  };
}

export const podsOf = (registry: Registry, { metadata: { namespace, uid } }: StoredObject): StoredObject[] =>
  registry.store.list(POD, namespace).filter(({ metadata }) => metadata.ownerReferences?.some((o) => o.uid === uid));

function podFor(workload: StoredObject, name: string) {
  const { apiVersion, kind, metadata } = workload;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
      labels: {
        ...(pick(workload, 'spec', 'template', 'metadata', 'labels') as Record<string, string>),
        [kind === 'Deployment' ? 'pod-template-hash' : 'controller-revision-hash']: hashOf(workload),
      },
      ownerReferences: [{ apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true }],
    },
    spec: pick(workload, 'spec', 'template', 'spec'),
  };
}

const hashOf = (workload: StoredObject): string =>
  createHash('sha256')
    .update(JSON.stringify(pick(workload, 'spec', 'template')))
    .digest('hex')
    .slice(0, 10);

/** A pod of an older template that never came up: a StatefulSet waits for it for ever. */
function isStuck(registry: Registry, workload: StoredObject): boolean {
  return podsOf(registry, workload).some(
    (pod) =>
      pod.metadata.labels?.['controller-revision-hash'] !== hashOf(workload) &&
      textAt(pod, 'status', 'phase') === 'Pending',
  );
}

function stuckStatus(workload: StoredObject): object {
  const observedGeneration = workload.metadata.generation;
  return {
    observedGeneration,
    replicas: 1,
    updatedReplicas: 0,
    availableReplicas: 0,
    updateRevision: hashOf(workload),
  };
}

function podStatus(pod: StoredObject, type: ResourceType, trouble: Trouble | undefined): object {
  const names = listAt(pod, 'spec', 'containers').map((each) => textAt(each, 'name'));
  const ready = (status: 'True' | 'False') => ({ type: 'Ready', status });
  const each = (state: object, more: object = {}) =>
    names.map((name) => ({ name, ready: false, restartCount: 0, state, ...more }));
  switch (trouble?.kind) {
    case 'unschedulable': {
      const { message } = trouble;
      const scheduled = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message };
      return { phase: 'Pending', conditions: [scheduled] };
    }
    case 'image': {
      const waiting = { reason: trouble.reason ?? 'ImagePullBackOff', message: trouble.message };
      return { phase: 'Pending', conditions: [ready('False')], containerStatuses: each({ waiting }) };
    }
    case 'config': {
      const waiting = { reason: 'CreateContainerConfigError', message: trouble.message };
      return { phase: 'Pending', conditions: [ready('False')], containerStatuses: each({ waiting }) };
    }
    case 'crash': {
      const waiting = { reason: 'CrashLoopBackOff', message: 'back-off 10s restarting failed container' };
      const more = { restartCount: 2, lastState: { terminated: { exitCode: 1, reason: 'Error' } } };
      return { phase: 'Running', conditions: [ready('False')], containerStatuses: each({ waiting }, more) };
    }
    default: {
      const ended = type === JOB;
      const state = ended ? { terminated: { exitCode: 0 } } : { running: { startedAt: timestamp() } };
      return {
        phase: ended ? 'Succeeded' : 'Running',
        conditions: [ready(ended ? 'False' : 'True')],
        containerStatuses: each(state, { ready: !ended }),
      };
    }
  }
}

function workloadStatus(workload: StoredObject, type: ResourceType, count: number, trouble?: Trouble): object {
  if (type === JOB && trouble?.kind === 'refused') {
    return { failed: 1, conditions: [{ type: 'Failed', status: 'True', message: trouble.message }] };
  }
  if (type === JOB)
    return trouble ? { active: 1 } : { succeeded: 1, conditions: [{ type: 'Complete', status: 'True' }] };
  const up = trouble ? 0 : count;
  const observedGeneration = workload.metadata.generation;
  if (type === DAEMON_SET) {
    const nodes = { desiredNumberScheduled: count, updatedNumberScheduled: count, numberAvailable: up };
    return { observedGeneration, ...nodes };
  }
  const counts = { replicas: count, updatedReplicas: count, readyReplicas: up, availableReplicas: up };
  const revisions = type === STATEFUL_SET ? { updateRevision: hashOf(workload) } : {};
  const failure = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate' };
  const conditions = trouble?.kind === 'refused' ? { conditions: [{ ...failure, message: trouble.message }] } : {};
  return { observedGeneration, ...counts, ...revisions, ...conditions };
}

const MESSAGES = {
  image: 'Failed',
  config: 'Failed',
  crash: 'BackOff',
  refused: 'FailedCreate',
  unschedulable: 'FailedScheduling',
} as const;

function warning({ metadata: { name, namespace, uid } }: StoredObject, trouble: Trouble) {
  const message = 'message' in trouble ? trouble.message : 'Back-off restarting failed container';
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { generateName: `${name}.`, ...(namespace !== undefined && { namespace }) },
    involvedObject: { kind: 'Pod', name, namespace, uid },
    type: 'Warning',
    reason: MESSAGES[trouble.kind],
    message,
    lastTimestamp: timestamp(),
  };
}
