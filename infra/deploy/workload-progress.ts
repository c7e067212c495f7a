import type { KubeObject } from '../synth/synthesize.ts';

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
    currentRevision?: string;
    updateRevision?: string;
    conditions?: Condition[];
  };
}

export interface Progress {
  readonly state: 'up' | 'waiting' | 'failed';
  readonly text: string;
}

/** As `kubectl rollout status` judges it. */
export function progressOf(workload: Workload | undefined): Progress {
  if (!workload) return { state: 'failed', text: 'it is no longer there: somebody removed it' };
  if (workload.kind === 'Job') return jobProgress(workload);
  const { spec, status = {} } = workload;
  const generation = (workload.metadata as { generation?: number }).generation ?? 0;
  if ((status.observedGeneration ?? 0) < generation) return { state: 'waiting', text: 'not looked at yet' };
  const stalled = status.conditions?.find(({ reason }) => reason === 'ProgressDeadlineExceeded');
  if (stalled) return { state: 'failed', text: stalled.message ?? 'it makes no progress' };
  const wanted = spec?.replicas ?? 1;
  const updated = status.updatedReplicas ?? 0;
  const available = status.availableReplicas ?? 0;
  const old = (status.replicas ?? 0) - updated;
  const text = `${Math.min(updated, available)} of ${wanted} up${old > 0 ? `, ${old} of the version before` : ''}`;
  return { state: updated >= wanted && available >= wanted && old <= 0 ? 'up' : 'waiting', text };
}

function jobProgress({ status = {} }: Workload): Progress {
  const holds = (type: string) => status.conditions?.find((each) => each.type === type && each.status === 'True');
  const failed = holds('Failed');
  if (failed) return { state: 'failed', text: failed.message ?? 'it failed' };
  return holds('Complete') ? { state: 'up', text: 'done' } : { state: 'waiting', text: 'running' };
}
