import { listAt, type StoredObject, sameJson, textAt } from '../../kube/objects.ts';
import type { Registry } from '../../kube/registry.ts';
import { PROPAGATED_KINDS, RESOURCE_BINDING } from '../kinds.ts';
import { bindingNameOf, CONTROLLER, requirers, writeBinding } from './bindings.ts';
import { dependenciesOf } from './dependencies.ts';

const DEPENDED_BY = 'resourcebinding.karmada.io/depended-by';

/** `propagateDeps`: what the object refers to gets a binding that follows the object's own wherever it goes. */
export function attachDependencies(control: Registry, binding: StoredObject, template: StoredObject): void {
  const { namespace = '', name } = binding.metadata;
  const by = { namespace, name, clusters: listAt(binding, 'spec', 'clusters') };
  for (const dependency of dependenciesOf(template)) {
    const type = PROPAGATED_KINDS.find(({ kind }) => kind === dependency.kind);
    const object = type && control.store.get(type, namespace, dependency.name);
    if (!type || !object) continue;
    const existing = control.store.get(RESOURCE_BINDING, namespace, bindingNameOf(type, dependency.name));
    const requiredBy = [...requirers(existing).filter((entry) => textAt(entry, 'name') !== name), by];
    if (existing && sameJson(requirers(existing), requiredBy)) continue;
    const spec = { requiredBy, conflictResolution: 'Abort' };
    writeBinding(control, type, object, { spec, labels: { [DEPENDED_BY]: name } });
  }
}

/**
 * When a binding goes, what followed it is scheduled without it: nowhere, when nobody else needs it and no policy of its
 * own claims it. A volume claim that was only attached does not outlive its job in the members.
 */
export function detachDependencies(control: Registry, binding: StoredObject): void {
  const { namespace, name } = binding.metadata;
  for (const attached of control.store.list(RESOURCE_BINDING, namespace)) {
    const rest = requirers(attached).filter((entry) => textAt(entry, 'name') !== name);
    if (rest.length === requirers(attached).length) continue;
    const spec = { ...(attached.spec as object), requiredBy: rest };
    control.update(RESOURCE_BINDING, { ...attached, spec }, CONTROLLER);
  }
}
