import { LABELS } from '../../../service/contract.ts';
import type { Cluster } from '../kube/cluster.ts';

interface Job {
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly status?: {
    readonly jobStatus?: string;
    readonly jobDeploymentStatus?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

const PATHS = ['/apis/ray.io/v1/rayjobs', '/apis/batch/v1/jobs'];
const ENDED = new Set(['SUCCEEDED', 'FAILED', 'STOPPED', 'Complete', 'Failed']);

/** Jobs of the platform that have not ended, as Karmada knows them: "namespace/name". */
export async function runningJobs({ api }: Cluster): Promise<string[]> {
  const query = { labelSelector: `${LABELS.managedBy}=${LABELS.managedByValue}` };
  const lists = await Promise.all(PATHS.map((path) => api.find<{ items: Job[] }>(path, query)));
  return lists
    .flatMap((list) => list?.items ?? [])
    .filter((job) => !hasEnded(job))
    .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
}

const hasEnded = ({ status = {} }: Job): boolean =>
  ENDED.has(status.jobStatus ?? '') ||
  ENDED.has(status.jobDeploymentStatus ?? '') ||
  (status.conditions ?? []).some(({ status: value, type }) => ENDED.has(type) && value === 'True');
