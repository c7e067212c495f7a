import type { AnyReason } from '../contract/reasons.ts';
import type { Recovery } from './attempt.ts';
import type { Attention } from './concern.ts';
import type { JobKind } from './kinds.ts';
import type { SeenProgress } from './progress.ts';
import type { JobRequest } from './request.ts';
import type { RetryPolicy } from './retry-policy.ts';
import type { StateCells } from './state/cells.ts';
import type { Utilisation } from './utilisation.ts';

export * from './kinds.ts';

/** What clients of the first implementation know; a new value would show as Pending to them. The finer truth is in `reason`. */
export const JOB_STATUSES = ['Pending', 'Running', 'Succeeded', 'Failed'] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

/** What the user last asked for; dispatch makes Karmada agree with it. */
export const WANTED = ['run', 'suspend', 'cancel', 'delete'] as const;
export type Wanted = (typeof WANTED)[number];

/** What keeps a job's pods from starting. */
export interface Trouble {
  readonly reason: AnyReason;
  readonly message: string;
}

/** The job in one member cluster, as last seen there. */
export interface ClusterState {
  readonly status: JobStatus;
  readonly reason: AnyReason;
  readonly message: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  /** As the member printed it in its Table: what the monitor compares, so that an unchanged row costs nothing. */
  readonly columns: StateCells;
  readonly rayCluster: string | null;
  /** While it is Pending there; what the object itself says is a mere "Starting". */
  readonly trouble?: Trouble;
}

export interface Job {
  readonly id: string;
  readonly jobName: string;
  readonly namespace: string;
  readonly algorithm: string;
  readonly priority: number;
  readonly kind: JobKind;
  readonly request: JobRequest;
  readonly status: JobStatus;
  readonly reason: AnyReason;
  readonly message: string;
  readonly wanted: Wanted;
  /** The name of every object of this job on Karmada: unique across namespaces, at most 47 characters (KubeRay's limit). */
  readonly objectName: string;
  /** Where Karmada placed it; empty until known. */
  readonly clusters: readonly string[];
  readonly clusterStates: Readonly<Record<string, ClusterState>>;
  /**
   * The clusters of this job that do not answer, each with the time since when. What is known of the job is then as old as that:
   * its status, reason and message stay what they were.
   */
  readonly unreachableSince: Readonly<Record<string, string>>;
  readonly retryOf: string | null;
  /** Of all attempts of its request, whichever job made them; a job that is tried again by the hub gets the next number. */
  readonly attempt: number;
  readonly retryPolicy: RetryPolicy | null;
  readonly recovery: Recovery | null;
  /** While it runs: why somebody should look at it. */
  readonly attention: Attention | null;
  readonly createdBy: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly dispatchedAt: Date | null;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  /** Milliseconds of its runs that are over: without suspensions, and without the wait for another try. */
  readonly ranForMs: number;
  /** Of the run that goes on; null: it does not run now. */
  readonly runningSince: Date | null;
  /** How far it is, where somebody tells and it was asked for. */
  readonly progress: SeenProgress | null;
  /** What its pods use, where somebody tells and it was asked for. */
  readonly utilisation: Utilisation | null;
  /** When its volume had been kept for long enough, and was removed. */
  readonly volumeRemovedAt: Date | null;
  /** Goes up with every write; a write names the version that it read, and a row that has moved on is left alone. */
  readonly version: number;
}

/** What changes of a job during its life. */
export type JobProgress = Pick<
  Job,
  | 'status'
  | 'reason'
  | 'message'
  | 'wanted'
  | 'priority'
  | 'clusters'
  | 'unreachableSince'
  | 'dispatchedAt'
  | 'startedAt'
  | 'finishedAt'
  | 'ranForMs'
  | 'runningSince'
  | 'updatedAt'
> & {
  /** Events of earlier versions lack it. */
  readonly attempt?: number;
  readonly nextAttemptAt?: Date | null;
  readonly attention?: Attention | null;
};

export interface JobEvent {
  /** Opaque and ordered as committed: the Last-Event-ID of the event stream. */
  readonly id: string;
  readonly jobId: string;
  /** The job's: who may not see the namespace is not told of the event. */
  readonly namespace: string;
  readonly at: Date;
  readonly status: JobStatus;
  readonly previous: JobStatus | null;
  readonly cluster: string | null;
  readonly reason: AnyReason;
  readonly message: string;
  /** The job as this event left it; null: it is deleted. Events of earlier versions do not tell. */
  readonly job?: JobProgress | null;
}

export const isFinished = (status: JobStatus): boolean => status === 'Succeeded' || status === 'Failed';
