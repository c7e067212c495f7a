// Three hours of a fleet that works, a value a minute, with the names and labels that our exporters, HAProxy, MinIO,
// kube-state-metrics and kubelets give them: what a Prometheus has after a while.
import { METRICS, OPERATOR_METRICS } from '../../../service/contract.ts';

/** Of a day that has gone, so that nothing depends on when the tests run. */
export const FROM = Date.UTC(2026, 0, 5, 8) / 1000;
const MINUTES = 180;
export const TO = FROM + MINUTES * 60;

type Labels = Readonly<Record<string, string>>;
type Value = (minute: number) => number;

const steady =
  (value: number): Value =>
  () =>
    value;
/** A counter. */
const rising =
  (perMinute: number): Value =>
  (minute) =>
    Math.floor(minute * perMinute);
const wave =
  (least: number, most: number, period = 60): Value =>
  (minute) =>
    least + ((most - least) * (1 + Math.sin((2 * Math.PI * minute) / period))) / 2;

interface Series {
  readonly name: string;
  readonly labels: Labels;
  readonly value: Value;
}
const series = (name: string, labels: Labels, value: Value): Series => ({ name, labels, value });

/** Cumulative, as histograms are: nine of ten within the first bucket. */
const histogram = (name: string, labels: Labels, perMinute: number): Series[] =>
  [
    ['0.05', 0.9],
    ['0.25', 0.99],
    ['+Inf', 1],
  ].map(([le, share]) => series(`${name}_bucket`, { ...labels, le: String(le) }, rising(perMinute * Number(share))));

function operator(): Series[] {
  const M = OPERATOR_METRICS;
  const labels = { namespace: 'ml-training' };
  const job = (name: string, from: number, loss: number): Series[] => {
    const of = { ...labels, training_job: name };
    return [
      series(M.progress, of, (minute) => Math.min(100, from + minute / 3)),
      series(M.loss, of, (minute) => loss / (1 + minute / 20) + 0.1),
      series(M.accuracy, of, (minute) => 1 - 0.6 / (1 + minute / 25)),
      series(M.activeWorkers, of, steady(4)),
      series(M.allocatedGpus, of, steady(8)),
      series(M.restarted, of, (minute) => (minute > 90 ? 1 : 0)),
      series(M.stalled, of, (minute) => (name === 'resnet' && minute > 100 && minute < 130 ? 1 : 0)),
    ];
  };
  return [
    ...job('bert', 5, 2.4),
    ...job('resnet', 30, 1.2),
    ...['Pending', 'Running', 'Completed', 'Failed'].map((state, at) =>
      series(M.count, { ...labels, state }, wave(1, 3 + 2 * at, 40 + 10 * at)),
    ),
    series(M.created, labels, rising(0.2)),
    series(M.completed, { ...labels, result: 'succeeded' }, rising(0.15)),
    series(M.completed, { ...labels, result: 'failed' }, rising(0.03)),
    series(M.failed, { ...labels, reason: 'BackoffLimitExceeded' }, rising(0.03)),
    ...histogram(M.reconciliation, { result: 'success' }, 120),
    series(M.reconciliationErrors, { error_type: 'conflict' }, rising(0.4)),
    series(M.queueDepth, {}, wave(0, 12, 30)),
    series(M.progressReports, { outcome: 'accepted' }, rising(600)),
    series(M.leader, {}, steady(1)),
  ];
}

