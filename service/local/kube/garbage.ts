import type { OwnerReference, StoredObject } from './objects.ts';
import type { Registry } from './registry.ts';
import { type ResourceType, typeOfKind } from './resources.ts';

interface Dependent {
  readonly type: ResourceType;
  readonly namespace: string | undefined;
  readonly name: string;
}

/**
 * Deletes what a deleted object owned, or what came when its owner had gone already, and what a deleted namespace held; takes off the
 * finalizer of foreground deletion once all that is gone.
 */
export function collectGarbage(registry: Registry): () => void {
  const dependents = new Map<string, Map<string, Dependent>>();

  function remember(type: ResourceType, { metadata }: StoredObject): void {
    for (const { uid } of metadata.ownerReferences ?? []) {
      const owned = dependents.get(uid) ?? new Map<string, Dependent>();
      owned.set(metadata.uid, { type, namespace: metadata.namespace, name: metadata.name });
      dependents.set(uid, owned);
    }
  }

  function deleteDependents(uid: string): void {
    for (const { type, namespace, name } of dependents.get(uid)?.values() ?? []) {
      const object = registry.store.get(type, namespace, name);
      if (object && !object.metadata.deletionTimestamp) registry.delete(type, namespace, name);
    }
  }

  function finishForeground(type: ResourceType, object: StoredObject): void {
    const { finalizers = [], uid } = object.metadata;
    if (!finalizers.includes('foregroundDeletion') || dependents.has(uid)) return;
    const rest = finalizers.filter((finalizer) => finalizer !== 'foregroundDeletion');
    registry.update(
      type,
      { ...object, metadata: { ...object.metadata, finalizers: rest } },
      { manager: 'kube-controller-manager' },
    );
  }

  const typeOf = (owner: Pick<OwnerReference, 'apiVersion' | 'kind'>): ResourceType | undefined =>
    typeOfKind(registry.table, owner.apiVersion, owner.kind);

  /** All of its owners have gone, or are others by their names. Of kinds that are not served here nothing is known. */
  function isOrphan({ metadata }: StoredObject): boolean {
    const { ownerReferences: owners = [] } = metadata;
    return (
      owners.length > 0 &&
      owners.every((owner) => {
        const type = typeOf(owner);
        const found = type && registry.store.get(type, type.namespaced ? metadata.namespace : undefined, owner.name);
        return type !== undefined && found?.metadata.uid !== owner.uid;
      })
    );
  }

  function forget({ metadata }: StoredObject): void {
    for (const reference of metadata.ownerReferences ?? []) {
      const { uid, name } = reference;
      const owned = dependents.get(uid);
      owned?.delete(metadata.uid);
      if (owned?.size !== 0) continue;
      dependents.delete(uid);
      const ownerType = typeOf(reference);
      const owner =
        ownerType && registry.store.get(ownerType, ownerType.namespaced ? metadata.namespace : undefined, name);
      if (ownerType && owner?.metadata.uid === uid) finishForeground(ownerType, owner);
    }
    if (dependents.has(metadata.uid)) deleteDependents(metadata.uid);
  }

  function removeOrphan(type: ResourceType, { metadata: { namespace, name, uid } }: StoredObject): void {
    const now = registry.store.get(type, namespace, name);
    if (now?.metadata.uid === uid && !now.metadata.deletionTimestamp) registry.delete(type, namespace, name);
  }

  function deleteContents(namespace: string): void {
    for (const type of registry.table.values()) {
      if (!type.namespaced) continue;
      for (const { metadata } of registry.store.list(type, namespace)) registry.delete(type, namespace, metadata.name);
    }
  }

  return registry.store.onChange(({ type, resource, object }) => {
    if (type === 'DELETED') {
      forget(object);
      if (resource.kind === 'Namespace') deleteContents(object.metadata.name);
      return;
    }
    if (object.metadata.ownerReferences) {
      remember(resource, object);
      if (type === 'ADDED' && isOrphan(object)) removeOrphan(resource, object);
    }
    if (
      type === 'MODIFIED' &&
      object.metadata.deletionTimestamp &&
      object.metadata.finalizers?.includes('foregroundDeletion')
    ) {
      deleteDependents(object.metadata.uid);
      finishForeground(resource, object);
    }
  });
}
