import { labelsOf, serviceName } from '../names.ts';
import type { TrainingJob } from '../training-job.ts';
import { masterPortOf } from './environment.ts';
import { ownedMetadata } from './metadata.ts';

/** Gives each worker its name in the cluster. */
export function headlessServiceOf(job: TrainingJob) {
  if (job.spec.numWorkers === 1) return undefined;
  const port = masterPortOf(job.spec);
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: ownedMetadata(job, serviceName(job.name)),
    spec: {
      clusterIP: 'None',
      // Workers meet before any of them is ready: each waits for all others.
      publishNotReadyAddresses: true,
      selector: labelsOf(job.name),
      ports: [{ name: 'master', port, targetPort: port, protocol: 'TCP' }],
    },
  };
}
