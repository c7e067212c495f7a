import { NAMESPACE } from '../../kube/kinds.ts';
import { listAt, pick, type StoredObject, textAt } from '../../kube/objects.ts';
import type { Registry } from '../../kube/registry.ts';
import { type ResourceType, typeOfKind } from '../../kube/resources.ts';
import type { StoreEvent } from '../../kube/store.ts';
import { CLUSTER, PROPAGATED_KINDS, PROPAGATION_POLICY, RESOURCE_BINDING } from '../kinds.ts';
import type { Member } from '../member.ts';
import { BINDING_ID, bindingNameOf, releaseBinding, resourceNameOf } from './bindings.ts';
import { claim, POLICY_NAME } from './claims.ts';
import { attachDependencies, detachDependencies } from './dependents.ts';
import { selects } from './placement.ts';
import { scheduleBinding } from './scheduler.ts';
import { createWorkQueue } from './work-queue.ts';
import { createWorks } from './works.ts';

interface PropagationOptions {
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
export function createPropagation(options: PropagationOptions): { stop(): void } {
  const { control, members, isReachable, delayMs, recreate } = options;
  const { store } = control;
  /** Deleted in a member while that was to be left so; keyed by the template's uid, as a new object is another matter. */
  const vanished = new Set<string>();
  const works = createWorks({
    control,
    members,
    isReachable,
    staysAway: (cluster, _type, template) => vanished.has(`${cluster} ${template.metadata.uid}`),
  });
  const queue = createWorkQueue({ delayMs, retryMs: Math.max(200, delayMs), work: reconcile });

  function noticeControlPlane({ type, resource, object }: StoreEvent): void {
    const { namespace = '', name } = object.metadata;
    if (resource === RESOURCE_BINDING) queue.add(`binding ${namespace} ${name}`);
    else if (resource === PROPAGATION_POLICY) noticePolicy(object);
    else if (resource === NAMESPACE && type !== 'MODIFIED') queue.add(`namespace ${name}`);
    else if (resource === CLUSTER) noticeCluster();
    else if (PROPAGATED_KINDS.includes(resource) && type !== 'DELETED') noticeObject(resource, object);
  }

  function noticeObject(type: ResourceType, { metadata }: StoredObject): void {
    queue.add(`object ${type.kind} ${metadata.namespace} ${metadata.name}`);
    queue.add(`binding ${metadata.namespace} ${bindingNameOf(type, metadata.name)}`);
    // What an object needs may come after it, such as a Secret that it owns. Karmada looks through all that need something of that name.
    for (const owner of metadata.ownerReferences ?? []) {
      const ownerType = PROPAGATED_KINDS.find(({ kind }) => kind === owner.kind);
      if (ownerType) queue.add(`binding ${metadata.namespace} ${bindingNameOf(ownerType, owner.name)}`);
    }
  }

  function noticePolicy(policy: StoredObject): void {
    for (const type of PROPAGATED_KINDS) {
      for (const object of store.list(type, policy.metadata.namespace)) {
        const claimed = object.metadata.annotations?.[POLICY_NAME] === policy.metadata.name;
        if (claimed || selects(policy, object) > 0) noticeObject(type, object);
      }
    }
  }

  /** A cluster that came, went or became ready: what found no place may have one now. */
  function noticeCluster(): void {
    for (const binding of store.list(RESOURCE_BINDING)) {
      if (listAt(binding, 'spec', 'clusters').length === 0) {
        queue.add(`binding ${binding.metadata.namespace} ${binding.metadata.name}`);
      }
    }
  }

  function noticeMember(cluster: string, { type, resource, object }: StoreEvent): void {
    if (!PROPAGATED_KINDS.includes(resource) || !(BINDING_ID in (object.metadata.labels ?? {}))) return;
    if (type === 'DELETED' && !recreate()) {
      vanished.add(`${cluster} ${object.metadata.annotations?.['resourcetemplate.karmada.io/uid']}`);
    }
    queue.add(`binding ${object.metadata.namespace} ${bindingNameOf(resource, object.metadata.name)}`);
  }

  /** false: something could not be done yet, try again. */
  function reconcile(key: string): boolean {
    const [what, first = '', second = '', third = ''] = key.split(' ');
    if (what === 'namespace') return reconcileNamespace(first);
    if (what === 'binding') return reconcileBinding(first, second);
    const type = PROPAGATED_KINDS.find(({ kind }) => kind === first);
    if (type) claim(control, type, second, third);
    return true;
  }

  const reconcileNamespace = (name: string): boolean =>
    /^(kube-|karmada-|default$)/.test(name) ||
    (store.get(NAMESPACE, undefined, name) ? works.propagateNamespace(name) : works.removeNamespace(name));

  function reconcileBinding(namespace: string, name: string): boolean {
    const binding = store.get(RESOURCE_BINDING, namespace, name);
    const type = binding && typeOfBinding(control, binding);
    if (!binding || !type) return true;
    if (binding.metadata.deletionTimestamp) return endBinding(type, binding);
    const template = store.get(type, namespace, resourceNameOf(binding));
    if (!template || template.metadata.deletionTimestamp) return true;
    const scheduled = scheduleBinding(control, binding);
    const written = works.write(type, template, scheduled);
    if (pick(scheduled, 'spec', 'propagateDeps') === true) attachDependencies(control, scheduled, template);
    works.bringStatusBack(type, template, scheduled);
    return written;
  }

  function endBinding(type: ResourceType, binding: StoredObject): boolean {
    if (!works.remove(type, binding)) return false;
    detachDependencies(control, binding);
    releaseBinding(control, binding);
    return true;
  }

  const stops = [store.onChange(noticeControlPlane)];
  for (const [cluster, { server }] of members) {
    stops.push(server.registry.store.onChange((event) => noticeMember(cluster, event)));
  }
  return {
    stop() {
      for (const stop of stops) stop();
      queue.stop();
    },
  };
}

function typeOfBinding(control: Registry, binding: StoredObject): ResourceType | undefined {
  const apiVersion = textAt(binding, 'spec', 'resource', 'apiVersion') ?? '';
  return typeOfKind(control.table, apiVersion, textAt(binding, 'spec', 'resource', 'kind') ?? '');
}
