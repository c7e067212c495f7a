import { configName, PROGRESS } from '../names.ts';
import type { Attempt } from './attempt.ts';
import { masterPortOf } from './environment.ts';
import { ownedMetadata } from './metadata.ts';

export function configMapOf({ job, progressAuthority, progressUrl }: Attempt) {
  const { spec } = job;
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: ownedMetadata(job, configName(job.name)),
    data: {
      model: spec.model,
      dataset: spec.dataset,
      num_workers: String(spec.numWorkers),
      gpus_per_worker: String(spec.gpusPerWorker),
      framework: spec.framework,
      hyperparameters: JSON.stringify(spec.hyperparameters ?? {}),
      backend: spec.networking?.backend ?? 'nccl',
      master_port: String(masterPortOf(spec)),
      ...(progressUrl === undefined ? {} : { [PROGRESS.authority]: progressAuthority }),
    },
  };
}
