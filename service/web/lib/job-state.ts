import type { JobStatus } from '../api/types.ts';
import { words } from './text.ts';

export const STATUSES = ['Pending', 'Running', 'Succeeded', 'Failed'] as const satisfies readonly JobStatus[];

export type Tone = 'pending' | 'running' | 'succeeded' | 'failed' | 'stopped';

export interface Stateful {
  readonly status: JobStatus;
  readonly reason: string;
}

export interface JobState {
  readonly label: string;
  /** More than the label says; empty when there is none. */
  readonly detail: string;
  readonly tone: Tone;
}

const TONES: Record<JobStatus, Tone> = {
  Pending: 'pending',
  Running: 'running',
  Succeeded: 'succeeded',
  Failed: 'failed',
};

/** Reasons that are states of their own to a reader, though `status` has only the four that clients know. */
const OWN_STATES: Record<string, string> = {
  Suspended: 'Suspended',
  Suspending: 'Suspending',
  Cancelled: 'Cancelled',
  Cancelling: 'Cancelling',
  Deleting: 'Deleting',
};

export const jobState = ({ status, reason }: Stateful): JobState => {
  const own = OWN_STATES[reason];
  if (own !== undefined) return { label: own, detail: '', tone: 'stopped' };
  const detail = reason === status || reason === '' ? '' : words(reason);
  return { label: status, detail, tone: TONES[status] };
};

export const isFinished = (status: JobStatus): boolean => status === 'Succeeded' || status === 'Failed';

export const isSuspended = (job: Stateful): boolean => job.reason === 'Suspended' || job.reason === 'Suspending';

export const JOB_ACTIONS = ['cancel', 'suspend', 'resume', 'retry', 'delete'] as const;
export type JobAction = (typeof JOB_ACTIONS)[number];

/** What can be done with a job in its state; whether the role allows it is another question. */
export const possibleActions = (job: Stateful): ReadonlySet<JobAction> => {
  if (job.reason === 'Deleting') return new Set();
  if (isFinished(job.status)) return new Set<JobAction>(['retry', 'delete']);
  if (job.reason === 'Cancelling') return new Set<JobAction>(['delete']);
  return new Set<JobAction>(['cancel', isSuspended(job) ? 'resume' : 'suspend', 'delete']);
};
