import { type Alert, Alerts } from '../../constructs/alerts.ts';
import { clusterPanels, DUMPS, failedJobs, lateRuns, withoutPods } from '../../constructs/cluster-figures.ts';
import { Dashboard } from '../../constructs/dashboard.ts';
import type { Stack } from '../../constructs/stack.ts';
import type { Settings } from './settings.ts';

/** For the Prometheus and Grafana of the cluster: what the cluster itself tells of the weather system. */
export function observe(stack: Stack, { alerts }: Settings): void {
  new Alerts(stack, 'alerts', { name: 'preempt', alerts: alertsOn(stack, alerts) });
  new Dashboard(stack, 'dashboard', {
    name: 'preempt-dashboard',
    title: 'Weather system',
    panels: clusterPanels(stack),
  });
}

const alertsOn = (stack: Stack, { lateRuns: intervals }: Settings['alerts']): Alert[] => [
  {
    name: 'PreemptDown',
    expr: withoutPods(stack, { deployments: ['api', 'frontend'] }),
    holds: '2m',
    severity: 'critical',
    summary: '{{ $labels.workload }} has no pod that is ready.',
    description: 'Nobody sees the weather. Look at its pods, and at what they wait for.',
  },
  {
    name: 'PreemptStateDown',
    expr: withoutPods(stack, { statefulSets: ['mysql', 'redis'] }),
    holds: '5m',
    severity: 'critical',
    summary: '{{ $labels.workload }} has no pod that is ready.',
    description: 'What reads and writes there waits. Look at its pod and at its volume.',
  },
  {
    name: 'PreemptWorkerDown',
    expr: withoutPods(stack, { deployments: ['store', 'ml-trainer'] }),
    holds: '10m',
    severity: 'warning',
    summary: '{{ $labels.workload }} has no pod that is ready.',
    description: 'Without the store, what is collected waits in Redis; without the trainer, the models grow old.',
  },
  {
    name: 'PreemptWeatherLate',
    expr: lateRuns(stack, 'collector', intervals),
    holds: '5m',
    severity: 'critical',
    summary: 'No weather has come for {{ $value | humanizeDuration }}.',
    description: 'The log of the last collector says whether the weather service, Redis or MySQL did not answer.',
  },
  {
    name: 'PreemptDetectionLate',
    expr: lateRuns(stack, 'detector', intervals),
    holds: '5m',
    severity: 'warning',
    summary: 'Nobody has looked for anomalies for {{ $value | humanizeDuration }}.',
    description: 'The log of the last detector says why; without a model of the trainer it cannot begin.',
  },
  {
    name: 'PreemptJobFailed',
    expr: failedJobs(stack, ['migrate', 'seed']),
    holds: '1m',
    severity: 'critical',
    summary: '{{ $labels.job_name }} has given up.',
    description: 'What needs the schema waits for it. Its log has the statement that failed.',
  },
  {
    name: 'PreemptBackupLate',
    expr: lateRuns(stack, DUMPS, intervals),
    holds: '15m',
    severity: 'warning',
    summary: '{{ $labels.cronjob }} has last succeeded {{ $value | humanizeDuration }} ago.',
    description: 'What is lost now cannot be had back from a newer dump.',
  },
];
