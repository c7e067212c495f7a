import { pick, type StoredObject, textAt } from '../../kube/objects.ts';
import type { Registry } from '../../kube/registry.ts';
import type { ResourceType } from '../../kube/resources.ts';
import { PROPAGATION_POLICY } from '../kinds.ts';
import { CONTROLLER, writeBinding } from './bindings.ts';
import { selects } from './placement.ts';

const POLICY_ID = 'propagationpolicy.karmada.io/permanent-id';
export const POLICY_NAME = 'propagationpolicy.karmada.io/name';
const POLICY_NAMESPACE = 'propagationpolicy.karmada.io/namespace';

/** Karmada's detector: finds the policy for an object, marks the object as claimed, makes or renews its binding. */
export function claim(control: Registry, type: ResourceType, namespace: string, name: string): void {
  const object = control.store.get(type, namespace, name);
  if (!object || object.metadata.deletionTimestamp) return;
  const policy = policyFor(control, object);
  if (!policy) return;
  const labels = { [POLICY_ID]: policy.metadata.labels?.[POLICY_ID] ?? '' };
  const annotations = { [POLICY_NAME]: policy.metadata.name, [POLICY_NAMESPACE]: namespace };
  const marked = {
    ...object,
    metadata: {
      ...object.metadata,
      labels: { ...object.metadata.labels, ...labels },
      annotations: { ...object.metadata.annotations, ...annotations },
    },
  };
  const spec = {
    placement: pick(policy, 'spec', 'placement') ?? {},
    conflictResolution: textAt(policy, 'spec', 'conflictResolution') ?? 'Abort',
    ...(pick(policy, 'spec', 'propagateDeps') === true && { propagateDeps: true }),
  };
  writeBinding(control, type, control.update(type, marked, CONTROLLER), { spec, labels, annotations });
}

/** The highest priority; among equals the policy that names the object most closely. */
function policyFor(control: Registry, object: StoredObject): StoredObject | undefined {
  const priority = (policy: StoredObject): number => Number(pick(policy, 'spec', 'priority') ?? 0);
  return control.store
    .list(PROPAGATION_POLICY, object.metadata.namespace)
    .filter((policy) => selects(policy, object) > 0 && !policy.metadata.deletionTimestamp)
    .sort((a, b) => priority(b) - priority(a) || selects(b, object) - selects(a, object))[0];
}
