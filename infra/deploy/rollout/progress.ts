import { LAST_JOB_WAVE, waveOf } from '../../constructs/waves.ts';
import type { KubeObject } from '../../synth/synthesize.ts';

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

export interface Workload extends KubeObject {
  spec?: { replicas?: number; selector?: { matchLabels?: Record<string, string> } };
  status?: {
    observedGeneration?: number;
    updatedReplicas?: number;
    availableReplicas?: number;
    replicas?: number;
    /** Of a DaemonSet. */
    desiredNumberScheduled?: number;
    updatedNumberScheduled?: number;
    numberAvailable?: number;
    /** Of a StatefulSet. */
    currentRevision?: string;
    updateRevision?: string;
    /** Of a Job. */
    ready?: number;
    succeeded?: number;
    /** Of a volume claim. */
    phase?: string;
    conditions?: Condition[];
  };
}

export interface Progress {
  readonly state: 'up' | 'waiting' | 'failed';
  readonly text: string;
  /** Why no pod is even made: a quota or an admission refuses them. */
  readonly trouble?: string;
}

type Judge = (workload: Workload) => Progress;

/** Of each kind that is waited for: how far it is. Of objects of other kinds nothing more is to be awaited. */
const JUDGES: Readonly<Record<string, Judge>> = {
  Deployment: rollingOut,
  StatefulSet: rollingOut,
  DaemonSet: (workload) =>
    rollingOut({ ...workload, spec: { replicas: nodesOf(workload) }, status: perNode(workload) }),
  Job: jobProgress,
  PersistentVolumeClaim: claimProgress,
  // Of the operators CloudNativePG and Strimzi, which say Ready of what they run.
  Cluster: saysReady,
  Kafka: saysReady,
};

export const isWaitedFor = ({ kind }: KubeObject): boolean => kind in JUDGES;

export function progressOf(workload: Workload | undefined): Progress {
  if (!workload) return { state: 'failed', text: 'it is no longer there: somebody removed it' };
  return JUDGES[workload.kind]?.(workload) ?? { state: 'up', text: '' };
}

const conditionOf = ({ status }: Workload, type: string): Condition | undefined =>
  status?.conditions?.find((each) => each.type === type && each.status === 'True');

/** As `kubectl rollout status` judges it. */
function rollingOut(workload: Workload): Progress {
  const { metadata, spec, status = {} } = workload;
  const generation = (metadata as { generation?: number }).generation ?? 0;
  if ((status.observedGeneration ?? 0) < generation) return { state: 'waiting', text: 'not looked at yet' };
  const stalled = status.conditions?.find(({ reason }) => reason === 'ProgressDeadlineExceeded');
  if (stalled) return { state: 'failed', text: stalled.message ?? 'it makes no progress' };
  const wanted = spec?.replicas ?? 1;
  const updated = status.updatedReplicas ?? 0;
  const available = status.availableReplicas ?? 0;
  const old = (status.replicas ?? 0) - updated;
  const text = `${Math.min(updated, available)} of ${wanted} up${old > 0 ? `, ${old} of the version before` : ''}`;
  if (updated >= wanted && available >= wanted && old <= 0) return { state: 'up', text };
  const refused = conditionOf(workload, 'ReplicaFailure')?.message;
  return { state: 'waiting', text, ...(refused !== undefined && { trouble: refused }) };
}

const nodesOf = ({ status }: Workload): number => status?.desiredNumberScheduled ?? 0;

const perNode = ({ status = {} }: Workload): NonNullable<Workload['status']> => ({
  ...status,
  replicas: nodesOf({ status } as Workload),
  updatedReplicas: status.updatedNumberScheduled ?? 0,
  availableReplicas: status.numberAvailable ?? 0,
});

/** One that others wait for must be done; a later one, which may compute for days, must have begun. */
function jobProgress(job: Workload): Progress {
  const failed = conditionOf(job, 'Failed');
  if (failed) return { state: 'failed', text: failed.message ?? 'it failed' };
  if (conditionOf(job, 'Complete')) return { state: 'up', text: 'done' };
  const { ready = 0, succeeded = 0 } = job.status ?? {};
  if (waveOf(job) > LAST_JOB_WAVE && ready + succeeded > 0) return { state: 'up', text: 'at work' };
  return { state: 'waiting', text: ready > 0 ? 'running' : 'not begun' };
}

/** One that no pod has asked for yet stays as it is; one whose pod waits for it is told with the pod. */
function claimProgress({ status }: Workload): Progress {
  if (status?.phase === 'Lost') return { state: 'failed', text: 'its volume is lost' };
  return { state: 'up', text: status?.phase ?? '' };
}

function saysReady(object: Workload): Progress {
  if (conditionOf(object, 'Ready')) return { state: 'up', text: 'ready' };
  const { message } = object.status?.conditions?.find(({ type }) => type === 'Ready') ?? {};
  return { state: 'waiting', text: message ?? object.status?.phase ?? 'not ready' };
}
