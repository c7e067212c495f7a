import { type SpecInput, specSchema } from '../../trainingjob/schema/spec.ts';
import { dataSourceOf } from '../data-source.ts';
import { trainingEnvironment } from '../environment.ts';
import type { JobRequest } from '../request.ts';
import { trainingImage } from './image.ts';
import type { JobSpec, ManifestSettings } from './manifest.ts';
import { credentialVariables, plainVariables, quantities } from './pod.ts';
import { claimName } from './volume.ts';

/** Workers that are started, restarted from their last checkpoint and ended together by the operator in the member. */
export function trainingJobSpec(job: JobSpec, settings: ManifestSettings): SpecInput {
  const { request } = job;
  const { instanceCount, instanceResources } = request.resources;
  const { backend, backoffLimit, checkpoint, dataset, framework, model } = request.training ?? {};
  return {
    model: model ?? request.algorithm.algorithmName,
    dataset: dataset ?? datasetOf(request),
    numWorkers: instanceCount,
    gpusPerWorker: instanceResources.gpuCount,
    ...(framework && { framework }),
    image: trainingImage(request, settings).image,
    ...(request.command && { command: request.command }),
    ...(request.args && { args: request.args }),
    env: variablesOf(job, settings),
    // The operator adds the GPUs.
    resources: quantities({ ...instanceResources, gpuCount: 0 }),
    ...hyperparametersOf(request),
    checkpoint: { ...checkpoint, storage: storageOf(job, settings) },
    ...(backend && { networking: { backend } }),
    failurePolicy: {
      ...(backoffLimit !== undefined && { backoffLimit }),
      activeDeadlineSeconds: request.stoppingCondition.maxRuntimeSeconds,
    },
    suspend: job.wanted === 'suspend',
  };
}

/** Names of our own for what TrainingJobs tell as well (NUM_WORKERS, CHECKPOINT_DIR) stay: images read them whatever runs them. */
export const variablesOf = (job: JobSpec, settings: ManifestSettings) => [
  ...plainVariables(trainingEnvironment(job)),
  ...credentialVariables(job, settings),
];

function datasetOf({ inputDataConfig }: JobRequest): string {
  const { bucket, keys } = dataSourceOf(inputDataConfig);
  return bucket === '' ? 'none' : `s3://${bucket}/${keys.train}`;
}

/** The job's volume comes with it, through Karmada: made by the operator as well, there would be two of one name. */
function storageOf(job: JobSpec, { storageClass }: ManifestSettings) {
  return {
    type: 'pvc' as const,
    pvcName: claimName(job),
    create: false,
    ...(storageClass === null ? {} : { storageClass }),
  };
}

const KNOWN = specSchema.shape.hyperparameters.unwrap().shape;

const isKnown = (name: string): name is Exclude<keyof typeof KNOWN, 'additionalParams'> =>
  name in KNOWN && name !== 'additionalParams';

/** Those that the kind has a field for, where they are what it wants of them (learning_rate is learningRate); the rest beside them. */
function hyperparametersOf({ algorithm, hyperparameters }: JobRequest): Pick<SpecInput, 'hyperparameters'> {
  const known: Record<string, unknown> = {};
  const others: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(hyperparameters[algorithm.algorithmName] ?? {})) {
    if (value === null) continue;
    const field = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    if (isKnown(field) && KNOWN[field].safeParse(value).success) known[field] = value;
    else others[name] = value;
  }
  const additionalParams = Object.keys(others).length > 0 ? { additionalParams: others } : {};
  const all = { ...known, ...additionalParams };
  return Object.keys(all).length > 0 ? { hyperparameters: all } : {};
}
