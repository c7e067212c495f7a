import { API, API_VERSION, labelsOf } from '../names.ts';
import type { TrainingJob } from '../training-job.ts';

/** Objects that go when their job goes: the garbage collector sees to it, no finalizer. */
export const ownedMetadata = (job: TrainingJob, name: string, labels: Readonly<Record<string, string>> = {}) => ({
  name,
  namespace: job.namespace,
  labels: { ...labelsOf(job.name), ...labels },
  ownerReferences: [
    {
      apiVersion: API_VERSION,
      kind: API.kind,
      name: job.name,
      uid: job.uid,
      controller: true,
      blockOwnerDeletion: true,
    },
  ],
});
