import {
  type Fields,
  isFields,
  listAt,
  numberAt,
  pick,
  type StoredObject,
  sameJson,
  textAt,
} from '../../kube/objects.ts';
import { labelMatcher } from '../../kube/selectors.ts';

/** A cluster as the scheduler sees it. */
export interface Candidate {
  readonly cluster: StoredObject;
  readonly ready: boolean;
  /** How many objects it carries: the scheduler prefers the emptiest. */
  readonly load: number;
}

export type Decision =
  | { readonly clusters: readonly string[] }
  | { readonly reason: 'NoClusterFit'; readonly message: string };

/** Groups of clusters are tried in their order; where none has room, the words of the last are told. */
export function schedule(placement: unknown, candidates: readonly Candidate[], current: readonly string[]): Decision {
  const groups = listAt(placement, 'clusterAffinities');
  if (groups.length === 0) return scheduleOnce(placement, candidates, current);
  // A job stays where it is.
  const tries = groups.map((clusterAffinity) =>
    scheduleOnce({ ...(placement as Fields), clusterAffinity }, candidates, current),
  );
  const isCurrent = (decision: Decision) => 'clusters' in decision && sameJson(decision.clusters, current);
  const found = tries.find(isCurrent) ?? tries.find((decision) => 'clusters' in decision);
  return found ?? (tries.at(-1) as Decision);
}

/** What karmada-scheduler does with a placement: filter, prefer where it is already, then the least loaded. */
function scheduleOnce(placement: unknown, candidates: readonly Candidate[], current: readonly string[]): Decision {
  const reasons = new Map<string, number>();
  const fitting = candidates.filter((candidate) => {
    const reason = refusal(placement, candidate);
    if (reason !== undefined) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    return reason === undefined;
  });
  if (fitting.length === 0) {
    const words = [...reasons].map(([reason, count]) => `${count} ${reason}`).sort();
    const why = candidates.length === 0 ? 'no cluster exists' : words.join(', ');
    return { reason: 'NoClusterFit', message: `0/${candidates.length} clusters are available: ${why}.` };
  }
  const spread = listAt(placement, 'spreadConstraints').find((c) => textAt(c, 'spreadByField') === 'cluster');
  const most = numberAt(spread, 'maxGroups') ?? fitting.length;
  const least = numberAt(spread, 'minGroups') ?? 1;
  if (fitting.length < least) {
    return {
      reason: 'NoClusterFit',
      message: `the number of feasible clusters is less than spreadConstraint.MinGroups`,
    };
  }
  const isCurrent = ({ cluster }: Candidate): number => (current.includes(cluster.metadata.name) ? 0 : 1);
  const ranked = fitting.toSorted(
    (a, b) =>
      isCurrent(a) - isCurrent(b) || a.load - b.load || a.cluster.metadata.name.localeCompare(b.cluster.metadata.name),
  );
  return { clusters: ranked.slice(0, most).map(({ cluster }) => cluster.metadata.name) };
}

function refusal(placement: unknown, { cluster, ready }: Candidate): string | undefined {
  if (cluster.metadata.deletionTimestamp) return 'cluster(s) is being deleted';
  const affinity = pick(placement, 'clusterAffinity');
  if (affinity !== undefined && !fits(affinity, cluster)) {
    return 'cluster(s) did not match the placement cluster affinity constraint';
  }
  return ready ? undefined : 'cluster(s) had untolerated taint {cluster.karmada.io/not-ready: }';
}

function fits(affinity: unknown, { metadata, spec }: StoredObject): boolean {
  if (listAt(affinity, 'exclude').includes(metadata.name)) return false;
  const names = listAt(affinity, 'clusterNames');
  if (names.length > 0 && !names.includes(metadata.name)) return false;
  const labels = pick(affinity, 'labelSelector', 'matchLabels');
  if (isFields(labels) && !Object.entries(labels).every(([key, value]) => metadata.labels?.[key] === value))
    return false;
  return listAt(affinity, 'fieldSelector', 'matchExpressions').every((expression) => fieldFits(expression, spec));
}

function fieldFits(expression: unknown, spec: unknown): boolean {
  const values = listAt(expression, 'values');
  const key = textAt(expression, 'key') ?? '';
  const actual = key === 'zone' ? listAt(spec, 'zones') : [pick(spec, key)];
  return actual.some((value) => values.includes(value)) === (textAt(expression, 'operator') !== 'NotIn');
}

/** How strongly a policy selects an object; 0: not at all. A name beats labels, labels beat a mere kind. */
export function selects(policy: StoredObject, object: StoredObject): number {
  return Math.max(
    0,
    ...listAt(policy, 'spec', 'resourceSelectors').map((selector) => selectorStrength(selector as Fields, object)),
  );
}

function selectorStrength(selector: Fields, object: StoredObject): number {
  if (selector.apiVersion !== object.apiVersion || selector.kind !== object.kind) return 0;
  if (selector.namespace !== undefined && selector.namespace !== object.metadata.namespace) return 0;
  if (selector.name) return selector.name === object.metadata.name ? 3 : 0;
  const labels = pick(selector, 'labelSelector', 'matchLabels');
  if (isFields(labels) && Object.keys(labels).length > 0) {
    const query = Object.entries(labels).map(([key, value]) => `${key}=${String(value)}`);
    return labelMatcher(query.join(','))(object) ? 2 : 0;
  }
  return 1;
}
