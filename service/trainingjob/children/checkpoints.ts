import { CHECKPOINT_DIRECTORY, defaultClaimName, labelsOf } from '../names.ts';
import type { Spec } from '../schema/spec.ts';
import type { TrainingJob } from '../training-job.ts';
import { ownedMetadata } from './metadata.ts';

const storageOf = ({ checkpoint }: Spec) => (checkpoint?.enabled ? checkpoint.storage : undefined);

/** Object storage is addressed, not mounted. */
export const isMounted = (spec: Spec): boolean => ['pvc', 'nfs'].includes(storageOf(spec)?.type ?? '');

/** undefined: its checkpoints are on none. */
export function nameOfClaim(name: string, spec: Spec): string | undefined {
  const storage = storageOf(spec);
  return storage?.type === 'pvc' ? (storage.pvcName ?? defaultClaimName(name)) : undefined;
}

/** A checkpoint may as well have been written to where the program sends it by itself. */
export const isOnClaim = (spec: Spec, checkpoint: string | undefined): boolean =>
  storageOf(spec)?.type === 'pvc' && (checkpoint?.startsWith(`${CHECKPOINT_DIRECTORY}/`) ?? false);

export function checkpointVolume({ name, spec }: TrainingJob) {
  const storage = storageOf(spec);
  const claimName = nameOfClaim(name, spec);
  if (claimName !== undefined) return [{ name: 'checkpoints', persistentVolumeClaim: { claimName } }];
  // The restricted Pod Security Standard refuses nfs: such a namespace must be labelled baseline or privileged.
  if (storage?.type === 'nfs') return [{ name: 'checkpoints', nfs: { server: storage.server, path: storage.path } }];
  return [];
}

export const checkpointMount = ({ spec }: TrainingJob) =>
  isMounted(spec) ? [{ name: 'checkpoints', mountPath: CHECKPOINT_DIRECTORY }] : [];

/** The claim of a job that keeps checkpoints on one. One that is there already is used as it is. */
export function claimOf(job: TrainingJob) {
  const storage = storageOf(job.spec);
  if (storage?.type !== 'pvc' || (storage.pvcName !== undefined && storage.create === false)) return undefined;
  const accessMode = storage.accessMode ?? (job.spec.numWorkers > 1 ? 'ReadWriteMany' : 'ReadWriteOnce');
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    // A claim that has a name of its own may serve several jobs, and what is on it outlives them.
    metadata:
      storage.pvcName === undefined
        ? ownedMetadata(job, defaultClaimName(job.name))
        : { name: storage.pvcName, namespace: job.namespace, labels: labelsOf(job.name) },
    spec: {
      accessModes: [accessMode],
      ...(storage.storageClass === undefined ? {} : { storageClassName: storage.storageClass }),
      resources: { requests: { storage: storage.size } },
    },
  };
}
