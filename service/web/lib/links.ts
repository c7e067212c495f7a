import type { Job } from '../api/types.ts';

interface Link {
  readonly label: string;
  readonly url: string;
}

/** The deployment's links with what this job has; one that names what the job does not have yet, such as a cluster, is left out. */
export const linksOf = (templates: readonly Link[], job: Job): Link[] => {
  const places: Record<string, string | null | undefined> = {
    id: job.id,
    jobName: job.jobName,
    namespace: job.namespace,
    objectName: job.objectName,
    cluster: job.clusters[0],
    algorithm: job.algorithm,
    owner: job.createdBy,
  };
  return templates.flatMap(({ label, url }) => {
    let missing = false;
    const filled = url.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      const value = places[name];
      missing ||= !value;
      return encodeURIComponent(value ?? '');
    });
    // The service has checked the templates; a page that trusts no address need not know that.
    const isWeb = URL.canParse(filled) && /^https?:$/.test(new URL(filled).protocol);
    return missing || !isWeb ? [] : [{ label, url: filled }];
  });
};