function hub(): Series[] {
  const labels = { namespace: 'ml-platform', pod: 'ml-platform-backend-0' };
  const of = (name: string, more: Labels, value: Value) => series(name, { ...labels, ...more }, value);
  const clusters = ['member1', 'member2'].flatMap((cluster, at) => [
    of(METRICS.monitorLag, { cluster }, wave(0.2, 1.4 + at, 25)),
    of(METRICS.clusterFailures, { cluster }, steady(0)),
    of(METRICS.karmadaRequests, { cluster, outcome: '200' }, rising(60 + 10 * at)),
    ...histogram(METRICS.karmadaDuration, { ...labels, cluster }, 60),
  ]);
  return [
    ...['Pending', 'Running'].map((status, at) => of(METRICS.activeJobs, { status }, wave(4, 20 + 30 * at, 70))),
    of(METRICS.submissions, { algorithm: 'xgboost' }, rising(1.5)),
    of(METRICS.finished, { status: 'Succeeded', reason: 'Completed' }, rising(1.2)),
    of(METRICS.finished, { status: 'Failed', reason: 'AppFailed' }, rising(0.1)),
    of(METRICS.dispatchLag, {}, wave(0, 4, 20)),
    ...clusters,
    of(METRICS.httpRequests, { method: 'GET', route: '/api/v1/jobs', code: '200' }, rising(300)),
    ...histogram(METRICS.httpDuration, { ...labels, method: 'GET', route: '/api/v1/jobs' }, 300),
    ...['total', 'idle'].map((state, at) => of(METRICS.databasePool, { state }, wave(2, 10 - 3 * at, 45))),
    of(METRICS.databaseUp, {}, steady(1)),
  ];
}

function pipeline(): Series[] {
  const labels = { namespace: 'flts' };
  const balancer = { ...labels, service: 'inference-lb-pods', proxy: 'pods' };
  return [
    ...['fastapi-app', 'eda', 'eval', 'inference'].map((service) => series('up', { ...labels, service }, steady(1))),
    ...['2xx', '5xx'].map((code, at) =>
      series('haproxy_backend_http_responses_total', { ...balancer, code }, rising(at === 0 ? 240 : 2)),
    ),
    series('haproxy_backend_response_time_average_seconds', balancer, wave(0.02, 0.09, 35)),
    series('haproxy_backend_current_queue', balancer, wave(0, 6, 35)),
    series('minio_cluster_capacity_usable_free_bytes', labels, (minute) => 8e9 - 1e7 * minute),
    ...parts('flts', ['inference', 'train-gru'], ['kafka', 'minio'], ['postgres-backup']),
  ];
}

/** What the cluster itself tells of an installation. */
function parts(namespace: string, deployments: string[], statefulSets: string[], cronJobs: string[]): Series[] {
  const of = (name: string, more: Labels, value: Value) => series(name, { namespace, ...more }, value);
  const pods = [...deployments, ...statefulSets].map((name) => `${name}-0`);
  return [
    ...deployments.map((deployment) => of('kube_deployment_status_replicas_available', { deployment }, steady(2))),
    ...statefulSets.map((statefulset) => of('kube_statefulset_status_replicas_ready', { statefulset }, steady(1))),
    ...pods.flatMap((pod, at) => [
      of('kube_pod_container_status_restarts_total', { pod, container: 'it' }, (minute) =>
        minute > 60 && at === 0 ? 2 : 0,
      ),
      of('container_cpu_usage_seconds_total', { pod, container: 'it' }, rising(12 + 6 * at)),
      of('container_memory_working_set_bytes', { pod, container: 'it' }, wave(2e8, 4e8 + 1e8 * at, 50)),
    ]),
    ...statefulSets.flatMap((name) => [
      of('kubelet_volume_stats_used_bytes', { persistentvolumeclaim: `${name}-pvc` }, (minute) => 2e9 + 5e6 * minute),
      of('kubelet_volume_stats_capacity_bytes', { persistentvolumeclaim: `${name}-pvc` }, steady(5e9)),
    ]),
    ...cronJobs.map((cronjob) =>
      of('kube_cronjob_status_last_successful_time', { cronjob }, (minute) => FROM + Math.floor(minute / 60) * 3600),
    ),
  ];
}

/** As `promtool tsdb create-blocks-from openmetrics` reads it. */
export function recorded(): string {
  const weather = parts('preempt', ['api', 'store'], ['mysql', 'redis'], ['collector', 'detector']);
  const all = [...operator(), ...hub(), ...pipeline(), ...weather];
  const lines = all.flatMap(({ labels, name, value }) => {
    const told = Object.entries(labels).map(([key, text]) => `${key}="${text}"`);
    return Array.from(
      { length: MINUTES + 1 },
      (_, minute) => `${name}{${told.join(',')}} ${value(minute)} ${FROM + minute * 60}`,
    );
  });
  return `${lines.join('\n')}\n# EOF\n`;
}
