import { NAMESPACE } from '../../kube/kinds.ts';
import { type DraftObject, isFields, listAt, pick, type StoredObject, sameJson, textAt } from '../../kube/objects.ts';
import type { Registry } from '../../kube/registry.ts';
import type { ResourceType } from '../../kube/resources.ts';
import { RESOURCE_BINDING } from '../kinds.ts';
import type { Member } from '../member.ts';
import { aggregate, health, reflected } from './aggregation.ts';
import { BINDING_ID, CONTROLLER, resourceNameOf, targetsOf, writeCondition } from './bindings.ts';

const GENERATION = 'resourcetemplate.karmada.io/generation';

/** What goes from the control plane to the members and back. */
interface Works {
  propagateNamespace(name: string): boolean;
  removeNamespace(name: string): boolean;
  /** Into the clusters that the binding names, out of the others. false: some could not be reached. */
  write(type: ResourceType, template: StoredObject, binding: StoredObject): boolean;
  /** true when no member has the object any more. */
  remove(type: ResourceType, binding: StoredObject): boolean;
  bringStatusBack(type: ResourceType, template: StoredObject, binding: StoredObject): void;
}

interface WorksOptions {
  readonly control: Registry;
  readonly members: ReadonlyMap<string, Member>;
  readonly isReachable: (cluster: string) => boolean;
  /** Whether an object that has gone from a member is to stay away. */
  readonly staysAway: (cluster: string, type: ResourceType, template: StoredObject) => boolean;
}

export function createWorks({ control, members, isReachable, staysAway }: WorksOptions): Works {
  function writeTo(cluster: string, type: ResourceType, template: StoredObject, binding: StoredObject): boolean {
    const registry = members.get(cluster)?.server.registry;
    const { namespace, name } = template.metadata;
    if (!registry || !isReachable(cluster)) return false;
    if (namespace !== undefined && !registry.store.get(NAMESPACE, undefined, namespace)) return false;
    const there = registry.store.get(type, namespace, name);
    if (there) rewrite(registry, type, there, template, binding);
    else if (!staysAway(cluster, type, template))
      registry.create(type, forMember(template, binding, cluster), CONTROLLER);
    return true;
  }

  /** true when it is not there (any more). */
  function removeFrom(cluster: string, type: ResourceType, namespace: string | undefined, name: string): boolean {
    const registry = members.get(cluster)?.server.registry;
    const there = registry?.store.get(type, namespace, name);
    if (!registry || !there || !isOurs(there)) return true;
    if (!isReachable(cluster)) return false;
    if (!there.metadata.deletionTimestamp) registry.delete(type, namespace, name);
    return registry.store.get(type, namespace, name) === undefined;
  }

  return {
    propagateNamespace(name) {
      let done = true;
      for (const [cluster, { server }] of members) {
        if (!isReachable(cluster)) done = false;
        else if (!server.registry.store.get(NAMESPACE, undefined, name)) {
          const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
          server.registry.create(NAMESPACE, namespace, CONTROLLER);
        }
      }
      return done;
    },

    removeNamespace(name) {
      let done = true;
      for (const [cluster, { server }] of members) {
        if (!isReachable(cluster)) done = false;
        else if (server.registry.store.get(NAMESPACE, undefined, name))
          server.registry.delete(NAMESPACE, undefined, name);
      }
      return done;
    },

    write(type, template, binding) {
      const wanted = targetsOf(binding);
      const { namespace, name } = template.metadata;
      const written = wanted.map((cluster) => writeTo(cluster, type, template, binding));
      const removed = [...members.keys()]
        .filter((cluster) => !wanted.includes(cluster))
        .map((cluster) => removeFrom(cluster, type, namespace, name));
      if (wanted.length > 0) writeCondition(control, binding, written.every(Boolean) ? APPLIED : NOT_APPLIED);
      return [...written, ...removed].every(Boolean);
    },

    // Wherever it was written: the binding of what only followed another may name no cluster any more.
    remove: (type, binding) =>
      [...members.keys()]
        .map((cluster) => removeFrom(cluster, type, binding.metadata.namespace, resourceNameOf(binding)))
        .every(Boolean),

    bringStatusBack(type, template, binding) {
      const { namespace = '', name } = template.metadata;
      const latest = control.store.get(RESOURCE_BINDING, namespace, binding.metadata.name);
      if (!latest) return;
      const known = listAt(latest, 'status', 'aggregatedStatus');
      const items = targetsOf(binding).flatMap((cluster) => {
        // A member that cannot be reached keeps the status it had: that is how Karmada's copy goes stale.
        if (!isReachable(cluster)) return known.filter((item) => textAt(item, 'clusterName') === cluster);
        const there = members.get(cluster)?.server.registry.store.get(type, namespace, name);
        return there ? [statusItem(cluster, there)] : [];
      });
      if (sameJson(known, items)) return;
      const status = { ...(isFields(latest.status) && latest.status), aggregatedStatus: items };
      control.setStatus(RESOURCE_BINDING, namespace, latest.metadata.name, status);
      const sum = aggregate(type.kind, items.map((item) => pick(item, 'status')).filter(isFields));
      if (sum) control.setStatus(type, namespace, name, sum);
    },
  };
}

