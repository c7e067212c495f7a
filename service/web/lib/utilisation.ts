import type { Cluster, ListedJob } from '../api/types.ts';

type Told = Pick<Cluster, 'name' | 'utilisation'>;

/** A sentence, or one for each cluster. */
export const whyNoUse = ({ clusters }: Pick<ListedJob, 'clusters'>, all: readonly Told[]): string => {
  const asked = clusters.flatMap((name) => {
    const { utilisation } = all.find((each) => each.name === name) ?? {};
    return utilisation ? [{ name, ...utilisation }] : [];
  });
  if (asked.length === 0)
    return 'The platform has asked no Prometheus of its cluster; the setting UTILISATION_SERVICE says where each has one.';
  return asked
    .map(({ name, why }) =>
      why === null ? `The Prometheus of ${name} has no figures of its pods.` : `${name}: ${why}.`,
    )
    .join(' ');
};

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
