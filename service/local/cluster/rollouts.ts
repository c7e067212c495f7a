import type { PodLogs } from '../karmada/pod-logs.ts';
import { JOB } from '../kube/job-kind.ts';
import { EVENT, POD } from '../kube/kinds.ts';
import { listAt, numberAt, pick, type StoredObject, textAt, timestamp } from '../kube/objects.ts';
import type { Registry } from '../kube/registry.ts';
import type { ResourceType } from '../kube/resources.ts';
import { DEPLOYMENT, STATEFUL_SET } from './kinds.ts';

/** What keeps the pods of a workload from running. */
export type Trouble =
  | { readonly kind: 'image'; readonly message: string }
  | { readonly kind: 'crash'; readonly lines: readonly string[] }
  | { readonly kind: 'unschedulable'; readonly message: string };

export interface RolloutWishes {
  /** By the workload's name, asked at every rollout. */
  trouble(workload: string): Trouble | undefined;
  /** What the pods of a workload write when they start. */
  lines(workload: string): readonly string[];
}

const KINDS: readonly ResourceType[] = [DEPLOYMENT, STATEFUL_SET, JOB];
const CONTROLLER = { manager: 'kube-controller-manager' };

/**
 * Deployments, StatefulSets and Jobs get pods, which run at once or show what keeps them from it. What is returned
 * tries all of them anew, as kubelets and schedulers do all the time.
 */
export function runWorkloads(registry: Registry, logs: PodLogs, wishes: RolloutWishes): () => void {
  const seen = new Map<string, number>();

  function rollOut(type: ResourceType, workload: StoredObject): void {
    const { name, namespace, uid } = workload.metadata;
    for (const pod of podsOf(registry, workload)) registry.delete(POD, namespace, pod.metadata.name);
    const trouble = wishes.trouble(name);
    const count = type === JOB ? 1 : (numberAt(workload, 'spec', 'replicas') ?? 1);
    for (let index = 0; index < count; index += 1) {
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

  registry.store.onChange(({ type: change, resource, object }) => {
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
      labels: pick(workload, 'spec', 'template', 'metadata', 'labels') as Record<string, string>,
      ownerReferences: [{ apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true }],
    },
    spec: pick(workload, 'spec', 'template', 'spec'),
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
      const waiting = { reason: 'ImagePullBackOff', message: trouble.message };
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
  if (type === JOB)
    return trouble ? { active: 1 } : { succeeded: 1, conditions: [{ type: 'Complete', status: 'True' }] };
  const up = trouble ? 0 : count;
  const observedGeneration = workload.metadata.generation;
  const counts = { replicas: count, updatedReplicas: count, readyReplicas: up, availableReplicas: up };
  const revisions = type === STATEFUL_SET ? { currentRevision: 'one', updateRevision: 'one' } : {};
  return { observedGeneration, ...counts, ...revisions };
}

const MESSAGES = { image: 'Failed', crash: 'BackOff', unschedulable: 'FailedScheduling' } as const;

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
