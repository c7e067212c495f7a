import { Construct } from 'constructs';
import { ClusterPropagationPolicy } from '../../../imports/policy.karmada.io.ts';
import { type K8s, k8s } from '../../constructs/k8s.ts';
import { Folder, type Stack } from '../../constructs/stack.ts';
import { prometheusBehindProxy } from './prometheus.ts';
import type { Settings } from './settings.ts';

const CONTROL_PLANE_ROLE = 'ml-platform-backend';
const PROXY_ROLE = 'ml-platform-backend-proxy';
const MEMBER_ROLE = 'ml-platform-backend-member';
const RBAC = 'rbac.authorization.k8s.io';

const READ = ['get', 'list', 'watch'];
/** What jobs are made of: written, followed by one watch each, and removed. Server-side apply asks for create and patch. */
const OWN = [...READ, 'create', 'patch', 'delete'];

const rule = (apiGroup: string, resources: string[], verbs: string[]): K8s.PolicyRule => ({
  apiGroups: [apiGroup],
  resources,
  verbs,
});

/** What the service does on the control plane, and no more. */
const controlPlaneRules = (removeNamespaces: boolean, progress: boolean) => [
  rule('cluster.karmada.io', ['clusters'], ['get', 'list']),
  // Patched by the version before only; without that right its replicas would fail their jobs while an update rolls.
  rule('', ['namespaces'], ['get', 'create', 'patch']),
  // Those that it made itself, which RBAC cannot tell from others.
  ...(removeNamespaces ? [rule('', ['namespaces'], ['list', 'delete'])] : []),
  rule('', ['persistentvolumeclaims'], OWN),
  // The tokens by which jobs report. Written, never read.
  ...(progress ? [rule('', ['secrets'], ['create', 'patch'])] : []),
  rule('ray.io', ['rayjobs'], OWN),
  rule('batch', ['jobs'], OWN),
  rule('ml.example.com', ['trainingjobs'], OWN),
  rule('policy.karmada.io', ['propagationpolicies'], OWN),
  // Deleted where a control plane runs no garbage collector, which would keep a removed job in its member for ever.
  rule('work.karmada.io', ['resourcebindings'], [...READ, 'delete']),
];

/** What it reads in the members, through the proxy. */
const memberRules = (removeNamespaces: boolean, utilisation: Settings['utilisation']) => [
  rule('ray.io', ['rayjobs', 'rayclusters'], READ),
  rule('batch', ['jobs'], READ),
  rule('ml.example.com', ['trainingjobs'], READ),
  rule('', ['pods', 'pods/log', 'events', 'persistentvolumeclaims', 'services', 'nodes'], READ),
  // Of all Services one name, whatever is asked of it: the proxy knows no more of a request than that it reads.
  ...(utilisation.enabled
    ? [{ ...rule('', ['services/proxy'], ['get']), resourceNames: [prometheusBehindProxy(utilisation)] }]
    : []),
  // Whether a member had it before.
  ...(removeNamespaces ? [rule('', ['namespaces'], ['get'])] : []),
];

/** The backend's identity and rights in Karmada: for Karmada's API server, hence in a folder of its own. */
export class KarmadaAccess extends Construct {
  private readonly karmada: Settings['karmada'];
  private readonly named: (name: string) => string;

  constructor(
    stack: Stack,
    {
      jobs: { removeNamespaces },
      karmada,
      progress,
      utilisation,
    }: Pick<Settings, 'jobs' | 'karmada' | 'progress' | 'utilisation'>,
  ) {
    super(new Folder(stack, 'karmada'), 'access');
    this.named = (name) => stack.named(name);
    this.karmada = karmada;
    const { identity, memberClusters } = karmada;
    if (identity.type === 'serviceAccount') this.serviceAccount();

    this.grant(CONTROL_PLANE_ROLE, controlPlaneRules(removeNamespaces, progress.enabled), [this.user()]);
    // Reading alone: the proxy takes the verb from the request's method. It impersonates user and groups in the
    // member, and asks for each of them whether it may.
    const proxy = rule('cluster.karmada.io', ['clusters/proxy'], ['get']);
    const members = memberClusters.length > 0 ? { resourceNames: memberClusters } : {};
    this.grant(PROXY_ROLE, [{ ...proxy, ...members }], [this.user(), ...this.groups()]);

    // Karmada copies these two to the members. The control plane has no pods or nodes that they could open.
    this.grant(MEMBER_ROLE, memberRules(removeNamespaces, utilisation), [this.user()]);
    this.propagate(MEMBER_ROLE);
  }

  /** As whom the control plane knows the backend, and as whom Karmada speaks for it in a member. */
  private user(): K8s.Subject {
    const { namespace, type, user } = this.karmada.identity;
    return type === 'certificate'
      ? { kind: 'User', name: user, apiGroup: RBAC }
      : { kind: 'ServiceAccount', name: user, namespace };
  }

  private groups(): K8s.Subject[] {
    const { group, namespace, type } = this.karmada.identity;
    // A ServiceAccount's token always carries these two, and the proxy refuses a caller one of whose groups it may
    // not impersonate. Every ServiceAccount of the control plane may then use the proxy (in the members it can do
    // what the members allow it: nothing), which is why a certificate is the default.
    const names = type === 'certificate' ? [group] : ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
    return names.map((name) => ({ kind: 'Group', name, apiGroup: RBAC }));
  }

  private serviceAccount(): void {
    const { namespace, user } = this.karmada.identity;
    new k8s.KubeNamespace(this, 'namespace', { metadata: { name: namespace } });
    new k8s.KubeServiceAccount(this, 'service-account', {
      metadata: { name: user, namespace },
      automountServiceAccountToken: false,
    });
  }

  private grant(role: string, rules: K8s.PolicyRule[], subjects: K8s.Subject[]): void {
    const name = this.named(role);
    new k8s.KubeClusterRole(this, `${role}-role`, { metadata: { name }, rules });
    new k8s.KubeClusterRoleBinding(this, `${role}-binding`, {
      metadata: { name },
      roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name },
      subjects,
    });
  }

  private propagate(role: string): void {
    const name = this.named(role);
    const { memberClusters } = this.karmada;
    const select = (kind: string) => ({ apiVersion: `${RBAC}/v1`, kind, name });
    new ClusterPropagationPolicy(this, 'propagation', {
      metadata: { name },
      spec: {
        resourceSelectors: [select('ClusterRole'), select('ClusterRoleBinding')],
        placement: memberClusters.length > 0 ? { clusterAffinity: { clusterNames: memberClusters } } : {},
        // A member that left and joined again still has them: they are ours to bring up to date.
        conflictResolution: 'Overwrite',
      },
    });
  }
}
