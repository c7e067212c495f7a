import { isFields, listAt, type StoredObject, textAt } from '../../kube/objects.ts';
import type { Registry } from '../../kube/registry.ts';
import type { ResourceType } from '../../kube/resources.ts';

/** The object as it is now; undefined when it has gone, or another of its name has taken its place. */
export function latestOf(registry: Registry, type: ResourceType, object: StoredObject): StoredObject | undefined {
  const found = registry.store.get(type, object.metadata.namespace, object.metadata.name);
  return found?.metadata.uid === object.metadata.uid ? found : undefined;
}

/** Lays the change over the status as it is now; undefined takes a field away. */
export function changeStatus(registry: Registry, type: ResourceType, object: StoredObject, change: object): void {
  const now = latestOf(registry, type, object);
  if (!now) return;
  const merged = Object.entries({ ...(isFields(now.status) && now.status), ...change });
  const status = Object.fromEntries(merged.filter(([, value]) => value !== undefined));
  registry.setStatus(type, now.metadata.namespace, now.metadata.name, status);
}

export const firstContainer = (pod: StoredObject): string => textAt(listAt(pod, 'spec', 'containers')[0], 'name') ?? '';
