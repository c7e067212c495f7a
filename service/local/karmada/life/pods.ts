import { randomUUID } from 'node:crypto';
import { EVENT, NODE, POD } from '../../kube/kinds.ts';
import {
  type Fields,
  isFields,
  listAt,
  type OwnerReference,
  type StoredObject,
  textAt,
  timestamp,
} from '../../kube/objects.ts';
import type { Registry } from '../../kube/registry.ts';
import type { Member } from '../member.ts';
import { lackOf } from './capacity.ts';

/** The pods of a member as its scheduler and kubelets would handle them. */
export interface Pods {
  /** A new pod, waiting for a node. */
  create(wish: PodWish): StoredObject;
  /** The scheduler has found a node, or says why not. */
  place(name: PodName): void;
  refuse(name: PodName, why: string): void;
  imageMissing(name: PodName): void;
  run(name: PodName): void;
  finish(name: PodName, exitCode: number): void;
  /** The kubelet turns it out. */
  evict(name: PodName, why: string): void;
  get(name: PodName): StoredObject | undefined;
  /** Whether every pod of the job can be put on some node of this size. */
  fits(specs: readonly unknown[]): boolean;
  /** The resource that no node has enough of; undefined: they fit. */
  lacks(specs: readonly unknown[]): string | undefined;
  /** In the scheduler's words: why no node can take a pod. */
  unfit(why: string): string;
  event(object: StoredObject, type: 'Normal' | 'Warning', reason: string, message: string, component: string): void;
}

export interface PodName {
  readonly namespace: string;
  readonly name: string;
}

interface PodWish extends PodName {
  readonly labels: Readonly<Record<string, string>>;
  readonly owner: OwnerReference;
  readonly spec: unknown;
  readonly annotations?: Readonly<Record<string, string>>;
}

export const ownerOf = (object: StoredObject): OwnerReference => ({
  apiVersion: object.apiVersion,
  kind: object.kind,
  name: object.metadata.name,
  uid: object.metadata.uid,
  controller: true,
  blockOwnerDeletion: true,
});

export const randomSuffix = (): string => randomUUID().replaceAll('-', '').slice(0, 5);

