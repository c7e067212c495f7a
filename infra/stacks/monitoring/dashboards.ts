import { OPERATOR_METRICS as JOBS, METRICS } from '../../../service/contract.ts';
import { Dashboard, type Panel } from '../../constructs/dashboard.ts';
import type { Stack } from '../../constructs/stack.ts';

/** Of the ConfigMaps, and of the dashboards in Grafana. */
export const OPERATOR_DASHBOARD = 'trainingjob-operator';
export const FLEET_DASHBOARD = 'training-fleet';

export function drawDashboards(stack: Stack): void {
  new Dashboard(stack, 'operator-dashboard', {
    name: OPERATOR_DASHBOARD,
    title: 'TrainingJob Operator Metrics',
    panels: OPERATOR_PANELS,
  });
  new Dashboard(stack, 'fleet-dashboard', { name: FLEET_DASHBOARD, title: 'Training fleet', panels: FLEET_PANELS });
}

const JOB = '{{namespace}}/{{training_job}}';
const quantile = (metric: string, by: string) =>
  `histogram_quantile(0.95, sum by (${by}) (rate(${metric}_bucket[5m])))`;

const OPERATOR_PANELS: Panel[] = [
  { title: 'TrainingJobs by state', unit: 'short', lines: { '{{state}}': `sum by (state) (${JOBS.count})` } },
  {
    title: 'Created, completed, failed',
    unit: 'short',
    lines: {
      created: `sum(increase(${JOBS.created}[5m]))`,
      '{{result}}': `sum by (result) (increase(${JOBS.completed}[5m]))`,
      'failed: {{reason}}': `sum by (reason) (increase(${JOBS.failed}[5m]))`,
    },
  },
  { title: 'Progress', unit: 'percent', lines: { [JOB]: JOBS.progress } },
  { title: 'Loss', unit: 'short', lines: { [JOB]: JOBS.loss } },
  { title: 'Accuracy', unit: 'short', lines: { [JOB]: JOBS.accuracy } },
  { title: 'Stalled', unit: 'short', lines: { [JOB]: `${JOBS.stalled} == 1` } },
  { title: 'Restarts', unit: 'short', lines: { [JOB]: `increase(${JOBS.restarted}[1h])` } },
  { title: 'Active workers', unit: 'short', lines: { [JOB]: JOBS.activeWorkers } },
  {
    title: 'Allocated GPUs',
    unit: 'short',
    lines: { '{{namespace}}': `sum by (namespace) (${JOBS.allocatedGpus})` },
  },
  {
    title: 'A look at a job, 95th percentile',
    unit: 's',
    lines: { '{{result}}': quantile(JOBS.reconciliation, 'result, le') },
  },
  {
    title: 'Looks that failed',
    unit: 'short',
    lines: { '{{error_type}}': `sum by (error_type) (increase(${JOBS.reconciliationErrors}[5m]))` },
  },
  { title: 'Jobs that wait for a look', unit: 'short', lines: { waiting: `max(${JOBS.queueDepth})` } },
  {
    title: 'Reports of progress',
    unit: 'reqps',
    lines: { '{{outcome}}': `sum by (outcome) (rate(${JOBS.progressReports}[5m]))` },
  },
];

/** Of the hub, wherever it runs: what it knows of all clusters. Each replica tells what it knows: the best of them counts. */
const FLEET_PANELS: Panel[] = [
  {
    title: 'Unfinished jobs',
    unit: 'short',
    lines: { '{{namespace}} {{status}}': `max by (namespace, status) (${METRICS.activeJobs})` },
  },
  {
    title: 'Jobs that ended',
    unit: 'short',
    lines: { '{{status}} {{reason}}': `sum by (status, reason) (increase(${METRICS.finished}[1h]))` },
  },
  { title: 'Age of what is known', unit: 's', lines: { '{{cluster}}': `min by (cluster) (${METRICS.monitorLag})` } },
  {
    title: 'Queries of a cluster that failed in a row',
    unit: 'short',
    lines: { '{{cluster}}': `min by (cluster) (${METRICS.clusterFailures})` },
  },
  { title: 'Oldest job that waits for Karmada', unit: 's', lines: { oldest: `min(${METRICS.dispatchLag})` } },
  {
    title: 'TrainingJobs by namespace',
    unit: 'short',
    lines: { '{{namespace}} {{state}}': `sum by (namespace, state) (${JOBS.count})` },
  },
];
