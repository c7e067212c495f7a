import type { Cluster, Job } from './types.ts';

type Asked = Pick<Cluster, 'name' | 'utilisation'>;

/** Why it is not known what a running job uses, for people: a sentence for each of its clusters that was asked, or one for all. */
export const whyNoUtilisation = ({ clusters }: Pick<Job, 'clusters'>, all: readonly Asked[]): string => {
  const asked = all.flatMap(({ name, utilisation }) =>
    utilisation && clusters.includes(name) ? [{ name, why: utilisation.why }] : [],
  );
  if (asked.length === 0)
    return 'The platform has asked no Prometheus of its cluster; the setting UTILISATION_SERVICE says where each has one.';
  return asked
    .map(({ name, why }) =>
      why === null ? `The Prometheus of ${name} has no figures of its pods.` : `${name}: ${why}.`,
    )
    .join(' ');
};
