import { customResourceDefinition } from '../../trainingjob/index.ts';
import { conditionColumn, pathColumn } from '../kube/columns.ts';
import { definedKind } from '../kube/custom-definition.ts';
import { crdAge, customKind } from '../kube/custom-kind.ts';
import { JOB } from '../kube/job-kind.ts';
import {
  CONFIG_MAP,
  EVENT,
  LEASE,
  NAMESPACE,
  NODE,
  PERSISTENT_VOLUME_CLAIM,
  POD,
  SECRET,
  SERVICE,
  SERVICE_ACCOUNT,
} from '../kube/kinds.ts';
import { type DraftObject, isFields, listAt, numberAt, pick } from '../kube/objects.ts';
import { resourceTable } from '../kube/resources.ts';
import type { FieldProblem } from '../kube/status.ts';
import { invalidValue, required } from '../kube/validation.ts';

export const RAY_JOB = customKind(
  'ray.io',
  'v1',
  'rayjobs',
  'RayJob',
  [
    pathColumn('job status', '.status.jobStatus'),
    pathColumn('deployment status', '.status.jobDeploymentStatus'),
    pathColumn('ray cluster name', '.status.rayClusterName'),
    pathColumn('start time', '.status.startTime'),
    pathColumn('end time', '.status.endTime'),
    crdAge('age'),
  ],
  { defaults: rayJobDefaults, validate: rayJobProblems },
);

export const RAY_CLUSTER = customKind('ray.io', 'v1', 'rayclusters', 'RayCluster', [
  pathColumn('desired workers', '.status.desiredWorkerReplicas', { type: 'integer' }),
  pathColumn('available workers', '.status.availableWorkerReplicas', { type: 'integer' }),
  pathColumn('cpus', '.status.desiredCPU'),
  pathColumn('memory', '.status.desiredMemory'),
  pathColumn('gpus', '.status.desiredGPU'),
  pathColumn('status', '.status.state'),
  crdAge('age'),
]);

export const TRAINING_JOB = definedKind(customResourceDefinition);

/** As the CRD's own defaults. */
function rayJobDefaults(draft: DraftObject): DraftObject {
  const spec = isFields(draft.spec) ? draft.spec : {};
  return { ...draft, spec: { backoffLimit: 0, submissionMode: 'K8sJobMode', ttlSecondsAfterFinished: 0, ...spec } };
}

/** The CRD's schema, as far as a wrong request of ours could break it. */
function rayJobProblems(draft: DraftObject): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const spec = pick(draft, 'spec');
  if (pick(spec, 'rayClusterSpec') !== undefined && pick(spec, 'rayClusterSpec', 'headGroupSpec') === undefined) {
    problems.push(required('spec.rayClusterSpec.headGroupSpec'));
  }
  for (const field of ['backoffLimit', 'activeDeadlineSeconds', 'ttlSecondsAfterFinished']) {
    const value = pick(spec, field);
    if (value !== undefined && numberAt(spec, field) === undefined) {
      problems.push(invalidValue(`spec.${field}`, typeof value, `spec.${field} in body must be of type integer`));
    }
  }
  return problems;
}

export const CLUSTER = customKind(
  'cluster.karmada.io',
  'v1alpha1',
  'clusters',
  'Cluster',
  [
    pathColumn('Version', '.status.kubernetesVersion'),
    pathColumn('Mode', '.spec.syncMode'),
    conditionColumn('Ready', 'Ready'),
    crdAge(),
  ],
  { namespaced: false },
);

export const PROPAGATION_POLICY = customKind(
  'policy.karmada.io',
  'v1alpha1',
  'propagationpolicies',
  'PropagationPolicy',
  [
    pathColumn('CONFLICT-RESOLUTION', '.spec.conflictResolution'),
    pathColumn('PRIORITY', '.spec.priority'),
    crdAge('AGE'),
  ],
  { shortNames: ['pp'], validate: policyProblems },
);

function policyProblems(draft: DraftObject): FieldProblem[] {
  return listAt(draft, 'spec', 'resourceSelectors').length === 0 ? [required('spec.resourceSelectors')] : [];
}

export const RESOURCE_BINDING = customKind(
  'work.karmada.io',
  'v1alpha2',
  'resourcebindings',
  'ResourceBinding',
  [conditionColumn('SCHEDULED', 'Scheduled'), conditionColumn('FULLYAPPLIED', 'FullyApplied'), crdAge('AGE')],
  { shortNames: ['rb'] },
);

export const CONTROL_PLANE_KINDS = resourceTable([
  NAMESPACE,
  CONFIG_MAP,
  SECRET,
  SERVICE_ACCOUNT,
  SERVICE,
  EVENT,
  PERSISTENT_VOLUME_CLAIM,
  JOB,
  RAY_JOB,
  RAY_CLUSTER,
  TRAINING_JOB,
  CLUSTER,
  PROPAGATION_POLICY,
  RESOURCE_BINDING,
]);

export const MEMBER_KINDS = resourceTable([
  NAMESPACE,
  NODE,
  CONFIG_MAP,
  SECRET,
  SERVICE_ACCOUNT,
  SERVICE,
  EVENT,
  PERSISTENT_VOLUME_CLAIM,
  POD,
  LEASE,
  JOB,
  RAY_JOB,
  RAY_CLUSTER,
  TRAINING_JOB,
]);

/** What a PropagationPolicy can carry to members. */
export const PROPAGATED_KINDS = [
  RAY_JOB,
  JOB,
  TRAINING_JOB,
  PERSISTENT_VOLUME_CLAIM,
  CONFIG_MAP,
  SECRET,
  SERVICE_ACCOUNT,
  SERVICE,
];
