import { KINDS, LABELS } from '../../contract.ts';
import { presentRequest } from '../recovery.ts';
import { batchJobSpec } from './batchjob.ts';
import { type JobSpec, type Manifest, type ManifestSettings, workloadMetadata } from './manifest.ts';
import { earlierPolicy, earlierVolumePolicy, inPlace, placementPolicy } from './policy.ts';
import { rayJobSpec } from './rayjob.ts';
import { trainingJobSpec } from './trainingjob.ts';
import { volumeOf } from './volume.ts';

export type { JobSpec, Manifest, ManifestSettings } from './manifest.ts';
export { inPlace, keepingPolicy, type Place, placementPolicy } from './policy.ts';
export { objectOfToken, reportSecret, reportToken } from './reports.ts';

/** What a job consists of on Karmada. */
export interface JobManifests {
  readonly namespace: Manifest;
  /** undefined when the request brings a volume of its own */
  readonly volume: Manifest | undefined;
  /** The RayJob, Job or TrainingJob, suspended or not as the user wants it. */
  readonly workload: Manifest;
  /** What versions before shared policies made for each job. */
  readonly earlier: {
    readonly policy: Manifest;
    /** Sends the volume to the clusters that the job was given. */
    volumePolicy(clusters: readonly string[]): Manifest | undefined;
  };
}

const WORKLOAD = {
  RayJob: { ...KINDS.rayJob, specOf: rayJobSpec },
  Job: { ...KINDS.job, specOf: batchJobSpec },
  TrainingJob: { ...KINDS.trainingJob, specOf: trainingJobSpec },
};

export function manifestsOf(spec: JobSpec, settings: ManifestSettings): JobManifests {
  const job = { ...spec, request: presentRequest(spec) };
  const volume = volumeOf(job, settings);
  return {
    namespace: {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: job.namespace,
        labels: { [LABELS.managedBy]: LABELS.managedByValue, [LABELS.madeForJobs]: 'true' },
      },
    },
    volume,
    workload: workloadOf(job, settings),
    earlier: {
      policy: earlierPolicy(job),
      volumePolicy: (clusters) => (volume ? earlierVolumePolicy(job, volume, clusters) : undefined),
    },
  };
}

/** What it says is made when it is looked at: most rounds of dispatch need its name alone, and it took a tenth of their time. */
function workloadOf(job: JobSpec, settings: ManifestSettings): Manifest {
  const { apiVersion, kind, specOf } = WORKLOAD[job.kind];
  let spec: unknown;
  return {
    apiVersion,
    kind,
    metadata: workloadMetadata(job),
    get spec() {
      spec ??= specOf(job, settings);
      return spec;
    },
  };
}

/** All of them, in the order in which they are created, as if these clusters were the first choice for the job. */
export function objectsOf(job: JobSpec, settings: ManifestSettings, clusters: readonly string[]): Manifest[] {
  const { namespace, workload, volume } = manifestsOf(job, settings);
  const { clusterCount, targetClusters } = job.request;
  const first = clusters.slice(0, clusterCount);
  const policy = placementPolicy(job, { first, candidates: targetClusters, without: [], clusterCount });
  return [namespace, policy, ...(volume ? [volume] : []), sentWith(policy, workload)];
}

/** As it is created: with the label by which its policy finds it. */
export function sentWith(policy: Manifest, { metadata, ...workload }: Manifest): Manifest {
  return { ...workload, metadata: { ...metadata, labels: { ...metadata.labels, ...inPlace(policy) } } };
}
