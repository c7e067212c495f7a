import { LABELS } from '../../contract.ts';
import { batchJob } from './batchjob.ts';
import type { JobSpec, Manifest, ManifestSettings } from './manifest.ts';
import { volumePolicy, workloadPolicy } from './policy.ts';
import { rayJob } from './rayjob.ts';
import { volumeOf } from './volume.ts';

export type { JobSpec, Manifest, ManifestSettings } from './manifest.ts';

/** What a job consists of on Karmada. */
export interface JobManifests {
  readonly namespace: Manifest;
  /** undefined when the request brings a volume of its own */
  readonly volume: Manifest | undefined;
  /** Sends the volume to the clusters that the job was given. */
  volumePolicy(clusters: readonly string[]): Manifest | undefined;
  readonly policy: Manifest;
  /** The RayJob or Job, suspended or not as the user wants it. */
  readonly workload: Manifest;
}

export function manifestsOf(job: JobSpec, settings: ManifestSettings): JobManifests {
  const workload = job.kind === 'RayJob' ? rayJob(job, settings) : batchJob(job, settings);
  const volume = volumeOf(job, settings);
  return {
    namespace: {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: job.namespace, labels: { [LABELS.managedBy]: LABELS.managedByValue } },
    },
    volume,
    volumePolicy: (clusters) => (volume ? volumePolicy(job, volume, clusters) : undefined),
    policy: workloadPolicy(job, workload),
    workload,
  };
}

/** All of them, in the order in which they are applied, as if these clusters had been given to the job. */
export function objectsOf(job: JobSpec, settings: ManifestSettings, clusters: readonly string[]): Manifest[] {
  const { namespace, policy, workload, volume, volumePolicy } = manifestsOf(job, settings);
  const objects = [namespace, policy, workload, volumePolicy(clusters), volume];
  return objects.filter((object): object is Manifest => object !== undefined);
}
