import { groupOf } from '../data/kube-object.ts';
import { type Cluster, placeIfServed } from './kube/cluster.ts';
import type { ObjectKey } from './kube/objects.ts';
import { partsOf } from './parts.ts';
import type { Deployment } from './step.ts';

interface Right {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly namespace?: string;
}

const APPLY = ['get', 'create', 'patch', 'delete'];

/** Rights that the kubeconfigs lack, asked for as the API server knows them (SelfSubjectAccessReview). */
export async function missingRights({ flags, objects, target }: Deployment): Promise<string[]> {
  const { karmada, management, namespace, platform } = target;
  const local = (resource: string, verbs: string[], group = ''): Right[] =>
    verbs.map((verb) => ({ verb, group, resource, namespace }));
  const wide = (resource: string, verbs: string[], group: string): Right[] =>
    verbs.map((verb) => ({ verb, group, resource }));
  const always = [
    ...local('configmaps', [...APPLY, 'list']),
    ...local('secrets', ['get', 'list', 'create', 'patch']),
    ...local('pods', ['list']),
    ...local('pods/log', ['get']),
    ...local('events', ['list']),
  ];
  const identity =
    platform?.karmada.identity.type === 'serviceAccount'
      ? [
          {
            verb: 'create',
            group: '',
            resource: 'serviceaccounts/token',
            namespace: platform.karmada.identity.namespace,
          },
        ]
      : [
          ...wide('certificatesigningrequests', ['get', 'create', 'delete'], 'certificates.k8s.io'),
          ...wide('certificatesigningrequests/approval', ['update'], 'certificates.k8s.io'),
          { verb: 'approve', group: 'certificates.k8s.io', resource: 'signers' },
        ];
  const onManagement = partsOf(flags, target).includes('platform')
    ? [...always, ...(await toApply(management, objects.platform, namespace, [...APPLY, 'list']))]
    : always;
  const onKarmada =
    !karmada || flags.only === 'platform'
      ? []
      : [
          ...(await toApply(karmada, objects.karmada, namespace, APPLY)),
          ...(!platform || flags.useGivenKubeconfig ? [] : identity),
        ];
  return [
    ...(await denied(management, 'management cluster', onManagement)),
    ...(karmada ? await denied(karmada, 'Karmada', onKarmada) : []),
  ];
}

/** Kinds that are not served are told elsewhere: as the operator that is missing. */
async function toApply(
  cluster: Cluster,
  objects: readonly ObjectKey[],
  namespace: string,
  verbs: readonly string[],
): Promise<Right[]> {
  const found = await Promise.all(objects.map((object) => placeIfServed(cluster, object)));
  const served = found.flatMap((place) => (place ? [{ ...place.kind, group: groupOf(place.kind) }] : []));
  const kinds = new Map(served.map((each) => [`${each.plural}.${each.group}`, each]));
  return [...kinds.values()].flatMap(({ group, namespaced, plural }) =>
    verbs.map((verb) => ({ verb, group, resource: plural, ...(namespaced && { namespace }) })),
  );
}

async function denied(cluster: Cluster, where: string, rights: readonly Right[]): Promise<string[]> {
  const answers = await Promise.all(rights.map((right) => allowed(cluster, right)));
  const missing = rights.filter((_, index) => !answers[index]);
  const verbs = new Map<string, Set<string>>();
  for (const { group, namespace, resource, verb } of missing) {
    const what = `${group ? `${resource}.${group}` : resource}${namespace ? ` in the namespace ${namespace}` : ''}`;
    verbs.set(what, (verbs.get(what) ?? new Set()).add(verb));
  }
  return [...verbs].map(([what, each]) => `${where}: the kubeconfig may not ${[...each].join(', ')} ${what}`);
}

async function allowed(cluster: Cluster, { resource: full, ...right }: Right): Promise<boolean> {
  const [resource, subresource] = full.split('/');
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes: { ...right, resource, ...(subresource !== undefined && { subresource }) } },
  };
  const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
  const { status } = await cluster.ask<{ status?: { allowed?: boolean } }>('POST', path, body);
  return status?.allowed === true;
}
