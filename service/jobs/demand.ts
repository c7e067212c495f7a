import type { Job } from './job.ts';
import { presentRequest } from './recovery.ts';

/** What all pods of a job ask for together. */
export interface Demand {
  readonly gpus: number;
  readonly cpus: number;
  readonly memoryGiB: number;
}

/** The head coordinates and runs the driver; the training itself is left to the workers. */
export const MAX_HEAD = { cpuCores: 2, memoryGiB: 8 };
export const SUBMITTER = { cpuCores: 0.5, memoryGiB: 1, gpuCount: 0 };

export function demandOf(job: Pick<Job, 'kind' | 'request' | 'recovery'>): Demand {
  const { instanceCount, instanceResources: each } = presentRequest(job).resources;
  const workers = {
    gpus: instanceCount * each.gpuCount,
    cpus: instanceCount * each.cpuCores,
    memoryGiB: instanceCount * each.memoryGiB,
  };
  if (job.kind !== 'RayJob') return workers;
  return {
    gpus: workers.gpus,
    cpus: workers.cpus + Math.min(each.cpuCores, MAX_HEAD.cpuCores) + SUBMITTER.cpuCores,
    memoryGiB: workers.memoryGiB + Math.min(each.memoryGiB, MAX_HEAD.memoryGiB) + SUBMITTER.memoryGiB,
  };
}
