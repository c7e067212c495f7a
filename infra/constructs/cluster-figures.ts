// Queries of what kube-state-metrics and the kubelets tell of an installation: figures that need nothing of its images.
import type { Panel } from './dashboard.ts';
import type { Stack } from './stack.ts';

/** Objects of the installation by the name of their kind's label: `{namespace="flts",deployment=~"(api|store)"}`. */
const selected = ({ settings }: Stack, label: string, names: string): string =>
  `{namespace="${settings.namespace.name}",${label}=~"${settings.namePrefix}${names}"}`;

const oneOf = (names: readonly string[]): string => `(${names.join('|')})`;

/** Of these Deployments and StatefulSets, those that should have pods and have none that is ready. */
export function withoutPods(
  stack: Stack,
  { deployments = [], statefulSets = [] }: { deployments?: readonly string[]; statefulSets?: readonly string[] },
): string {
  const none = (kind: string, ready: string, wanted: string, names: readonly string[]): string[] => {
    const objects = selected(stack, kind, oneOf(names));
    const both = `kube_${kind}_${ready}${objects} == 0 and kube_${kind}_${wanted}${objects} > 0`;
    return names.length === 0 ? [] : [`label_replace(${both}, "workload", "$1", "${kind}", "(.+)")`];
  };
  const all = [
    ...none('deployment', 'status_replicas_available', 'spec_replicas', deployments),
    ...none('statefulset', 'status_replicas_ready', 'replicas', statefulSets),
  ];
  return `max by (workload) (${all.join(' or ')})`;
}

/** Of these Jobs, those that have given up. */
export const failedJobs = (stack: Stack, names: readonly string[]): string => {
  const jobs = selected(stack, 'job_name', `${oneOf(names)}(-.+)?`);
  return `max by (job_name) (kube_job_failed{condition="true",${jobs.slice(1)} == 1)`;
};

/** Seconds since each CronJob's last success, where that is more than so many of its own intervals. */
export function lateRuns(stack: Stack, names: string, intervals: number): string {
  const jobs = selected(stack, 'cronjob', names);
  const interval = `(kube_cronjob_next_schedule_time${jobs} - kube_cronjob_status_last_schedule_time${jobs})`;
  const running = `unless kube_cronjob_spec_suspend${jobs} == 1`;
  const since = `time() - kube_cronjob_status_last_successful_time${jobs}`;
  return `max by (cronjob) ((${since}) > ${intervals} * ${interval} ${running})`;
}

/** CronJobs that dump a database. */
export const DUMPS = '.+-backup';

/** What a dashboard of any stack shows beside its own figures. */
export function clusterPanels(stack: Stack): Panel[] {
  const pods = selected(stack, 'pod', '.+');
  const used = (metric: string): string => `${metric}${selected(stack, 'persistentvolumeclaim', '.+')}`;
  return [
    {
      title: 'Pods that are ready',
      unit: 'short',
      lines: {
        '{{deployment}}': `max by (deployment) (kube_deployment_status_replicas_available${selected(stack, 'deployment', '.+')})`,
        '{{statefulset}}': `max by (statefulset) (kube_statefulset_status_replicas_ready${selected(stack, 'statefulset', '.+')})`,
      },
    },
    {
      title: 'Restarts in an hour',
      unit: 'short',
      lines: { '{{pod}}': `sum by (pod) (increase(kube_pod_container_status_restarts_total${pods}[1h])) > 0` },
    },
    {
      title: 'CPUs in use',
      unit: 'short',
      lines: {
        '{{pod}}': `sum by (pod) (rate(container_cpu_usage_seconds_total{container!="",${pods.slice(1)}[5m]))`,
      },
    },
    {
      title: 'Memory in use',
      unit: 'bytes',
      lines: { '{{pod}}': `sum by (pod) (container_memory_working_set_bytes{container!="",${pods.slice(1)})` },
    },
    {
      title: 'Volumes, used',
      unit: 'percentunit',
      lines: {
        '{{persistentvolumeclaim}}': `max by (persistentvolumeclaim) (${used('kubelet_volume_stats_used_bytes')} / ${used('kubelet_volume_stats_capacity_bytes')})`,
      },
    },
    {
      title: 'Since the last success of what runs on a schedule',
      unit: 's',
      lines: {
        '{{cronjob}}': `time() - max by (cronjob) (kube_cronjob_status_last_successful_time${selected(stack, 'cronjob', '.+')})`,
      },
    },
  ];
}
