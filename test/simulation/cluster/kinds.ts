import { RAY_JOB } from '../../../service/local/karmada/kinds.ts';
import { customKind } from '../../../service/local/kube/custom-kind.ts';
import { JOB } from '../../../service/local/kube/job-kind.ts';
import {
  CONFIG_MAP,
  EVENT,
  NAMESPACE,
  NODE,
  PERSISTENT_VOLUME_CLAIM,
  POD,
  SECRET,
  SERVICE,
  SERVICE_ACCOUNT,
} from '../../../service/local/kube/kinds.ts';
import { type DraftObject, pick, type StoredObject, sameJson } from '../../../service/local/kube/objects.ts';
import { type ResourceType, resourceTable } from '../../../service/local/kube/resources.ts';
import type { FieldProblem } from '../../../service/local/kube/status.ts';

const kind = (group: string, version: string, plural: string, name: string, more: Partial<ResourceType> = {}) =>
  customKind(group, version, plural, name, [], more);
const CLUSTER_WIDE = { namespaced: false };

function selectorStays(draft: DraftObject, before: StoredObject | undefined): FieldProblem[] {
  if (!before || sameJson(pick(draft, 'spec', 'selector'), pick(before, 'spec', 'selector'))) return [];
  return [{ field: 'spec.selector', reason: 'FieldValueInvalid', message: 'Invalid value: field is immutable' }];
}

export const DEPLOYMENT = kind('apps', 'v1', 'deployments', 'Deployment', { validate: selectorStays });
export const STATEFUL_SET = kind('apps', 'v1', 'statefulsets', 'StatefulSet', { validate: selectorStays });
export const DAEMON_SET = kind('apps', 'v1', 'daemonsets', 'DaemonSet', { validate: selectorStays });
export const SIGNING_REQUEST = kind(
  'certificates.k8s.io',
  'v1',
  'certificatesigningrequests',
  'CertificateSigningRequest',
  CLUSTER_WIDE,
);
export const STORAGE_CLASS = kind('storage.k8s.io', 'v1', 'storageclasses', 'StorageClass', {
  ...CLUSTER_WIDE,
  statusSubresource: false,
});

/** What a cluster that runs the platform serves, and what Karmada serves for its rights. */
export const CLUSTER_KINDS = resourceTable([
  NAMESPACE,
  NODE,
  POD,
  SERVICE,
  EVENT,
  SECRET,
  CONFIG_MAP,
  SERVICE_ACCOUNT,
  PERSISTENT_VOLUME_CLAIM,
  JOB,
  RAY_JOB,
  DEPLOYMENT,
  STATEFUL_SET,
  DAEMON_SET,
  SIGNING_REQUEST,
  STORAGE_CLASS,
  kind('', 'v1', 'resourcequotas', 'ResourceQuota'),
  kind('', 'v1', 'limitranges', 'LimitRange'),
  kind('batch', 'v1', 'cronjobs', 'CronJob'),
  kind('networking.k8s.io', 'v1', 'networkpolicies', 'NetworkPolicy'),
  kind('networking.k8s.io', 'v1', 'ingresses', 'Ingress'),
  kind('autoscaling', 'v2', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler'),
  kind('policy', 'v1', 'poddisruptionbudgets', 'PodDisruptionBudget'),
  kind('rbac.authorization.k8s.io', 'v1', 'roles', 'Role'),
  kind('rbac.authorization.k8s.io', 'v1', 'rolebindings', 'RoleBinding'),
  kind('rbac.authorization.k8s.io', 'v1', 'clusterroles', 'ClusterRole', CLUSTER_WIDE),
  kind('rbac.authorization.k8s.io', 'v1', 'clusterrolebindings', 'ClusterRoleBinding', CLUSTER_WIDE),
  kind('apiextensions.k8s.io', 'v1', 'customresourcedefinitions', 'CustomResourceDefinition', CLUSTER_WIDE),
  kind('monitoring.coreos.com', 'v1', 'servicemonitors', 'ServiceMonitor'),
  kind('monitoring.coreos.com', 'v1', 'prometheusrules', 'PrometheusRule'),
  kind('external-secrets.io', 'v1', 'externalsecrets', 'ExternalSecret'),
  kind('cert-manager.io', 'v1', 'clusterissuers', 'ClusterIssuer', CLUSTER_WIDE),
  kind('cert-manager.io', 'v1', 'issuers', 'Issuer'),
  kind('cert-manager.io', 'v1', 'certificates', 'Certificate'),
  kind('cloud.google.com', 'v1', 'backendconfigs', 'BackendConfig'),
  kind('networking.gke.io', 'v1beta1', 'frontendconfigs', 'FrontendConfig'),
  kind(
    'config.karmada.io',
    'v1alpha1',
    'resourceinterpretercustomizations',
    'ResourceInterpreterCustomization',
    CLUSTER_WIDE,
  ),
  kind('policy.karmada.io', 'v1alpha1', 'clusterpropagationpolicies', 'ClusterPropagationPolicy', CLUSTER_WIDE),
]);
