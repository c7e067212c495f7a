import { createHash } from 'node:crypto';
import { KINDS, LABELS } from '../../contract.ts';
import { type JobSpec, type Manifest, metadataOf } from './manifest.ts';

/** Where a job may go, and where it should go if that can be had. */
export interface Place {
  /** Of its candidates; none: Karmada chooses. */
  readonly first: readonly string[];
  /** Empty: all clusters. */
  readonly candidates: readonly string[];
  /** Of all clusters, those that are none of the candidates. */
  readonly without: readonly string[];
  readonly clusterCount: number;
}

/**
 * One policy for all jobs of a namespace that may go to the same places, found by its label: Karmada goes through all policies of a
 * namespace for each new object. What a job's pods refer to, its volume above all, follows the job.
 */
export function placementPolicy({ kind, namespace }: Pick<JobSpec, 'kind' | 'namespace'>, place: Place): Manifest {
  const { clusterCount, first } = place;
  const spread = [{ spreadByField: 'cluster', minGroups: clusterCount, maxGroups: clusterCount }];
  const rest = affinityOf(place);
  const isChoice = first.length > 0 && first.length !== place.candidates.length;
  const affinity = isChoice
    ? {
        clusterAffinities: [
          { affinityName: 'first', clusterNames: [...first] },
          { affinityName: 'rest', ...rest },
        ],
      }
    : Object.keys(rest).length > 0
      ? { clusterAffinity: rest }
      : {};
  const { prefix, kinds } = kind === 'TrainingJob' ? OF_TRAININGS : OF_OTHERS;
  return sharedPolicy(prefix, namespace, kinds, { ...affinity, spreadConstraints: spread });
}

const OF_OTHERS = { prefix: 'ml-platform', kinds: [KINDS.rayJob, KINDS.job] };
/** Apart: policies that were there before this kind keep the name that their jobs know them by. */
const OF_TRAININGS = { prefix: 'ml-platform-trainings', kinds: [KINDS.trainingJob] };

/** Keeps the volumes of jobs that have ended where they are, when the job that they followed has gone. */
export const keepingPolicy = (namespace: string, clusters: readonly string[]): Manifest =>
  sharedPolicy('ml-platform-volumes', namespace, [{ apiVersion: 'v1', kind: 'PersistentVolumeClaim' }], {
    clusterAffinity: { clusterNames: [...clusters].sort() },
  });

/** What a policy selects: to be set on an object that is to follow it. */
export const inPlace = (policy: Manifest): Record<string, string> => ({ [LABELS.placement]: policy.metadata.name });

/** Versions before this had one for each job's workload, and one that sent its volume where Karmada had put the job. */
export const earlierVolumePolicy = (job: JobSpec, volume: Manifest, clusters: readonly string[]): Manifest => {
  const { apiVersion, kind, metadata } = volume;
  return {
    ...POLICY,
    metadata: metadataOf(job, `${job.objectName}-volume`),
    spec: {
      resourceSelectors: [{ apiVersion, kind, namespace: job.namespace, name: metadata.name }],
      placement: { clusterAffinity: { clusterNames: clusters }, ...ONCE_AND_FOR_ALL },
    },
  };
};

export const earlierPolicy = (job: JobSpec): Manifest => ({ ...POLICY, metadata: metadataOf(job) });

function affinityOf({ candidates, without }: Place) {
  if (candidates.length > 0) return { clusterNames: [...candidates].sort() };
  return without.length > 0 ? { exclude: [...without].sort() } : {};
}

const POLICY = {
  apiVersion: KINDS.propagationPolicy.apiVersion,
  kind: KINDS.propagationPolicy.kind,
} as const;

function sharedPolicy(
  prefix: string,
  namespace: string,
  kinds: readonly { readonly apiVersion: string; readonly kind: string }[],
  where: Record<string, unknown>,
): Manifest {
  const placement = { ...where, ...ONCE_AND_FOR_ALL };
  // Named by what it says, so that all replicas make the same ones, and a change makes another.
  const name = `${prefix}-${createHash('sha256').update(JSON.stringify(placement)).digest('hex').slice(0, 12)}`;
  const matchLabels = { [LABELS.managedBy]: LABELS.managedByValue, [LABELS.placement]: name };
  return {
    ...POLICY,
    metadata: { name, namespace, labels: { [LABELS.managedBy]: LABELS.managedByValue } },
    spec: {
      propagateDeps: true,
      resourceSelectors: kinds.map(({ apiVersion, kind }) => ({
        apiVersion,
        kind,
        namespace,
        labelSelector: { matchLabels },
      })),
      placement,
    },
  };
}

/**
 * Karmada moves what it placed when a cluster is out of reach for five minutes. The pods there may well be running, so the
 * job would run twice; without tolerationSeconds it stays.
 */
const ONCE_AND_FOR_ALL = {
  replicaScheduling: { replicaSchedulingType: 'Duplicated' },
  clusterTolerations: ['cluster.karmada.io/not-ready', 'cluster.karmada.io/unreachable'].map((key) => ({
    key,
    operator: 'Exists',
    effect: 'NoExecute',
  })),
};
