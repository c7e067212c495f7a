import { KarmadaError } from './errors.ts';
import type { ObjectReference } from './karmada.ts';

/** The kinds that we read or write: path of their API, plural, and whether they live in a namespace. */
const RESOURCES: Readonly<Record<string, { plural: string; namespaced: boolean }>> = {
  'v1/Namespace': { plural: 'namespaces', namespaced: false },
  'v1/Node': { plural: 'nodes', namespaced: false },
  'v1/PersistentVolumeClaim': { plural: 'persistentvolumeclaims', namespaced: true },
  'v1/ConfigMap': { plural: 'configmaps', namespaced: true },
  'v1/Pod': { plural: 'pods', namespaced: true },
  'v1/Service': { plural: 'services', namespaced: true },
  'v1/Event': { plural: 'events', namespaced: true },
  'batch/v1/Job': { plural: 'jobs', namespaced: true },
  'ray.io/v1/RayJob': { plural: 'rayjobs', namespaced: true },
  'ray.io/v1/RayCluster': { plural: 'rayclusters', namespaced: true },
  'cluster.karmada.io/v1alpha1/Cluster': { plural: 'clusters', namespaced: false },
  'policy.karmada.io/v1alpha1/PropagationPolicy': { plural: 'propagationpolicies', namespaced: true },
  'work.karmada.io/v1alpha2/ResourceBinding': { plural: 'resourcebindings', namespaced: true },
};

/** What a request asks for, so that a 404 of this very object can be told from any other 404. */
export interface Target {
  readonly path: string;
  readonly plural: string;
  readonly name: string | null;
}

/**
 * One segment of a path, by the rule that Kubernetes has for names in paths. Encoding alone would not do: URL parsing resolves `.` and `..` away,
 * and Karmada decodes the path before it passes it on, so that an encoded slash is a slash in the member.
 */
export function segment(text: string): string {
  if (text === '' || text === '.' || text === '..' || /[/%\p{Cc}]/u.test(text)) {
    throw new KarmadaError('refused', `"${text}" is no name of a Kubernetes object or cluster.`);
  }
  return encodeURIComponent(text);
}

const apiPath = (apiVersion: string): string =>
  apiVersion.includes('/') ? `/apis/${apiVersion.split('/').map(segment).join('/')}` : `/api/${segment(apiVersion)}`;

function resourceOf(apiVersion: string, kind: string): { plural: string; namespaced: boolean } {
  const resource = RESOURCES[`${apiVersion}/${kind}`];
  if (!resource) throw new KarmadaError('refused', `${apiVersion} ${kind} is not a kind that this service works with.`);
  return resource;
}

export function collectionTarget(apiVersion: string, kind: string, namespace: string | null): Target {
  const { plural, namespaced } = resourceOf(apiVersion, kind);
  const scope = namespaced && namespace !== null ? `/namespaces/${segment(namespace)}` : '';
  return { path: `${apiPath(apiVersion)}${scope}/${plural}`, plural, name: null };
}

export function objectTarget({ apiVersion, kind, namespace, name }: ObjectReference): Target {
  const { namespaced } = resourceOf(apiVersion, kind);
  if (namespaced && namespace === null) {
    throw new KarmadaError('refused', `${kind} "${name}" needs a namespace.`);
  }
  const { path, plural } = collectionTarget(apiVersion, kind, namespace);
  return { path: `${path}/${segment(name)}`, plural, name };
}

/** The same target inside a member, reached through Karmada's aggregated API server. */
export const proxied = (cluster: string, target: Target): Target => ({
  ...target,
  path: `/apis/cluster.karmada.io/v1alpha1/clusters/${segment(cluster)}/proxy${target.path}`,
});
