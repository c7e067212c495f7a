import { KINDS } from '../../service/contract.ts';
import { isNotServed, KubeError } from '../../service/kube/errors.ts';
import type { Kind } from '../../service/kube/kinds.ts';
import type { Kube, KubeObject } from '../../service/kube/kube.ts';

// Karmada's own application failover takes a RayJob that is initializing, suspended or FAILED for an unhealthy one, and moves it while
// its pods may still run: two copies of one training. What moves jobs is the service (docs/recovery.md).

const POLICIES: readonly Kind[] = [
  KINDS.propagationPolicy,
  {
    ...KINDS.propagationPolicy,
    kind: 'ClusterPropagationPolicy',
    plural: 'clusterpropagationpolicies',
    namespaced: false,
  },
];
/** In the cluster that Karmada runs in. Off by its default, it makes the policies' word an empty one. */
const CONTROLLER_MANAGER = { namespace: 'karmada-system', name: 'karmada-controller-manager' };
const DEPLOYMENT: Kind = { apiVersion: 'apps/v1', kind: 'Deployment', plural: 'deployments', namespaced: true };
const PAGE = 500;

/** Each policy of a Karmada by which it would move RayJobs by itself, with what to do; none where there is no Karmada. */
export async function failoverWarnings(kube: Kube): Promise<string[]> {
  const warnings: string[] = [];
  for (const kind of POLICIES) {
    try {
      for await (const { items } of kube.pages(kind, { limit: PAGE }))
        warnings.push(...items.filter(movesRayJobs).map((policy) => warningOf(kind, policy)));
    } catch (error) {
      if (isNotServed(error)) continue;
      if (!isForbidden(error)) throw error;
      warnings.push(
        `may not read ${kind.plural}: whether one of them has failover.application for RayJobs is not known`,
      );
    }
  }
  return warnings;
}

/** The cluster in which Karmada runs, if this is it: whether its gate for failovers is open. */
export async function gateWarnings(kube: Kube): Promise<string[]> {
  const found: KubeObject | undefined = await kube.get(DEPLOYMENT, CONTROLLER_MANAGER).catch((error: unknown) => {
    if (isForbidden(error) || isNotServed(error)) return undefined;
    throw error;
  });
  if (!found || !/Failover=true\b/.test(JSON.stringify(found.spec ?? {}))) return [];
  return [
    `${CONTROLLER_MANAGER.name} runs with the feature gate Failover: policies for RayJobs must not have failover.application (docs/recovery.md)`,
  ];
}

const isForbidden = (error: unknown): boolean => error instanceof KubeError && error.failure === 'forbidden';

interface PolicySpec {
  failover?: { application?: unknown };
  resourceSelectors?: { apiVersion?: string; kind?: string }[];
}

function movesRayJobs({ spec }: KubeObject): boolean {
  const { failover, resourceSelectors = [] } = (spec ?? {}) as PolicySpec;
  const selects = resourceSelectors.some(({ kind }) => kind === KINDS.rayJob.kind || kind === KINDS.rayCluster.kind);
  return failover?.application !== undefined && failover.application !== null && selects;
}

function warningOf({ kind }: Kind, { metadata }: KubeObject): string {
  const name = metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
  return `${kind} ${name} has failover.application for RayJobs: Karmada would move those that are suspended or start slowly while their pods still run; remove it, retryPolicy does what it is for (docs/recovery.md)`;
}
