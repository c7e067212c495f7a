import type { Job } from '../jobs/job.ts';
import type { Karmada, KubeObject, ObjectReference } from '../karmada/karmada.ts';
import type { Outcome } from './outcome.ts';

/** What a job consists of on Karmada. Built from the row alone, so that every replica and every retry names the same objects. */
export interface JobObjects {
  readonly namespace: KubeObject;
  /** undefined when the job brings a volume of its own. */
  readonly volume: KubeObject | undefined;
  /** Sends the volume to the clusters that the job was given. */
  volumePolicy(clusters: readonly string[]): KubeObject | undefined;
  readonly policy: KubeObject;
  /** The RayJob or Job, suspended or not as the user wants it. */
  readonly workload: KubeObject;
}

export interface StepContext {
  readonly karmada: Karmada;
  readonly objects: JobObjects;
  /** Tries so far that led nowhere. */
  readonly attempts: number;
  readonly signal: AbortSignal;
  readonly finishedRetentionSeconds: number;
  keepLogs(job: Job, signal: AbortSignal): Promise<void>;
}

/** undefined: done or nothing to do, the next step may go on. An outcome ends the round; every step may be repeated. */
export type Step = (context: StepContext, job: Job) => Promise<Outcome | undefined>;

export const referenceTo = ({ apiVersion, kind, metadata }: KubeObject): ObjectReference => ({
  apiVersion,
  kind,
  namespace: metadata.namespace ?? null,
  name: metadata.name,
});

export const named = ({ kind, metadata }: KubeObject): string => `${kind} ${metadata.name}`;