export function createPods({ server, logs }: Member): Pods {
  const { registry } = server;
  registry.store.onChange(({ type, resource, object }) => {
    if (type === 'DELETED' && resource === POD) logs.forget(object.metadata.uid);
  });
  let turn = 0;

  const get = ({ namespace, name }: PodName): StoredObject | undefined => registry.store.get(POD, namespace, name);

  function change(name: PodName, status: Fields, spec?: Fields): void {
    const pod = get(name);
    if (!pod) return;
    if (spec) registry.store.put(POD, { ...pod, spec: { ...(isFields(pod.spec) && pod.spec), ...spec } });
    registry.setStatus(POD, name.namespace, name.name, { ...(isFields(pod.status) && pod.status), ...status });
  }

  function event(
    object: StoredObject,
    type: 'Normal' | 'Warning',
    reason: string,
    message: string,
    component: string,
  ): void {
    const { name, namespace = 'default', uid } = object.metadata;
    const at = timestamp();
    registry.create(
      EVENT,
      {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name: `${name}.${randomUUID().slice(0, 13)}`, namespace },
        involvedObject: { apiVersion: object.apiVersion, kind: object.kind, name, namespace, uid },
        reason,
        message,
        type,
        count: 1,
        firstTimestamp: at,
        lastTimestamp: at,
        source: { component },
        reportingComponent: component,
      },
      { manager: component },
    );
    dropOldEvents(registry, namespace);
  }

  const statusesOf = (pod: StoredObject, state: Fields, ready: boolean): Fields[] =>
    listAt(pod, 'spec', 'containers').map((container) => ({
      name: textAt(container, 'name') ?? '',
      image: textAt(container, 'image') ?? '',
      ready,
      started: ready,
      restartCount: 0,
      state,
    }));

  return {
    get,
    event,
    create({ namespace, name, labels, owner, spec, annotations }) {
      const pod = registry.create(
        POD,
        {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name, namespace, labels, ownerReferences: [owner], ...(annotations && { annotations }) },
          spec: isFields(spec) ? spec : {},
        },
        { manager: 'kuberay-operator' },
      );
      registry.setStatus(POD, namespace, name, { phase: 'Pending', qosClass: 'Burstable' });
      return pod;
    },

    place(name) {
      const nodes = registry.store.list(NODE);
      const node = nodes[turn++ % nodes.length]?.metadata.name ?? 'node';
      const pod = get(name);
      if (!pod) return;
      const waiting = statusesOf(pod, { waiting: { reason: 'ContainerCreating' } }, false);
      change(name, { phase: 'Pending', containerStatuses: waiting }, { nodeName: node });
      event(
        pod,
        'Normal',
        'Scheduled',
        `Successfully assigned ${name.namespace}/${name.name} to ${node}`,
        'default-scheduler',
      );
      event(pod, 'Normal', 'Pulling', `Pulling image "${imageOf(pod)}"`, 'kubelet');
    },

    refuse(name, why) {
      const pod = get(name);
      if (!pod) return;
      const condition = {
        type: 'PodScheduled',
        status: 'False',
        reason: 'Unschedulable',
        message: why,
        lastTransitionTime: timestamp(),
      };
      change(name, { phase: 'Pending', conditions: [condition] });
      event(pod, 'Warning', 'FailedScheduling', why, 'default-scheduler');
    },

    imageMissing(name) {
      const pod = get(name);
      if (!pod) return;
      const message = `Back-off pulling image "${imageOf(pod)}"`;
      change(name, { containerStatuses: statusesOf(pod, { waiting: { reason: 'ImagePullBackOff', message } }, false) });
      event(pod, 'Warning', 'Failed', `Failed to pull image "${imageOf(pod)}": not found`, 'kubelet');
      event(pod, 'Warning', 'BackOff', message, 'kubelet');
    },

    run(name) {
      const pod = get(name);
      if (!pod) return;
      const at = timestamp();
      event(pod, 'Normal', 'Pulled', `Successfully pulled image "${imageOf(pod)}" in 1.204s`, 'kubelet');
      event(pod, 'Normal', 'Started', `Started container ${containerOf(pod)}`, 'kubelet');
      change(name, {
        phase: 'Running',
        startTime: at,
        podIP: `10.244.${turn % 250}.${1 + (turn++ % 250)}`,
        conditions: [
          { type: 'PodScheduled', status: 'True', lastTransitionTime: at },
          { type: 'Ready', status: 'True', lastTransitionTime: at },
        ],
        containerStatuses: statusesOf(pod, { running: { startedAt: at } }, true),
      });
    },

    finish(name, exitCode) {
      const pod = get(name);
      if (!pod) return;
      const ended = { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', finishedAt: timestamp() };
      change(name, {
        phase: exitCode === 0 ? 'Succeeded' : 'Failed',
        containerStatuses: statusesOf(pod, { terminated: ended }, false),
      });
      logs.end(pod);
    },

    evict(name, why) {
      const pod = get(name);
      if (!pod) return;
      const at = timestamp();
      const ended = { exitCode: 137, reason: 'Error', finishedAt: at };
      const condition = { type: 'DisruptionTarget', status: 'True', reason: 'TerminationByKubelet', message: why };
      event(pod, 'Warning', 'Evicted', why, 'kubelet');
      change(name, {
        phase: 'Failed',
        reason: 'Evicted',
        message: why,
        conditions: [{ ...condition, lastTransitionTime: at }],
        containerStatuses: statusesOf(pod, { terminated: ended }, false),
      });
      logs.end(pod);
    },

    fits: (specs) => lackOf(registry.store.list(NODE)[0], specs) === undefined,
    lacks: (specs) => lackOf(registry.store.list(NODE)[0], specs),
    unfit(why) {
      const nodes = registry.store.list(NODE).length;
      return `0/${nodes} nodes are available: ${nodes} ${why}.`;
    },
  };
}

const imageOf = (pod: StoredObject): string => textAt(listAt(pod, 'spec', 'containers')[0], 'image') ?? 'unknown';
const containerOf = (pod: StoredObject): string => textAt(listAt(pod, 'spec', 'containers')[0], 'name') ?? '';

/** Kubernetes keeps events for an hour; a member here keeps the newest of each namespace. */
const KEPT_EVENTS = 500;

function dropOldEvents(registry: Registry, namespace: string): void {
  const events = registry.store.list(EVENT, namespace);
  if (events.length < KEPT_EVENTS * 1.2) return;
  const byAge = events.toSorted((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion));
  for (const { metadata } of byAge.slice(0, events.length - KEPT_EVENTS))
    registry.delete(EVENT, namespace, metadata.name);
}
