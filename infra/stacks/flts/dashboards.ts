import { dashboardModel } from '../../constructs/dashboard.ts';

/** Who is up, and what the load balancer in front of inference sees. */
export const dashboards = {
  'pipeline.json': dashboardModel({
    name: 'flts-pipeline',
    title: 'Forecasting pipeline',
    panels: [
      { title: 'Pods that answer', lines: { '{{job}}': 'sum by (job) (up)' }, unit: 'short' },
      {
        title: 'Requests for forecasts',
        lines: { '{{code}}': 'sum by (code) (rate(haproxy_backend_http_responses_total{proxy="pods"}[5m]))' },
        unit: 'reqps',
      },
      {
        title: 'Time of a forecast',
        lines: { 'mean of the last 1024': 'max(haproxy_backend_response_time_average_seconds{proxy="pods"})' },
        unit: 's',
      },
      {
        title: 'Requests that wait',
        lines: { waiting: 'max(haproxy_backend_current_queue{proxy="pods"})' },
        unit: 'short',
      },
      {
        title: 'Space of the object storage',
        lines: { free: 'min(minio_cluster_capacity_usable_free_bytes)' },
        unit: 'bytes',
      },
      {
        title: 'CPU of the services',
        lines: { '{{job}}': 'sum by (job) (rate(process_cpu_seconds_total[5m]))' },
        unit: 'short',
      },
    ],
  }),
};
