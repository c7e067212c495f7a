// The order in which objects are applied: it is the Argo CD sync wave and the first part of the file's name, so that
// `kubectl apply -f` on the folder, which goes by file name, follows the same order.

const NAMESPACE = 0;
const FOUNDATION = 1;
const STATE = 2;
const ONE_TIME_JOB = 3;
export const SERVICE = 4;
export const AROUND = 5;

const WAVES: Record<string, number> = {
  Namespace: NAMESPACE,
  AppProject: NAMESPACE,
  // A claim may stay Pending until its first pod is scheduled (WaitForFirstConsumer), and Argo CD waits for each wave
  // to be healthy: in an earlier wave than its StatefulSet it would wait for ever.
  PersistentVolumeClaim: STATE,
  StatefulSet: STATE,
  Cluster: STATE,
  Job: ONE_TIME_JOB,
  Deployment: SERVICE,
  CronJob: AROUND,
  HorizontalPodAutoscaler: AROUND,
  PodDisruptionBudget: AROUND,
  Ingress: AROUND,
  ServiceMonitor: AROUND,
  PrometheusRule: AROUND,
  ScheduledBackup: AROUND,
  ClusterPropagationPolicy: AROUND,
};

export const WAVE_ANNOTATION = 'argocd.argoproj.io/sync-wave';

/** The wave of an object: the one it names itself, or that of its kind. */
export function waveOf(object: { kind: string; metadata: { annotations?: Record<string, string> } }): number {
  return Number(object.metadata.annotations?.[WAVE_ANNOTATION] ?? WAVES[object.kind] ?? FOUNDATION);
}
