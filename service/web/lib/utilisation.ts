import type { ListedJob } from '../api/types.ts';

/** Of a row that runs: of GPUs where it has any, else of CPU. */
export const shownUse = ({ status, utilisation }: Pick<ListedJob, 'status' | 'utilisation'>): string | null => {
  if (!utilisation || status !== 'Running') return null;
  const { cpuPercent, gpuPercent } = utilisation;
  if (gpuPercent !== null) return `GPU ${gpuPercent} %`;
  return cpuPercent === null ? null : `CPU ${cpuPercent} %`;
};

type Used = Pick<ListedJob, 'id' | 'utilisation'>;

/** The rows with what was read of their use; those of which nothing was read stay the very same. */
export const withUse = <Row extends Used>(jobs: readonly Row[], read: readonly Used[]): readonly Row[] => {
  const useOf = new Map(read.map(({ id, utilisation }) => [id, utilisation]));
  return jobs.map((job) => (useOf.has(job.id) ? { ...job, utilisation: useOf.get(job.id) ?? null } : job));
};
