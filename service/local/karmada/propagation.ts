import { randomUUID } from 'node:crypto';
import { NAMESPACE } from '../kube/kinds.ts';
import {
  type DraftObject,
  isFields,
  listAt,
  type OwnerReference,
  pick,
  type StoredObject,
  sameJson,
  textAt,
  timestamp,
} from '../kube/objects.ts';
import type { Registry } from '../kube/registry.ts';
import { type ResourceType, typeOfKind } from '../kube/resources.ts';
import { aggregate, health } from './aggregation.ts';
import { type Dependency, dependenciesOf } from './dependencies.ts';
import { CLUSTER, PROPAGATED_KINDS, PROPAGATION_POLICY, RESOURCE_BINDING } from './kinds.ts';
import type { Member } from './member.ts';
import { schedule, selects } from './placement.ts';
import { createWorkQueue } from './work-queue.ts';

const MANAGER = { manager: 'karmada-controller-manager' };
const FINALIZER = 'karmada.io/binding-controller';
const POLICY_ID = 'propagationpolicy.karmada.io/permanent-id';
const BINDING_ID = 'resourcebinding.karmada.io/permanent-id';
const POLICY_NAME = 'propagationpolicy.karmada.io/name';
const POLICY_NAMESPACE = 'propagationpolicy.karmada.io/namespace';
const DEPENDED_BY = 'resourcebinding.karmada.io/depended-by';

export interface PropagationOptions {
  readonly control: Registry;
  readonly members: ReadonlyMap<string, Member>;
  readonly isReachable: (cluster: string) => boolean;
  readonly delayMs: number;
  /** Karmada puts back what someone deletes in a member. */
  readonly recreate: () => boolean;
}

/**
 * Karmada's controllers in small: policies claim objects, a ResourceBinding is scheduled, the object is written to the
 * chosen members, their status comes back. Each step looks at what is there, never at what happened.
 */