const APPLIED = {
  type: 'FullyApplied',
  status: 'True',
  reason: 'FullyAppliedSuccess',
  message: 'All works have been successfully applied',
} as const;

const NOT_APPLIED = {
  type: 'FullyApplied',
  status: 'False',
  reason: 'FullyAppliedFailed',
  message: 'Failed to apply all works, see status.aggregatedStatus for details',
} as const;

const isOurs = ({ metadata }: StoredObject): boolean => BINDING_ID in (metadata.labels ?? {});

function statusItem(clusterName: string, there: StoredObject): object {
  const status = reflected(there);
  return { applied: true, clusterName, health: health(there), ...(status && { status }) };
}

/** What a member's own controllers wrote into the spec, and Karmada leaves there when it writes the template again. */
const KEPT_IN_MEMBER: Readonly<Record<string, readonly string[]>> = {
  PersistentVolumeClaim: ['volumeName'],
  Job: ['selector', 'template'],
};

/** A Job's selector and pod labels hold the uid that it has on the control plane; in the member it gets its own. */
function withoutTemplateUid({ kind, spec, metadata }: StoredObject): unknown {
  if (kind !== 'Job' || !isFields(spec) || !isFields(spec.template)) return spec;
  const { selector: _, manualSelector: __, ...rest } = spec;
  const podLabels = pick(spec.template, 'metadata', 'labels');
  const labels = Object.entries(isFields(podLabels) ? podLabels : {}).filter(
    ([name, value]) => value !== metadata.uid && !/(^|\/)job-name$/.test(name),
  );
  const podMetadata = {
    ...(isFields(spec.template.metadata) && spec.template.metadata),
    labels: Object.fromEntries(labels),
  };
  return { ...rest, template: { ...spec.template, metadata: podMetadata } };
}

/** The template as Karmada writes it to a member: without status, with the marks by which it knows its own. */
function forMember(template: StoredObject, binding: StoredObject, cluster: string): DraftObject {
  const { status: _, ...rest } = template;
  const { name, namespace, labels, annotations, generation, uid } = template.metadata;
  return {
    ...rest,
    spec: withoutTemplateUid(template),
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      labels: { ...labels, 'karmada.io/managed': 'true', [BINDING_ID]: binding.metadata.labels?.[BINDING_ID] ?? '' },
      annotations: {
        ...annotations,
        'resourcebinding.karmada.io/name': binding.metadata.name,
        'resourcebinding.karmada.io/namespace': namespace ?? '',
        [GENERATION]: String(generation),
        'resourcetemplate.karmada.io/uid': uid,
        'work.karmada.io/conflict-resolution': 'abort',
        'work.karmada.io/namespace': `karmada-es-${cluster}`,
      },
    },
  };
}

/** A changed template is written again; what the member's own controllers added (finalizers, bound volumes) stays. */
function rewrite(
  registry: Registry,
  type: ResourceType,
  there: StoredObject,
  template: StoredObject,
  binding: StoredObject,
): void {
  if (there.metadata.deletionTimestamp || !isOurs(there)) return;
  if (there.metadata.annotations?.[GENERATION] === String(template.metadata.generation)) return;
  const draft = forMember(template, binding, '');
  const annotations = { ...draft.metadata.annotations, ...there.metadata.annotations };
  annotations[GENERATION] = String(template.metadata.generation);
  const metadata = { ...there.metadata, labels: { ...there.metadata.labels, ...draft.metadata.labels }, annotations };
  const kept = Object.entries(isFields(there.spec) ? there.spec : {}).filter(([field]) =>
    KEPT_IN_MEMBER[type.kind]?.includes(field),
  );
  const spec = { ...(isFields(draft.spec) && draft.spec), ...Object.fromEntries(kept) };
  registry.update(type, { ...there, spec, metadata }, CONTROLLER);
}
