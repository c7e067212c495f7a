import { factsOf } from '../../contract/reasons.ts';
import type { JobState as ShownState } from '../../contract/states.ts';
import type { JobStatus, ListedJob } from '../api/types.ts';
import { words } from './text.ts';

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

export const STATE_TONES: Record<ShownState, Tone> = {
  Pending: 'pending',
  Suspended: 'stopped',
  Running: 'running',
  Succeeded: 'succeeded',
  Failed: 'failed',
  Cancelled: 'stopped',
};

/** A word of ours by its label, one from outside as it came. */
export const reasonLabel = (reason: string): string => factsOf(reason)?.label ?? words(reason);

/** What a person stopped is a state of its own to a reader, though `status` has only the four that clients know. */
export const jobState = ({ status, reason }: Stateful): JobState => {
  if (factsOf(reason)?.stopped) return { label: reasonLabel(reason), detail: '', tone: 'stopped' };
  const detail = reason === status || reason === '' ? '' : reasonLabel(reason);
  return { label: status, detail, tone: STATE_TONES[status] };
};

/** Somebody has to do something: it does not get further by itself. */
export const needsAttention = ({
  attention,
  status,
  reason,
}: Stateful & Partial<Pick<ListedJob, 'attention'>>): boolean =>
  !isFinished(status) && (attention != null || factsOf(reason)?.attention === true);

export const isFinished = (status: JobStatus): boolean => status === 'Succeeded' || status === 'Failed';

export const isSuspended = (job: Stateful): boolean => factsOf(job.reason)?.stopped === 'suspended';

const JOB_ACTIONS = ['cancel', 'suspend', 'resume', 'retry', 'delete'] as const;
export type JobAction = (typeof JOB_ACTIONS)[number];

/** What can be done with a job in its state; whether the role allows it is another question. */
export const possibleActions = (job: Stateful): ReadonlySet<JobAction> => {
  const stopped = factsOf(job.reason)?.stopped;
  if (stopped === 'deleted') return new Set();
  if (isFinished(job.status)) return new Set<JobAction>(['retry', 'delete']);
  if (stopped === 'cancelled') return new Set<JobAction>(['delete']);
  return new Set<JobAction>(['cancel', isSuspended(job) ? 'resume' : 'suspend', 'delete']);
};

/** Not yet sent to a cluster, and not to be given up: it has a place in the queue. */
export const waitsToBeSent = (job: Pick<ListedJob, 'dispatchedAt' | 'finishedAt' | 'wanted'>): boolean =>
  job.dispatchedAt === null && job.finishedAt === null && job.wanted === 'run';
