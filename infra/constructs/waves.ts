import { eachObject } from '../data/each-object.ts';

// The order in which objects are applied: it is the Argo CD sync wave and the first part of the file's name, so that
// `kubectl apply -f` on the folder, which goes by file name, follows the same order.

const NAMESPACE = 0;
const FOUNDATION = 1;
const STATE = 2;
const ONE_TIME_JOB = 3;
/** Jobs of a later wave are not waited for by anybody: they may compute for days. */
export const LAST_JOB_WAVE = ONE_TIME_JOB;
export const SERVICE = 4;
export const AROUND = 5;

const WAVES: Record<string, number> = {
  Namespace: NAMESPACE,
  AppProject: NAMESPACE,
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

interface AnyObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
}

/** The wave of an object: the one it names itself, or that of its kind. */
export function waveOf(object: AnyObject): number {
  return Number(object.metadata.annotations?.[WAVE_ANNOTATION] ?? WAVES[object.kind] ?? FOUNDATION);
}

/**
 * Of each volume claim, by name, the wave of the first workload that mounts it. Most storage binds a claim when its first
 * pod is scheduled, and Argo CD waits for each wave to be healthy: in an earlier wave than its pod it would wait for ever,
 * for a claim of a nightly job until the night. One that nobody mounts comes last.
 */
export function wavesOfClaims(objects: readonly AnyObject[]): (claim: AnyObject) => number {
  const waves = new Map<string, number>();
  for (const object of objects) {
    for (const name of claimsIn(object))
      waves.set(name, Math.min(waves.get(name) ?? Number.POSITIVE_INFINITY, waveOf(object)));
  }
  return ({ metadata }) => waves.get(metadata.name) ?? AROUND;
}

function claimsIn(object: AnyObject): string[] {
  const found: string[] = [];
  eachObject(object, ({ claimName }) => {
    if (typeof claimName === 'string') found.push(claimName);
  });
  return found;
}
