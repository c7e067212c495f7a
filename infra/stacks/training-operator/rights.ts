import { OPERATOR } from '../../../service/contract.ts';
import { API } from '../../../service/trainingjob/names.ts';
import { type K8s, k8s } from '../../constructs/k8s.ts';
import type { Stack } from '../../constructs/stack.ts';
import type { Settings } from './settings.ts';

const RBAC = 'rbac.authorization.k8s.io';

const rule = (apiGroup: string, resources: string[], verbs: string[], resourceNames?: string[]): K8s.PolicyRule => ({
  apiGroups: [apiGroup],
  resources,
  verbs,
  ...(resourceNames && { resourceNames }),
});

/** What the operator does with objects of the cluster, and no more: server-side apply is create and patch. */
const CLUSTER_RULES: K8s.PolicyRule[] = [
  rule(API.group, [API.plural], ['get', 'list', 'watch']),
  rule(API.group, [`${API.plural}/status`], ['patch']),
  // Where the API server guards who may keep an owner from being deleted before what it owns.
  rule(API.group, [`${API.plural}/finalizers`], ['update']),
  rule('batch', ['jobs'], ['get', 'list', 'watch', 'create', 'delete']),
  rule('', ['pods'], ['list', 'watch']),
  rule('', ['configmaps', 'services'], ['list', 'watch', 'create', 'patch']),
  rule('', ['persistentvolumeclaims', 'events'], ['create']),
  // How far its training pods may go is a label of the namespace.
  rule('', ['namespaces'], ['get']),
  // The keys by which tokens of workers are checked.
  { nonResourceUrLs: ['/.well-known/openid-configuration', '/openid/v1/jwks'], verbs: ['get'] },
];

/** In its own namespace: the Lease of who acts, and the certificate that the replicas share. */
const OWN_RULES: K8s.PolicyRule[] = [
  rule('coordination.k8s.io', ['leases'], ['create']),
  rule('coordination.k8s.io', ['leases'], ['get', 'update'], [OPERATOR.lease]),
  rule('', ['secrets'], ['create']),
  rule('', ['secrets'], ['get', 'update'], [OPERATOR.certificateSecret]),
];

export function grantRights(stack: Stack, serviceAccount: string, { namespace }: Settings): void {
  const name = stack.named('training-operator');
  const subjects = [{ kind: 'ServiceAccount', name: serviceAccount, namespace: namespace.name }];
  new k8s.KubeClusterRole(stack, 'cluster-role', { metadata: { name }, rules: CLUSTER_RULES });
  new k8s.KubeClusterRoleBinding(stack, 'cluster-role-binding', {
    metadata: { name },
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name },
    subjects,
  });
  new k8s.KubeRole(stack, 'role', { metadata: { name }, rules: OWN_RULES });
  new k8s.KubeRoleBinding(stack, 'role-binding', {
    metadata: { name },
    roleRef: { apiGroup: RBAC, kind: 'Role', name },
    subjects,
  });
}
