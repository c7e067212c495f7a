import type { PROGRESS_COLUMNS } from '../jobs/progress.ts';
import type { STATE_COLUMNS } from '../jobs/state/index.ts';
import type { Column } from '../kube/table.ts';

type Progress = typeof PROGRESS_COLUMNS;
type Name<K extends keyof typeof STATE_COLUMNS> =
  | (typeof STATE_COLUMNS)[K][number]
  | (K extends keyof Progress ? Progress[K][number] : never);
type Columns<K extends keyof typeof STATE_COLUMNS> = readonly (Column & { name: Name<K> })[];

/** Those of its state, and of its progress. Without the required ones a table tells nothing of the state of a job. */
export const COLUMNS: { readonly [K in keyof typeof STATE_COLUMNS]: Columns<K> } = {
  RayJob: [
    { name: 'job status', path: '.status.jobStatus', required: true },
    { name: 'deployment status', path: '.status.jobDeploymentStatus', required: true },
    { name: 'ray cluster name', path: '.status.rayClusterName' },
    { name: 'start time', path: '.status.startTime' },
    { name: 'end time', path: '.status.endTime' },
  ],
  Job: [{ name: 'Status' }, { name: 'Completions', required: true }],
  TrainingJob: [
    { name: 'State', path: '.status.state', required: true },
    { name: 'Attempt', path: '.status.attempt' },
    { name: 'Reason', path: '.status.reason' },
    { name: 'Progress', path: '.status.progress' },
    { name: 'Epoch', path: '.status.currentEpoch' },
    { name: 'Loss', path: '.status.metrics.loss' },
    { name: 'ETA', path: '.status.eta' },
    { name: 'Checkpoint', path: '.status.checkpoint.latest' },
    { name: 'Workers', path: '.status.workers.summary' },
    { name: 'Metrics', path: '.status.measured' },
    { name: 'Stall', path: '.status.conditions[?(@.type=="Stalled")].reason' },
  ],
};
