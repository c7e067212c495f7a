import { type Alert, Alerts } from '../../constructs/alerts.ts';
import { clusterPanels, DUMPS, failedJobs, lateRuns, withoutPods } from '../../constructs/cluster-figures.ts';
import { Dashboard, type Panel } from '../../constructs/dashboard.ts';
import { podsName } from '../../constructs/metrics.ts';
import type { Stack } from '../../constructs/stack.ts';
import type { WebService } from '../../constructs/web-service.ts';
import type { Settings } from './settings.ts';

/** For the Prometheus and Grafana of the cluster: what HAProxy, MinIO and the cluster itself tell of the pipeline. */
export function observe(stack: Stack, { alerts, namespace }: Settings, balancer: WebService): void {
  const of: Select = (metric) => `${metric}{namespace="${namespace.name}"}`;
  const forecasts: Select = (metric, labels = '') =>
    `${metric}{namespace="${namespace.name}",service="${podsName(balancer)}",proxy="pods"${labels}}`;
  new Alerts(stack, 'alerts', { name: 'flts', alerts: alertsOn(stack, of, forecasts, alerts) });
  new Dashboard(stack, 'dashboard', {
    name: 'flts-dashboard',
    title: 'Forecasting pipeline',
    panels: [...panels(of, forecasts), ...clusterPanels(stack)],
  });
}

type Select = (metric: string, labels?: string) => string;

function alertsOn(stack: Stack, of: Select, forecasts: Select, limits: Settings['alerts']): Alert[] {
  const responses = 'haproxy_backend_http_responses_total';
  return [
    {
      name: 'FltsInferenceDown',
      expr: `absent(${forecasts('haproxy_backend_active_servers')} > 0)`,
      holds: '2m',
      severity: 'critical',
      summary: 'No forecast can be had.',
      description: 'The load balancer finds no inference pod that is well, or is not there itself.',
    },
    {
      name: 'FltsForecastsFail',
      expr: `sum(rate(${forecasts(responses, ',code="5xx"')}[5m])) / sum(rate(${forecasts(responses)}[5m])) > ${limits.errorPercent} / 100`,
      holds: '5m',
      severity: 'warning',
      summary: '{{ $value | humanizePercentage }} of the forecasts fail.',
      description: 'The log of the inference pods has the requests that failed.',
    },
    {
      name: 'FltsQueueNotDraining',
      expr: `sum(${forecasts('haproxy_backend_current_queue')}) > ${limits.waitingRequests}`,
      holds: '5m',
      severity: 'warning',
      summary: '{{ $value }} requests wait for a forecast.',
      description: 'More come than inference gets done: inference.replicas, or inference.autoscaling.',
    },
    {
      name: 'FltsTrainingDown',
      expr: withoutPods(stack, { deployments: ['train-gru', 'train-lstm', 'nonml-prophet', 'eval'] }),
      holds: '10m',
      severity: 'warning',
      summary: '{{ $labels.workload }} has no pod that is ready.',
      description: 'Forecasts go on with the models that there are; no better one is made.',
    },
    {
      name: 'FltsStateDown',
      expr: withoutPods(stack, { statefulSets: ['kafka', 'minio', 'postgres', 'mlflow-postgres'] }),
      holds: '5m',
      severity: 'critical',
      summary: '{{ $labels.workload }} has no pod that is ready.',
      description: 'What reads and writes there waits. Look at its pod and at its volume.',
    },
    {
      name: 'FltsStorageFilling',
      expr: `min(${of('minio_cluster_capacity_usable_free_bytes')} / ${of('minio_cluster_capacity_usable_total_bytes')}) < ${limits.freePercent} / 100`,
      holds: '15m',
      severity: 'warning',
      summary: 'The object storage has {{ $value | humanizePercentage }} left.',
      description: 'Old models and data sets can go; objectStorage.bundled.size grows it, where the storage class can.',
    },
    {
      name: 'FltsJobFailed',
      expr: failedJobs(stack, ['preprocess', 'nonml']),
      holds: '1m',
      severity: 'warning',
      summary: '{{ $labels.job_name }} has given up.',
      description: 'What it was to do is not done. Its log says why.',
    },
    {
      name: 'FltsBackupLate',
      expr: lateRuns(stack, DUMPS, limits.lateRuns),
      holds: '15m',
      severity: 'warning',
      summary: '{{ $labels.cronjob }} has last succeeded {{ $value | humanizeDuration }} ago.',
      description: 'What is lost now cannot be had back from a newer dump.',
    },
  ];
}

const panels = (of: Select, forecasts: Select): Panel[] => [
  {
    title: 'Parts that answer',
    unit: 'short',
    lines: { '{{service}}': `sum by (service) (${of('up')})` },
  },
  {
    title: 'Requests for forecasts',
    unit: 'reqps',
    lines: { '{{code}}': `sum by (code) (rate(${forecasts('haproxy_backend_http_responses_total')}[5m]))` },
  },
  {
    title: 'Time of a forecast',
    unit: 's',
    lines: { 'mean of the last 1024': `max(${forecasts('haproxy_backend_response_time_average_seconds')})` },
  },
  {
    title: 'Requests that wait',
    unit: 'short',
    lines: { waiting: `sum(${forecasts('haproxy_backend_current_queue')})` },
  },
  {
    title: 'Object storage, free',
    unit: 'bytes',
    lines: { free: `min(${of('minio_cluster_capacity_usable_free_bytes')})` },
  },
];
