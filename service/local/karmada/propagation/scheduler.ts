import { listAt, pick, type StoredObject, sameJson, textAt, timestamp } from '../../kube/objects.ts';
import type { Registry } from '../../kube/registry.ts';
import { CLUSTER, RESOURCE_BINDING } from '../kinds.ts';
import { clustersOf, writeCondition } from './bindings.ts';
import { type Candidate, schedule } from './placement.ts';

const SCHEDULER = { manager: 'karmada-scheduler' };

/**
 * karmada-scheduler: writes the clusters into the binding, or into its condition why there are none. What no policy places it leaves
 * alone: such a binding only follows those that require it, whose clusters stand in its `requiredBy`.
 */
export function scheduleBinding(control: Registry, binding: StoredObject): StoredObject {
  const placement = pick(binding, 'spec', 'placement');
  if (placement === undefined) return binding;
  const current = clustersOf(binding);
  const decision = schedule(placement, candidates(control), current);
  let scheduled = binding;
  if ('clusters' in decision && !sameJson(decision.clusters, current)) {
    const spec = { ...(binding.spec as object), clusters: decision.clusters.map((name) => ({ name })) };
    const annotations = {
      ...binding.metadata.annotations,
      'policy.karmada.io/applied-placement': JSON.stringify(placement),
    };
    scheduled = control.update(
      RESOURCE_BINDING,
      { ...binding, metadata: { ...binding.metadata, annotations }, spec },
      SCHEDULER,
    );
  }
  const beside = { schedulerObservedGeneration: scheduled.metadata.generation, lastScheduledTime: timestamp() };
  writeCondition(
    control,
    scheduled,
    'clusters' in decision
      ? { type: 'Scheduled', status: 'True', reason: 'Success', message: 'Binding has been scheduled successfully.' }
      : { type: 'Scheduled', status: 'False', ...decision },
    beside,
  );
  return control.store.get(RESOURCE_BINDING, binding.metadata.namespace, binding.metadata.name) ?? scheduled;
}

function candidates(control: Registry): Candidate[] {
  const loads = new Map<string, number>();
  for (const binding of control.store.list(RESOURCE_BINDING)) {
    if (!['RayJob', 'Job', 'TrainingJob'].includes(textAt(binding, 'spec', 'resource', 'kind') ?? '')) continue;
    for (const cluster of clustersOf(binding)) loads.set(cluster, (loads.get(cluster) ?? 0) + 1);
  }
  return control.store.list(CLUSTER).map((cluster) => ({
    cluster,
    ready: listAt(cluster, 'status', 'conditions').some(
      (condition) => pick(condition, 'type') === 'Ready' && pick(condition, 'status') === 'True',
    ),
    load: loads.get(cluster.metadata.name) ?? 0,
  }));
}
