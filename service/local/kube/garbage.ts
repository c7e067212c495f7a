import type { StoredObject } from './objects.ts';
import type { Registry } from './registry.ts';
import type { ResourceType } from './resources.ts';

interface Dependent {
  readonly type: ResourceType;
  readonly namespace: string | undefined;
  readonly name: string;
}

/** Deletes what a deleted object owned and what a deleted namespace held, and takes off the finalizer of foreground deletion once that is gone. */
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

  function forget({ metadata }: StoredObject): void {
    for (const { uid, kind, apiVersion, name } of metadata.ownerReferences ?? []) {
      const owned = dependents.get(uid);
      owned?.delete(metadata.uid);
      if (owned?.size !== 0) continue;
      dependents.delete(uid);
      const ownerType = [...registry.table.values()].find((t) => t.kind === kind && apiVersion.startsWith(t.group));
      const owner =
        ownerType && registry.store.get(ownerType, ownerType.namespaced ? metadata.namespace : undefined, name);
      if (ownerType && owner?.metadata.uid === uid) finishForeground(ownerType, owner);
    }
    if (dependents.has(metadata.uid)) deleteDependents(metadata.uid);
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
    if (object.metadata.ownerReferences) remember(resource, object);
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
