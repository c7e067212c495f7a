import { randomUUID } from 'node:crypto';
import {
  type DraftObject,
  isFields,
  listAt,
  type OwnerReference,
  pick,
  type StoredObject,
  textAt,
  timestamp,
} from '../../kube/objects.ts';
import type { Registry } from '../../kube/registry.ts';
import type { ResourceType } from '../../kube/resources.ts';
import { RESOURCE_BINDING } from '../kinds.ts';

export const CONTROLLER = { manager: 'karmada-controller-manager' };
export const BINDING_ID = 'resourcebinding.karmada.io/permanent-id';
const FINALIZER = 'karmada.io/binding-controller';

export const bindingNameOf = (type: ResourceType, name: string): string => `${name}-${type.kind}`.toLowerCase();

export const clustersOf = (binding: unknown): string[] =>
  listAt(binding, 'spec', 'clusters').map((cluster) => textAt(cluster, 'name') ?? '');

export const requirers = (binding: StoredObject | undefined): readonly unknown[] =>
  listAt(binding, 'spec', 'requiredBy');

/** Where its object is to be: where a policy has it scheduled, and wherever it is required. */
export const targetsOf = (binding: StoredObject): string[] => [
  ...new Set([...clustersOf(binding), ...requirers(binding).flatMap((by) => clustersOf({ spec: by }))]),
];

export const resourceNameOf = (binding: StoredObject): string => textAt(binding, 'spec', 'resource', 'name') ?? '';

interface BindingWish {
  readonly spec: object;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Makes the ResourceBinding of an object, or brings it up to date; what the wish leaves out stays. */
export function writeBinding(control: Registry, type: ResourceType, object: StoredObject, wish: BindingWish): void {
  const { namespace = '', name, uid, resourceVersion } = object.metadata;
  const existing = control.store.get(RESOURCE_BINDING, namespace, bindingNameOf(type, name));
  if (existing?.metadata.deletionTimestamp) return;
  const { apiVersion, kind } = object;
  const owner: OwnerReference = { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
  const draft: DraftObject = {
    apiVersion: 'work.karmada.io/v1alpha2',
    kind: 'ResourceBinding',
    metadata: {
      ...existing?.metadata,
      name: bindingNameOf(type, name),
      namespace,
      labels: { [BINDING_ID]: randomUUID(), ...existing?.metadata.labels, ...wish.labels },
      annotations: { ...existing?.metadata.annotations, ...wish.annotations },
      finalizers: [FINALIZER],
      ownerReferences: [owner],
    },
    spec: {
      ...(isFields(existing?.spec) && existing.spec),
      ...wish.spec,
      resource: { apiVersion, kind, name, namespace, resourceVersion, uid },
      schedulerName: 'default-scheduler',
    },
  };
  if (existing) control.update(RESOURCE_BINDING, draft, CONTROLLER);
  else control.create(RESOURCE_BINDING, draft, CONTROLLER);
}

export function releaseBinding(control: Registry, binding: StoredObject): void {
  const { namespace, name } = binding.metadata;
  const latest = control.store.get(RESOURCE_BINDING, namespace, name);
  if (!latest) return;
  control.update(RESOURCE_BINDING, { ...latest, metadata: { ...latest.metadata, finalizers: [] } }, CONTROLLER);
}

interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

/** Writes a condition, and other fields of the status beside it, when it says something new. */
export function writeCondition(
  control: Registry,
  binding: StoredObject,
  condition: Condition,
  beside: object = {},
): void {
  const { namespace, name } = binding.metadata;
  const latest = control.store.get(RESOURCE_BINDING, namespace, name) ?? binding;
  const conditions = listAt(latest, 'status', 'conditions');
  const before = conditions.find((known) => pick(known, 'type') === condition.type);
  if (before && pick(before, 'status') === condition.status && pick(before, 'message') === condition.message) return;
  const others = conditions.filter((known) => known !== before);
  control.setStatus(RESOURCE_BINDING, namespace, name, {
    ...(isFields(latest.status) && latest.status),
    ...beside,
    conditions: [...others, { lastTransitionTime: timestamp(), ...condition }],
  });
}
