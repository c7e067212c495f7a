import { KINDS, LABELS } from '../contract.ts';
import { WORKLOADS } from '../jobs/job.ts';
import { isNotServed } from '../kube/errors.ts';
import { CLAIM, type Kind } from '../kube/kinds.ts';
import type { Kube, KubeObject, ObjectName } from '../kube/kube.ts';
import { createReflector, type Reflector } from '../kube/reflector/reflector.ts';
import type { Change } from '../kube/reflector/store.ts';
import { putNewest } from '../newest.ts';
import type { Binding, Overview, OverviewOptions, SeenObject } from './karmada.ts';
import { placementOf } from './placement.ts';

const OURS = `${LABELS.managedBy}=${LABELS.managedByValue}`;
const BOUND: readonly Kind[] = [...Object.values(WORKLOADS), CLAIM];
const OBJECTS: readonly Kind[] = [...BOUND, KINDS.propagationPolicy];
const BOUND_KINDS: ReadonlySet<string> = new Set(BOUND.map(({ kind }) => kind));
/** Of objects that have gone: as many as are removed in a few minutes. */
const MAX_REMEMBERED = 20_000;

/** By one watch for each kind, however many jobs there are. Bindings carry none of our labels, so all of them are heard of. */
export function createOverview(kube: Kube, { onChange, onTrouble }: OverviewOptions): Overview {
  const gone = new Map<string, string>();
  /** Kinds that Karmada does not have, such as TrainingJobs where no operator was brought: it has none of them. */
  const absent = new Set<string>();

  function remember(reference: string, jobId: string): void {
    putNewest(gone, reference, jobId, MAX_REMEMBERED);
  }

  const objects = new Map<string, Reflector<SeenObject>>(
    OBJECTS.map((kind) => {
      const reflector: Reflector<SeenObject> = createReflector<SeenObject>(kube, kind, {
        labelSelector: OURS,
        metadataOnly: true,
        keep: seen,
        indexes: { namespace: ({ namespace }) => [namespace] },
        onTrouble(error, retryInMs) {
          const isAbsent = isNotServed(error);
          if (isAbsent) absent.add(kind.kind);
          else absent.delete(kind.kind);
          if (!isAbsent) onTrouble(error, retryInMs);
        },
        onChange(change) {
          if (change.type !== 'deleted') return void gone.delete(`${kind.kind} ${change.key}`);
          remember(`${kind.kind} ${change.key}`, change.before.jobId);
          onChange(nameOf(change.key));
        },
      });
      return [kind.kind, reflector];
    }),
  );

  const bindings: Reflector<Binding> = createReflector<Binding>(kube, KINDS.resourceBinding, {
    keep: bindingOf,
    indexes: { object: (binding) => [binding.object] },
    onTrouble,
    onChange(change) {
      // What was there before we looked is news to nobody.
      const isNews = bindings.hasSynced && saysMore(change);
      const { object } = change.type === 'deleted' ? change.before : change.after;
      if (isNews) onChange(nameOf(object.slice(object.indexOf(' ') + 1)));
    },
  });

  const everything = [...objects.values(), bindings];
  return {
    get isComplete() {
      return bindings.hasSynced && [...objects].every(([kind, { hasSynced }]) => hasSynced || absent.has(kind));
    },
    object: (reference) => objects.get(reference.kind)?.store.get(keyOf(reference)),
    hasGone: (reference, jobId) => gone.get(`${reference.kind} ${keyOf(reference)}`) === jobId,
    binding: (reference) => bindings.store.byIndex('object', `${reference.kind} ${keyOf(reference)}`)[0],
    get sizes() {
      const sum = [...objects.values()].reduce((count, { store }) => count + store.size, 0);
      return { objects: sum, bindings: bindings.store.size, gone: gone.size };
    },
    unusedPolicies() {
      const placed = new Set<string>();
      for (const { store } of objects.values())
        for (const { namespace, placement } of store.list()) placed.add(`${namespace}/${placement}`);
      const policies = objects.get(KINDS.propagationPolicy.kind)?.store.list() ?? [];
      const isShared = ({ jobId, isLeaving }: SeenObject) => jobId === '' && !isLeaving;
      return policies.filter((each) => isShared(each) && !placed.has(`${each.namespace}/${each.name}`));
    },
    isEmpty: (namespace) =>
      [...objects.values()].every(({ store }) => store.byIndex('namespace', namespace).length === 0),
    async stop() {
      await Promise.all(everything.map((reflector) => reflector.stop()));
    },
  };
}

function seen({ metadata }: KubeObject): SeenObject {
  const { name, namespace = '', uid = '', labels = {}, deletionTimestamp } = metadata;
  return {
    name,
    namespace,
    uid,
    jobId: labels[LABELS.jobId] ?? '',
    placement: labels[LABELS.placement] ?? '',
    isLeaving: deletionTimestamp !== undefined,
  };
}

function bindingOf(binding: KubeObject): Binding | undefined {
  const { kind, name, namespace, placement, hasPlacement } = placementOf(binding);
  if (!BOUND_KINDS.has(kind)) return undefined;
  return {
    name: binding.metadata.name,
    uid: binding.metadata.uid ?? '',
    isLeaving: binding.metadata.deletionTimestamp !== undefined,
    object: `${kind} ${namespace}/${name}`,
    placement,
    hasPlacement,
  };
}

/** The state of the objects in their clusters comes with a binding as well, and changes far more often. */
function saysMore(change: Change<Binding>): boolean {
  if (change.type !== 'changed') return true;
  const { before, after } = change;
  return (
    before.placement.clusters.join() !== after.placement.clusters.join() ||
    before.placement.scheduled !== after.placement.scheduled ||
    before.placement.message !== after.placement.message ||
    before.hasPlacement !== after.hasPlacement
  );
}

const keyOf = ({ namespace, name }: ObjectName): string => (namespace === null ? name : `${namespace}/${name}`);

function nameOf(key: string): string {
  return key.slice(key.indexOf('/') + 1);
}