export function createPropagation({ control, members, isReachable, delayMs, recreate }: PropagationOptions): {
  stop(): void;
} {
  const { store } = control;
  const queue = createWorkQueue({ delayMs, retryMs: Math.max(200, delayMs), work: reconcile });
  const stops = [
    store.onChange(({ resource, object, type }) => noticeControlPlane(resource, object, type === 'DELETED')),
  ];
  for (const [cluster, member] of members) {
    stops.push(
      member.server.registry.store.onChange(({ resource, object, type }) => {
        if (!PROPAGATED_KINDS.includes(resource) || !(BINDING_ID in (object.metadata.labels ?? {}))) return;
        if (type === 'DELETED' && !recreate()) vanished.add(`${cluster}/${keyOf(resource, object)}`);
        queue.add(bindingKey(object.metadata.namespace ?? '', bindingNameOf(resource, object.metadata.name)));
      }),
    );
  }
  const vanished = new Set<string>();

  function noticeControlPlane(resource: ResourceType, object: StoredObject, deleted: boolean): void {
    const { namespace = '', name } = object.metadata;
    if (resource === RESOURCE_BINDING) queue.add(bindingKey(namespace, name));
    else if (resource === PROPAGATION_POLICY) noticePolicy(object);
    else if (resource === NAMESPACE) queue.add(`namespace ${name}`);
    else if (resource === CLUSTER) noticeCluster();
    else if (PROPAGATED_KINDS.includes(resource) && !deleted) queue.add(`object ${resource.kind} ${namespace} ${name}`);
  }

  function noticePolicy(policy: StoredObject): void {
    for (const type of PROPAGATED_KINDS) {
      for (const object of store.list(type, policy.metadata.namespace)) {
        const claimed = object.metadata.annotations?.[POLICY_NAME] === policy.metadata.name;
        if (claimed || selects(policy, object) > 0) {
          queue.add(`object ${type.kind} ${object.metadata.namespace} ${object.metadata.name}`);
        }
      }
    }
  }

  /** A cluster that came, went or became ready: what found no place may have one now, and namespaces are due there. */
  function noticeCluster(): void {
    for (const binding of store.list(RESOURCE_BINDING)) {
      if (listAt(binding, 'spec', 'clusters').length === 0) {
        queue.add(bindingKey(binding.metadata.namespace ?? '', binding.metadata.name));
      }
    }
  }

  /** false: something could not be done yet, try again. */
  function reconcile(key: string): boolean {
    const [what, ...parts] = key.split(' ');
    if (what === 'namespace') return propagateNamespace(parts[0] ?? '');
    if (what === 'binding') return reconcileBinding(parts[0] ?? '', parts[1] ?? '');
    return claim(parts[0] ?? '', parts[1] ?? '', parts[2] ?? '');
  }

  function propagateNamespace(name: string): boolean {
    if (/^(kube-|karmada-|default$)/.test(name) || !store.get(NAMESPACE, undefined, name)) return true;
    return [...members].every(([cluster, { server }]) => {
      if (!isReachable(cluster)) return false;
      if (!server.registry.store.get(NAMESPACE, undefined, name)) {
        server.registry.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, MANAGER);
      }
      return true;
    });
  }

  /** Finds the policy for an object and makes or renews its binding. */
  function claim(kind: string, namespace: string, name: string): boolean {
    const type = PROPAGATED_KINDS.find((known) => known.kind === kind);
    const object = type && store.get(type, namespace, name);
    if (!type || !object || object.metadata.deletionTimestamp) return true;
    const policy = policyFor(object);
    if (!policy) return true;
    const permanentId = policy.metadata.labels?.[POLICY_ID] ?? '';
    const claimed = control.update(type, marked(object, policy, permanentId), MANAGER);
    writeBinding(
      type,
      claimed,
      {
        placement: pick(policy, 'spec', 'placement') ?? {},
        conflictResolution: textAt(policy, 'spec', 'conflictResolution') ?? 'Abort',
        ...(pick(policy, 'spec', 'propagateDeps') === true && { propagateDeps: true }),
      },
      { [POLICY_ID]: permanentId },
      { [POLICY_NAME]: policy.metadata.name, [POLICY_NAMESPACE]: namespace },
    );
    return true;
  }

  function policyFor(object: StoredObject): StoredObject | undefined {
    const priority = (policy: StoredObject): number => Number(pick(policy, 'spec', 'priority') ?? 0);
    return store
      .list(PROPAGATION_POLICY, object.metadata.namespace)
      .filter((policy) => selects(policy, object) > 0 && !policy.metadata.deletionTimestamp)
      .sort((a, b) => priority(b) - priority(a) || selects(b, object) - selects(a, object))[0];
  }

  function writeBinding(
    type: ResourceType,
    object: StoredObject,
    spec: object,
    labels: Record<string, string>,
    annotations: Record<string, string>,
  ): void {
    const { namespace = '', name, uid, resourceVersion } = object.metadata;
    const resource = { apiVersion: object.apiVersion, kind: object.kind, name, namespace, resourceVersion, uid };
    const existing = store.get(RESOURCE_BINDING, namespace, bindingNameOf(type, name));
    if (existing?.metadata.deletionTimestamp) return;
    const owner: OwnerReference = {
      apiVersion: object.apiVersion,
      kind: object.kind,
      name,
      uid,
      controller: true,
      blockOwnerDeletion: true,
    };
    const kept = isFields(existing?.spec) ? existing.spec : {};
    const draft: DraftObject = {
      apiVersion: 'work.karmada.io/v1alpha2',
      kind: 'ResourceBinding',
      metadata: {
        ...existing?.metadata,
        name: bindingNameOf(type, name),
        namespace,
        labels: { [BINDING_ID]: randomUUID(), ...existing?.metadata.labels, ...labels },
        annotations: { ...existing?.metadata.annotations, ...annotations },
        finalizers: [FINALIZER],
        ownerReferences: [owner],
      },
      spec: { ...kept, ...spec, resource, schedulerName: 'default-scheduler' },
    };
    if (existing) control.update(RESOURCE_BINDING, draft, MANAGER);
    else control.create(RESOURCE_BINDING, draft, MANAGER);
  }

  function reconcileBinding(namespace: string, name: string): boolean {
    const binding = store.get(RESOURCE_BINDING, namespace, name);
    if (!binding) return true;
    const type = typeOfKind(
      control.table,
      textAt(binding, 'spec', 'resource', 'apiVersion') ?? '',
      textAt(binding, 'spec', 'resource', 'kind') ?? '',
    );
    if (!type) return true;
    const template = store.get(type, namespace, textAt(binding, 'spec', 'resource', 'name') ?? '');
    if (binding.metadata.deletionTimestamp) return finishDeletion(type, binding);
    if (!template || template.metadata.deletionTimestamp) return true;
    const scheduled = scheduleBinding(binding);
    const done = writeToMembers(type, template, scheduled);
    if (pick(scheduled, 'spec', 'propagateDeps') === true) attachDependencies(scheduled, template);
    bringStatusBack(type, template, scheduled);
    return done;
  }

  function scheduleBinding(binding: StoredObject): StoredObject {
    const current = clustersOf(binding);
    const required = listAt(binding, 'spec', 'requiredBy').flatMap((by) => clustersOf({ ...binding, spec: by }));
    const decision = pick(binding, 'spec', 'placement')
      ? schedule(pick(binding, 'spec', 'placement'), candidates(), current)
      : { clusters: [...new Set(required)] };
    const { namespace = '', name } = binding.metadata;
    const condition =
      'clusters' in decision
        ? { status: 'True', reason: 'Success', message: 'Binding has been scheduled successfully.' }
        : { status: 'False', reason: decision.reason, message: decision.message };
    let scheduled = binding;
    if ('clusters' in decision && !sameJson(decision.clusters, current)) {
      const spec = { ...(binding.spec as object), clusters: decision.clusters.map((cluster) => ({ name: cluster })) };
      scheduled = control.update(RESOURCE_BINDING, { ...binding, spec }, { manager: 'karmada-scheduler' });
    }
    writeCondition(scheduled, 'Scheduled', condition, {
      schedulerObservedGeneration: scheduled.metadata.generation,
      lastScheduledTime: timestamp(),
    });
    return store.get(RESOURCE_BINDING, namespace, name) ?? scheduled;
  }

  const candidates = () => {
    const loads = new Map<string, number>();
    for (const binding of store.list(RESOURCE_BINDING)) {
      if (pick(binding, 'spec', 'resource', 'kind') === 'PersistentVolumeClaim') continue;
      for (const cluster of clustersOf(binding)) loads.set(cluster, (loads.get(cluster) ?? 0) + 1);
    }
    return store.list(CLUSTER).map((cluster) => ({
      cluster,
      ready: listAt(cluster, 'status', 'conditions').some(
        (c) => pick(c, 'type') === 'Ready' && pick(c, 'status') === 'True',
      ),
      load: loads.get(cluster.metadata.name) ?? 0,
    }));
  };

  /** Into the clusters that it was given, out of those that it was not. */
  function writeToMembers(type: ResourceType, template: StoredObject, binding: StoredObject): boolean {
    const wanted = new Set(clustersOf(binding));
    let done = true;
    for (const [cluster, member] of members) {
      const { registry } = member.server;
      const { namespace, name } = template.metadata;
      const there = registry.store.get(type, namespace, name);
      if (!wanted.has(cluster) && !there) continue;
      if (!isReachable(cluster)) done = false;
      else if (!wanted.has(cluster)) removeFrom(member, type, there);
      else if (namespace && !registry.store.get(NAMESPACE, undefined, namespace)) done = false;
      else if (there) updateThere(registry, type, there, template, binding);
      else if (!vanished.has(`${cluster}/${keyOf(type, template)}`))
        registry.create(type, forMember(template, binding, cluster), MANAGER);
    }
    const applied = done
      ? { status: 'True', reason: 'FullyAppliedSuccess', message: 'All works have been successfully applied' }
      : {
          status: 'False',
          reason: 'FullyAppliedFailed',
          message: 'Failed to apply all works, see status.aggregatedStatus for details',
        };
    if (wanted.size > 0) writeCondition(binding, 'FullyApplied', applied);
    return done;
  }

  function removeFrom(member: Member, type: ResourceType, object: StoredObject | undefined): void {
    const ours = object && BINDING_ID in (object.metadata.labels ?? {});
    if (!ours || object.metadata.deletionTimestamp) return;
    member.server.registry.delete(type, object.metadata.namespace, object.metadata.name);
  }

  function finishDeletion(type: ResourceType, binding: StoredObject): boolean {
    const { namespace, name } = binding.metadata;
    const objectName = textAt(binding, 'spec', 'resource', 'name') ?? '';
    for (const cluster of clustersOf(binding)) {
      const member = members.get(cluster);
      const there = member?.server.registry.store.get(type, namespace, objectName);
      if (!member || !there) continue;
      if (!isReachable(cluster)) return false;
      removeFrom(member, type, there);
      if (member.server.registry.store.get(type, namespace, objectName)) return false;
    }
    const latest = store.get(RESOURCE_BINDING, namespace, name);
    if (latest)
      control.update(RESOURCE_BINDING, { ...latest, metadata: { ...latest.metadata, finalizers: [] } }, MANAGER);
    return true;
  }

  function attachDependencies(binding: StoredObject, template: StoredObject): void {
    const { namespace = '', name } = binding.metadata;
    for (const dependency of dependenciesOf(template)) {
      const type = PROPAGATED_KINDS.find(({ kind }) => kind === dependency.kind);
      const object = type && store.get(type, namespace, dependency.name);
      if (!type || !object) continue;
      attach(type, object, dependency, { namespace, name, clusters: listAt(binding, 'spec', 'clusters') });
    }
  }

  function attach(
    type: ResourceType,
    object: StoredObject,
    dependency: Dependency,
    by: { name: string; namespace: string; clusters: readonly unknown[] },
  ): void {
    const existing = store.get(RESOURCE_BINDING, by.namespace, bindingNameOf(type, dependency.name));
    const others = listAt(existing, 'spec', 'requiredBy').filter((entry) => textAt(entry, 'name') !== by.name);
    const requiredBy = [...others, by];
    if (existing && sameJson(pick(existing, 'spec', 'requiredBy'), requiredBy)) return;
    writeBinding(type, object, { requiredBy, conflictResolution: 'Abort' }, { [DEPENDED_BY]: by.name }, {});
  }

  function bringStatusBack(type: ResourceType, template: StoredObject, binding: StoredObject): void {
    const { namespace = '', name } = template.metadata;
    const known = listAt(store.get(RESOURCE_BINDING, namespace, binding.metadata.name), 'status', 'aggregatedStatus');
    const items = clustersOf(binding).flatMap((cluster) => {
      // A member that cannot be reached keeps the status it had: that is how Karmada's copy goes stale.
      if (!isReachable(cluster)) return known.filter((item) => textAt(item, 'clusterName') === cluster);
      const there = members.get(cluster)?.server.registry.store.get(type, namespace, name);
      if (!there) return [];
      return [
        {
          applied: true,
          clusterName: cluster,
          health: health(there),
          ...(isFields(there.status) && { status: there.status }),
        },
      ];
    });
    const latest = store.get(RESOURCE_BINDING, namespace, binding.metadata.name);
    if (!latest || sameJson(listAt(latest, 'status', 'aggregatedStatus'), items)) return;
    control.setStatus(RESOURCE_BINDING, namespace, latest.metadata.name, {
      ...(isFields(latest.status) && latest.status),
      aggregatedStatus: items,
    });
    const status = aggregate(type.kind, items.map((item) => pick(item, 'status')).filter(isFields));
    if (status) control.setStatus(type, namespace, name, status);
  }

  function writeCondition(
    binding: StoredObject,
    type: string,
    condition: { status: string; reason: string; message: string },
    more: object = {},
  ): void {
    const latest = store.get(RESOURCE_BINDING, binding.metadata.namespace, binding.metadata.name) ?? binding;
    const conditions = listAt(latest, 'status', 'conditions');
    const before = conditions.find((c) => pick(c, 'type') === type);
    if (before && pick(before, 'status') === condition.status && pick(before, 'message') === condition.message) return;
    const others = conditions.filter((c) => c !== before);
    const entry = { lastTransitionTime: timestamp(), ...condition, type };
    control.setStatus(RESOURCE_BINDING, binding.metadata.namespace, binding.metadata.name, {
      ...(isFields(latest.status) && latest.status),
      ...more,
      conditions: [...others, entry],
    });
  }

  return {
    stop() {
      for (const stop of stops) stop();
      queue.stop();
    },
  };
}

