import { OPERATOR } from '../../../service/contract.ts';
import { API } from '../../../service/trainingjob/names.ts';
import { type K8s, k8s } from '../../constructs/k8s.ts';
import type { Stack } from '../../constructs/stack.ts';
import { isMadeByCertManager } from './created-at-deploy.ts';
import type { Settings } from './settings.ts';

const RBAC = 'rbac.authorization.k8s.io';
const RIGHTS = 'training-operator';
/** Not bound in the cluster: a RoleBinding in a namespace gives the operator its rights there. */
export const JOB_RIGHTS = `${RIGHTS}-jobs`;

const rule = (apiGroup: string, resources: string[], verbs: string[], resourceNames?: string[]): K8s.PolicyRule => ({
  apiGroups: [apiGroup],
  resources,
  verbs,
  ...(resourceNames && { resourceNames }),
});

/** What the operator does with objects of TrainingJobs, and no more: server-side apply is create and patch. */
const jobRules = ({ podGroups, progress }: Settings): K8s.PolicyRule[] => [
  rule(API.group, [API.plural], ['get', 'list', 'watch']),
  rule(API.group, [`${API.plural}/status`], ['patch']),
  // Where the API server guards who may keep an owner from being deleted before what it owns.
  rule(API.group, [`${API.plural}/finalizers`], ['update']),
  rule('batch', ['jobs'], ['get', 'list', 'watch', 'create', 'delete']),
  rule('', ['pods'], ['list', 'watch']),
  rule('', ['configmaps', 'services'], ['list', 'watch', 'create', 'patch']),
  // Whether a checkpoint is still on its claim.
  rule('', ['persistentvolumeclaims'], ['get', 'create']),
  // Read where a job waits and its pods do not say why.
  rule('', ['events'], ['create', 'list']),
  // How far its training pods may go is a label of the namespace.
  rule('', ['namespaces'], ['get']),
  ...(progress.fromLogs ? [rule('', ['pods/log'], ['get'])] : []),
  ...(podGroups ? [rule('scheduling.k8s.io', ['podgroups'], ['create', 'delete'])] : []),
];

/** The keys by which tokens of workers are checked. */
const TOKEN_KEYS: K8s.PolicyRule = {
  nonResourceUrLs: ['/.well-known/openid-configuration', '/openid/v1/jwks'],
  verbs: ['get'],
};

/** In its own namespace: the Lease of who acts, and the certificate that the replicas share, where they make it. */
const ownRules = (settings: Settings): K8s.PolicyRule[] => [
  rule('coordination.k8s.io', ['leases'], ['create']),
  rule('coordination.k8s.io', ['leases'], ['get', 'update'], [OPERATOR.lease]),
  ...(settings.progress.enabled && !isMadeByCertManager(settings)
    ? [rule('', ['secrets'], ['create']), rule('', ['secrets'], ['get', 'update'], [OPERATOR.certificateSecret])]
    : []),
];

/**
 * In the namespaces that are watched, or in all of the cluster; or, by bindings of the namespaces' own administrators, in those
 * that have one: such a binding is made by who may give these rights there, and taken back by them.
 */
export function grantRights(stack: Stack, serviceAccount: string, settings: Settings): void {
  const { namespace, progress, rights, watchNamespaces } = settings;
  const name = stack.named(RIGHTS);
  const subjects = [{ kind: 'ServiceAccount', name: serviceAccount, namespace: namespace.name }];
  const bound = rights === 'watched' ? [...new Set(watchNamespaces)] : [];
  const isBounded = rights === 'namespaces' || bound.length > 0;
  const ofCluster = [...(isBounded ? [] : jobRules(settings)), ...(progress.enabled ? [TOKEN_KEYS] : [])];
  if (ofCluster.length > 0) {
    new k8s.KubeClusterRole(stack, 'cluster-role', { metadata: { name }, rules: ofCluster });
    new k8s.KubeClusterRoleBinding(stack, 'cluster-role-binding', {
      metadata: { name },
      roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name },
      subjects,
    });
  }
  if (isBounded) {
    new k8s.KubeClusterRole(stack, 'jobs-role', {
      metadata: { name: stack.named(JOB_RIGHTS) },
      rules: jobRules(settings),
    });
  }
  for (const watched of bound) {
    new k8s.KubeRoleBinding(stack, `jobs-in-${watched}`, {
      metadata: { name: stack.named(JOB_RIGHTS), namespace: watched },
      roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: stack.named(JOB_RIGHTS) },
      subjects,
    });
  }
  new k8s.KubeRole(stack, 'role', { metadata: { name }, rules: ownRules(settings) });
  new k8s.KubeRoleBinding(stack, 'role-binding', {
    metadata: { name },
    roleRef: { apiGroup: RBAC, kind: 'Role', name },
    subjects,
  });
}
