import type { Logger } from 'pino';
import type { Job } from '../jobs/job.ts';
import type { JobManifests } from '../jobs/manifests/index.ts';
import type { Karmada, Overview } from '../karmada/karmada.ts';
import type { KubeObject, ObjectReference } from '../kube/kube.ts';
import type { Candidates } from './candidates.ts';
import type { Outcome } from './outcome.ts';
import type { Remains } from './remains.ts';

export interface StepContext {
  readonly karmada: Karmada;
  /** What is known of Karmada without asking. */
  readonly overview: Overview;
  readonly candidates: Candidates;
  readonly members: Remains;
  /** Clusters in which nothing can write any more, as an administrator has confirmed. */
  readonly fenced: ReadonlySet<string>;
  /** Built from the row alone, so that every replica and every retry names the same objects. */
  readonly objects: JobManifests;
  /** Tries and looks so far that led nowhere. */
  readonly attempts: number;
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly finishedRetentionSeconds: number;
  readonly volumeRetentionSeconds: number;
  /** Of a job that has ended: from when on that counts. */
  readonly volumeKeptFrom: Date;
  /** A job that was placed and not seen in its cluster for so long is placed anew. */
  readonly placementGraceSeconds: number;
  keepLogs(job: Job, signal: AbortSignal): Promise<void>;
  readonly reportSecret: MakeReportSecret;
}

/** What a job's pods need to report to the hub, for its workload to own; undefined: they do not. */
export type MakeReportSecret = (job: Job, owner: ObjectReference & { readonly uid: string }) => KubeObject | undefined;

/** undefined: done or nothing to do, the next step may go on. An outcome ends the round; every step may be repeated. */
export type Step = (context: StepContext, job: Job) => Promise<Outcome | undefined>;

export const referenceTo = ({ apiVersion, kind, metadata }: KubeObject): ObjectReference => ({
  apiVersion,
  kind,
  namespace: metadata.namespace ?? null,
  name: metadata.name,
});

export const titleOf = ({ kind, metadata }: KubeObject): string => `${kind} ${metadata.name}`;
