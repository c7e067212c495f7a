import type { ListedJob } from '../../client/index.ts';

type Used = Pick<ListedJob, 'status' | 'utilisation'>;

/** "GPU 93%", or "CPU 40%" of a job without GPUs; a service of an earlier version does not tell. */
export const shownUse = (job: Used): string => {
  const { cpuPercent = null, gpuPercent = null } = job.utilisation ?? {};
  if (gpuPercent !== null) return `GPU ${gpuPercent}%`;
  return cpuPercent === null ? '' : `CPU ${cpuPercent}%`;
};

/** "4 GPUs 93%, 1 of them idle; CPU 40% of what it asked for": all that is known. */
export const wordsOfUse = ({ utilisation }: Used): string => {
  if (!utilisation) return '';
  const { cpuPercent, gpuPercent, gpus, idleGpus } = utilisation;
  const idle = idleGpus === 0 ? '' : gpus === 1 ? ', idle' : `, ${idleGpus} of them idle`;
  return [
    gpuPercent === null ? '' : `${gpus} ${gpus === 1 ? 'GPU' : 'GPUs'} ${gpuPercent}%${idle}`,
    cpuPercent === null ? '' : `CPU ${cpuPercent}% of what it asked for`,
  ]
    .filter((part) => part !== '')
    .join('; ');
};
