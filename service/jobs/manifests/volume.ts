import { volumeNameOf } from '../ids.ts';
import { type JobSpec, type Manifest, type ManifestSettings, metadataOf } from './manifest.ts';

/** The claim that the pods mount: the request's own, or the one made for the job, which all its attempts in one cluster share. */
export const claimName = (job: JobSpec): string => job.request.pvcName ?? volumeNameOf(job.id, job.recovery?.volume);

/** undefined when the request brings a volume that exists already. */
export function volumeOf(job: JobSpec, { storageClass }: ManifestSettings): Manifest | undefined {
  if (job.request.pvcName !== undefined) return undefined;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: metadataOf(job, claimName(job)),
    spec: {
      accessModes: ['ReadWriteMany'],
      resources: { requests: { storage: `${job.request.resources.volumeSizeGB}Gi` } },
      ...(storageClass === null ? {} : { storageClassName: storageClass }),
    },
  };
}
