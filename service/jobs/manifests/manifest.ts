import type { TrainerImages } from '../../contract/trainers.ts';
import { LABELS } from '../../contract.ts';
import type { Job } from '../job.ts';

/** The parts of a job that its objects are made of: the row alone, so that every replica and every retry makes the same. */
export type JobSpec = Pick<
  Job,
  'id' | 'objectName' | 'namespace' | 'kind' | 'priority' | 'wanted' | 'request' | 'retryOf' | 'recovery'
>;

interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly Readonly<Record<'apiVersion' | 'kind' | 'name' | 'uid', string>>[];
}

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
  readonly spec?: unknown;
}

/** Where a job's pods report to the hub how far they are. */
export interface ReportAddress {
  /** Under which each job has a path of its own. */
  readonly url: string;
  /** What the server's certificate is checked by; null: what the image trusts. */
  readonly authority: string | null;
}

/** What the operator of the platform sets for all jobs. */
export interface ManifestSettings {
  readonly rayImage: string;
  /** Of the built-in algorithms; rayImage where there is none. */
  readonly trainerImages?: TrainerImages;
  /** Secret in the job's namespace with the keys to the object storage; a request may name another. */
  readonly credentialsSecret: string;
  /** null: the member cluster's default */
  readonly storageClass: string | null;
  /** Of the folders that are sent along with jobs: where they lie, and what unpacks them for jobs without Ray. */
  readonly workdirs?: {
    readonly at: { readonly bucket: string; readonly key: string };
    readonly image: string | null;
  } | null;
  readonly objectStorage?: { readonly endpoint: string; readonly region: string } | null;
  /** Where their pods report how far they are; without it to nobody. */
  readonly progress?: ReportAddress | null;
}

export const labelsOf = (job: JobSpec): Record<string, string> => ({
  [LABELS.managedBy]: LABELS.managedByValue,
  [LABELS.jobId]: job.id,
});

export const metadataOf = (job: JobSpec, name = job.objectName): Metadata => ({
  name,
  namespace: job.namespace,
  labels: labelsOf(job),
});

/** For people and policy engines in the member; Karmada and KubeRay do not act on it. Dispatch works through its queue by priority. */
export const workloadMetadata = (job: JobSpec): Metadata => ({
  ...metadataOf(job),
  annotations: {
    'mlplatform.io/priority': String(job.priority),
    'mlplatform.io/algorithm': job.request.algorithm.algorithmName,
  },
});
