import { OPERATOR_METRICS as METRICS } from '../../../service/contract.ts';
import { type Alert, Alerts } from '../../constructs/alerts.ts';
import type { Stack } from '../../constructs/stack.ts';
import type { Settings } from './settings.ts';

/** Of DCGM's exporter, which GKE and the GPU operator of NVIDIA bring: use in percent, with the pod that has the GPU. */
const GPU_USE = 'DCGM_FI_DEV_GPU_UTIL';
/** Of cert-manager. */
const CERTIFICATE_END = 'certmanager_certificate_expiration_timestamp_seconds';
const CERTIFICATE_READY = 'certmanager_certificate_ready_status';

const DAY = 86_400;

/** Of trainings, their operator, and the certificates. What ml-platform has to tell is raised by its own rules. */
export function raiseAlerts(stack: Stack, { alerts }: Settings): void {
  new Alerts(stack, 'alerts', { name: 'trainingjobs', alerts: alertsOf(alerts) });
}

function alertsOf(limits: Settings['alerts']): Alert[] {
  const { certificateDays, idleGpuPercent, noProgressMinutes, queueDepth } = limits;
  const perJob = 'namespace, training_job';
  const works = `sum by (${perJob}) (${METRICS.activeWorkers}) > 0`;
  return [
    {
      name: 'TrainingJobOperatorDown',
      expr: `absent(${METRICS.leader} == 1)`,
      holds: '5m',
      severity: 'critical',
      summary: 'No operator of TrainingJobs acts.',
      description: 'Trainings go on, but nothing new starts and no failed worker is replaced. Look at its pods.',
    },
    {
      name: 'TrainingJobFailed',
      // The first failure of its kind makes the series: there is nothing yet from which it could have increased.
      expr: [
        `sum by (namespace, reason) (increase(${METRICS.failed}[15m])) > 0`,
        `or sum by (namespace, reason) (${METRICS.failed} unless ${METRICS.failed} offset 15m) > 0`,
      ].join(' '),
      holds: '0m',
      severity: 'warning',
      summary: 'TrainingJobs of {{ $labels.namespace }} failed: {{ $labels.reason }}.',
      description: 'kubectl describe trainingjob tells the message of the worker that failed first.',
    },
    {
      name: 'TrainingJobNoProgress',
      expr: `(${works}) and on (${perJob}) changes(${METRICS.progress}[${noProgressMinutes}m]) == 0`,
      holds: `${noProgressMinutes}m`,
      severity: 'warning',
      summary: '{{ $labels.namespace }}/{{ $labels.training_job }} runs and does not get on.',
      description: 'Look at the log of its worker 0, and at its conditions: Stalled says since when.',
    },
    {
      name: 'TrainingJobStalled',
      expr: `max by (${perJob}) (${METRICS.stalled}) == 1`,
      holds: '1m',
      severity: 'warning',
      summary: '{{ $labels.namespace }}/{{ $labels.training_job }} has stopped making steps.',
      description:
        'By its own pace (spec.failurePolicy.stall): its condition Stalled says since when, and how long a step took.',
    },
    {
      name: 'TrainingJobGpusIdle',
      expr: [
        `sum by (namespace) (${METRICS.allocatedGpus}) > 0`,
        `and on (namespace) avg by (namespace) (label_replace(${GPU_USE}, "namespace", "$1", "exported_namespace", "(.+)"))`,
        `< ${idleGpuPercent}`,
      ].join(' '),
      holds: '30m',
      severity: 'warning',
      summary: '{{ $value }} GPUs of {{ $labels.namespace }} are allocated and idle.',
      description: 'A training that waits for its data, or one whose processes hang.',
    },
    {
      name: 'TrainingJobQueueNotDraining',
      expr: `max(${METRICS.queueDepth}) > ${queueDepth}`,
      holds: '10m',
      severity: 'warning',
      summary: '{{ $value }} TrainingJobs wait for the operator.',
      description: 'The API server is slow or refuses: see trainingjob_reconciliation_errors_total and its log.',
    },
    {
      name: 'CertificateExpires',
      expr: `min by (namespace, name) (${CERTIFICATE_END}) - time() < ${certificateDays} * ${DAY}`,
      holds: '1h',
      severity: 'warning',
      summary: 'Certificate {{ $labels.namespace }}/{{ $labels.name }} ends in {{ $value | humanizeDuration }}.',
      description: 'cert-manager should have renewed it: kubectl describe certificate tells why it has not.',
    },
    {
      name: 'CertificateNotReady',
      expr: `max by (namespace, name) (${CERTIFICATE_READY}{condition="False"}) == 1`,
      holds: '15m',
      severity: 'warning',
      summary: 'Certificate {{ $labels.namespace }}/{{ $labels.name }} is not ready.',
      description: 'kubectl describe certificate, then its request and order, tell what is missing.',
    },
  ];
}
