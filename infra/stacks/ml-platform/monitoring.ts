import { METRICS } from '../../../service/contract.ts';
import { type Alert, Alerts } from '../../constructs/alerts.ts';
import { DUMPS, lateRuns } from '../../constructs/cluster-figures.ts';
import { Dashboard, type Panel } from '../../constructs/dashboard.ts';
import type { Stack } from '../../constructs/stack.ts';
import type { WebService } from '../../constructs/web-service.ts';
import type { Settings } from './settings.ts';

/** Alerts and dashboard, from the backend's own figures. Each replica tells what it knows: the best of them counts. */
export function observe(stack: Stack, { alerts, namespace }: Settings, backend: WebService): void {
  const of = (metric: string, labels = '') => `${metric}{namespace="${namespace.name}"${labels}}`;
  new Alerts(stack, 'alerts', { name: 'ml-platform', alerts: alertsOn(stack, of, backend, alerts) });
  new Dashboard(stack, 'dashboard', { name: 'ml-platform-dashboard', title: 'ML platform', panels: panels(of) });
}

type Select = (metric: string, labels?: string) => string;

function alertsOn(stack: Stack, of: Select, backend: WebService, limits: Settings['alerts']): Alert[] {
  const errors = `sum(rate(${of(METRICS.httpRequests, ',code=~"5.."')}[5m]))`;
  const requests = `sum(rate(${of(METRICS.httpRequests)}[5m]))`;
  return [
    {
      name: 'MlPlatformDown',
      expr: `absent(${of('up', `,service="${backend.name}"`)} == 1)`,
      holds: '2m',
      severity: 'critical',
      summary: 'No backend answers.',
      description: `Look at the pods: kubectl get pods -l app=${backend.app}`,
    },
    {
      name: 'MlPlatformMonitorBehind',
      expr: `min by (cluster) (${of(METRICS.monitorLag)}) > ${limits.monitorLagSeconds}`,
      holds: '1m',
      severity: 'warning',
      summary: 'The state of the jobs in {{ $labels.cluster }} is {{ $value | humanizeDuration }} old.',
      description: 'The cluster or the way to it is slow, or no replica has its lease: see the backend log.',
    },
    {
      name: 'MlPlatformClusterUnreachable',
      expr: `min by (cluster) (${of(METRICS.clusterFailures)}) >= ${limits.clusterFailures}`,
      holds: '1m',
      severity: 'critical',
      summary: 'Cluster {{ $labels.cluster }} has not answered {{ $value }} times in a row.',
      description: 'Its jobs keep the state they had. Look at the Cluster object in Karmada and at its conditions.',
    },
    {
      name: 'MlPlatformQueueNotDraining',
      expr: `min(${of(METRICS.dispatchLag)}) > ${limits.dispatchLagSeconds}`,
      holds: '2m',
      severity: 'critical',
      summary: 'A job has waited {{ $value | humanizeDuration }} to be sent to Karmada.',
      description: 'Karmada refuses or does not answer: the events of the waiting jobs say why.',
    },
    {
      name: 'MlPlatformDatabaseDown',
      expr: `max(${of(METRICS.databaseUp)}) == 0`,
      holds: '1m',
      severity: 'critical',
      summary: 'No replica reaches the database.',
      description: 'Nothing is accepted and nothing is recorded until it is back. Look at PostgreSQL and its volume.',
    },
    {
      name: 'MlPlatformErrorRate',
      expr: `${errors} / ${requests} > ${limits.errorPercent} / 100`,
      holds: '5m',
      severity: 'warning',
      summary: '{{ $value | humanizePercentage }} of the requests fail.',
      description: 'The backend log has each failed request with its request id.',
    },
    {
      name: 'MlPlatformBackupLate',
      expr: lateRuns(stack, DUMPS, limits.lateRuns),
      holds: '15m',
      severity: 'warning',
      summary: '{{ $labels.cronjob }} has last succeeded {{ $value | humanizeDuration }} ago.',
      description: 'What is lost now cannot be had back from a newer dump.',
    },
  ];
}

function panels(of: Select): Panel[] {
  const quantile = (metric: string, by: string) =>
    `histogram_quantile(0.95, sum by (${by}) (rate(${of(`${metric}_bucket`)}[5m])))`;
  return [
    { title: 'Unfinished jobs', unit: 'short', lines: { '{{status}}': `max by (status) (${of(METRICS.activeJobs)})` } },
    {
      title: 'Jobs submitted and finished',
      unit: 'short',
      lines: {
        submitted: `sum(increase(${of(METRICS.submissions)}[5m]))`,
        '{{status}} {{reason}}': `sum by (status, reason) (increase(${of(METRICS.finished)}[5m]))`,
      },
    },
    {
      title: 'Age of what is known, by cluster',
      unit: 's',
      lines: { '{{cluster}}': `min by (cluster) (${of(METRICS.monitorLag)})` },
    },
    { title: 'Oldest job that waits for Karmada', unit: 's', lines: { oldest: `min(${of(METRICS.dispatchLag)})` } },
    {
      title: 'Requests to Karmada',
      unit: 'reqps',
      lines: { '{{cluster}} {{outcome}}': `sum by (cluster, outcome) (rate(${of(METRICS.karmadaRequests)}[5m]))` },
    },
    {
      title: 'Karmada, 95th percentile',
      unit: 's',
      lines: { '{{cluster}}': quantile(METRICS.karmadaDuration, 'cluster, le') },
    },
    {
      title: 'API requests',
      unit: 'reqps',
      lines: { '{{code}}': `sum by (code) (rate(${of(METRICS.httpRequests)}[5m]))` },
    },
    { title: 'API, 95th percentile', unit: 's', lines: { '{{route}}': quantile(METRICS.httpDuration, 'route, le') } },
    {
      title: 'Database connections',
      unit: 'short',
      lines: { '{{pod}} {{state}}': `sum by (pod, state) (${of(METRICS.databasePool)})` },
    },
    { title: 'Database answers', unit: 'short', lines: { '{{pod}}': `max by (pod) (${of(METRICS.databaseUp)})` } },
  ];
}
