import { Construct } from 'constructs';
import { ResourceInterpreterCustomization } from '../../../imports/config.karmada.io.ts';
import { ClusterPropagationPolicy } from '../../../imports/policy.karmada.io.ts';
import { customResourceDefinition } from '../../../service/trainingjob/schema/crd.ts';
import { INSTANCE } from '../../constructs/labels.ts';
import { Folder, type Stack } from '../../constructs/stack.ts';
import { customizations } from './interpreter/index.ts';
import type { Settings } from './settings.ts';

interface KindOf {
  readonly apiVersion: string;
  readonly kind: string;
}

const RBAC = 'rbac.authorization.k8s.io/v1';

/** What the operator consists of, beside its namespace, which Karmada brings to every member by itself. */
const ANYWHERE: readonly KindOf[] = [
  { apiVersion: RBAC, kind: 'ClusterRole' },
  { apiVersion: RBAC, kind: 'ClusterRoleBinding' },
  // In its own namespace and in those that it watches.
  { apiVersion: RBAC, kind: 'Role' },
  { apiVersion: RBAC, kind: 'RoleBinding' },
];
const OF_NAMESPACE: readonly KindOf[] = [
  { apiVersion: 'v1', kind: 'ConfigMap' },
  { apiVersion: 'v1', kind: 'LimitRange' },
  { apiVersion: 'v1', kind: 'ResourceQuota' },
  { apiVersion: 'v1', kind: 'Service' },
  { apiVersion: 'v1', kind: 'ServiceAccount' },
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'cert-manager.io/v1', kind: 'Certificate' },
  { apiVersion: 'monitoring.coreos.com/v1', kind: 'ServiceMonitor' },
  { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
  { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget' },
];

/** A member that is out of reach for minutes is to have its operator when it is back, or its jobs would stand still. */
const STAYS = ['cluster.karmada.io/not-ready', 'cluster.karmada.io/unreachable'].map((key) => ({
  key,
  operator: 'Exists',
  effect: 'NoExecute',
}));

/**
 * For Karmada's API server, to which the objects of the stack are applied as well: nothing runs there, and these policies bring
 * them to the members. With them, how Karmada reads a TrainingJob.
 */
export class ThroughKarmada extends Construct {
  private readonly named: (name: string) => string;
  private readonly memberClusters: readonly string[];

  constructor(stack: Stack, { karmada, namespace }: Settings) {
    super(new Folder(stack, 'karmada'), 'propagation');
    this.named = (name) => stack.named(name);
    this.memberClusters = karmada.memberClusters;
    const { metadata, ...definition } = customResourceDefinition;

    this.propagate('trainingjob-definition', {
      resourceSelectors: [{ apiVersion: definition.apiVersion, kind: definition.kind, name: metadata.name }],
      // With the definition all TrainingJobs of a member would go: it stays when the policy is taken away.
      preserveResourcesOnDeletion: true,
    });
    const labelSelector = { matchLabels: { [INSTANCE]: stack.instance } };
    this.propagate('training-operator', {
      resourceSelectors: [
        ...ANYWHERE.map((kind) => ({ ...kind, labelSelector })),
        ...OF_NAMESPACE.map((kind) => ({ ...kind, namespace: namespace.name, labelSelector })),
      ],
      // What its pods refer to and others make: the login of a registry.
      propagateDeps: true,
    });
    new ResourceInterpreterCustomization(this, 'interpreter', {
      metadata: { name: this.named('trainingjob') },
      spec: {
        target: {
          apiVersion: `${definition.spec.group}/${definition.spec.versions[0].name}`,
          kind: definition.spec.names.kind,
        },
        customizations,
      },
    });
  }

  private propagate(name: string, spec: Omit<Policy, 'placement'>): void {
    new ClusterPropagationPolicy(this, name, {
      metadata: { name: this.named(name) },
      spec: {
        ...spec,
        placement: {
          ...(this.memberClusters.length > 0 ? { clusterAffinity: { clusterNames: [...this.memberClusters] } } : {}),
          clusterTolerations: STAYS,
        },
        // Where it was installed by hand before, this one takes over.
        conflictResolution: 'Overwrite',
      },
    });
  }
}

type Policy = NonNullable<ConstructorParameters<typeof ClusterPropagationPolicy>[2]>['spec'];