const keyOf = (type: ResourceType, { metadata }: StoredObject): string =>
  `${type.kind}/${metadata.namespace}/${metadata.name}`;
const bindingKey = (namespace: string, name: string): string => `binding ${namespace} ${name}`;
const bindingNameOf = (type: ResourceType, name: string): string => `${name}-${type.kind}`.toLowerCase();

const clustersOf = (binding: { readonly [field: string]: unknown }): string[] =>
  listAt(binding, 'spec', 'clusters').map((cluster) => textAt(cluster, 'name') ?? '');

const marked = (object: StoredObject, policy: StoredObject, permanentId: string): StoredObject => ({
  ...object,
  metadata: {
    ...object.metadata,
    labels: { ...object.metadata.labels, [POLICY_ID]: permanentId },
    annotations: {
      ...object.metadata.annotations,
      [POLICY_NAME]: policy.metadata.name,
      [POLICY_NAMESPACE]: policy.metadata.namespace ?? '',
    },
  },
});

/** The template as Karmada writes it to a member: without status, with the marks by which it knows its own. */
function forMember(template: StoredObject, binding: StoredObject, cluster: string): DraftObject {
  const { status: _, ...rest } = template;
  const { name, namespace, labels, annotations } = template.metadata;
  return {
    ...rest,
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      labels: { ...labels, 'karmada.io/managed': 'true', [BINDING_ID]: binding.metadata.labels?.[BINDING_ID] ?? '' },
      annotations: {
        ...annotations,
        'resourcebinding.karmada.io/name': binding.metadata.name,
        'resourcebinding.karmada.io/namespace': namespace ?? '',
        'resourcetemplate.karmada.io/generation': String(template.metadata.generation),
        'resourcetemplate.karmada.io/uid': template.metadata.uid,
        'work.karmada.io/conflict-resolution': 'abort',
        'work.karmada.io/namespace': `karmada-es-${cluster}`,
      },
    },
  };
}

/** A changed template is written again; what the member's own controllers added (finalizers, bound volumes) stays. */
function updateThere(
  registry: Registry,
  type: ResourceType,
  there: StoredObject,
  template: StoredObject,
  binding: StoredObject,
): void {
  if (there.metadata.deletionTimestamp || !(BINDING_ID in (there.metadata.labels ?? {}))) return;
  const generation = there.metadata.annotations?.['resourcetemplate.karmada.io/generation'];
  if (generation === String(template.metadata.generation)) return;
  const draft = forMember(template, binding, '');
  const spec = { ...(isFields(there.spec) && there.spec), ...(isFields(draft.spec) && draft.spec) };
  const annotations = { ...there.metadata.annotations, ...draft.metadata.annotations };
  annotations['work.karmada.io/namespace'] = there.metadata.annotations?.['work.karmada.io/namespace'] ?? '';
  registry.update(
    type,
    {
      ...there,
      ...draft,
      spec,
      metadata: { ...there.metadata, labels: { ...there.metadata.labels, ...draft.metadata.labels }, annotations },
    },
    MANAGER,
  );
}
