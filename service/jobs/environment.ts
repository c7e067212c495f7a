import { CHECKPOINT_DIRECTORY } from '../trainingjob/names.ts';
import { algorithmNamed, environmentNameOf } from './algorithms/index.ts';
import { dataSourceOf } from './data-source.ts';
import type { Job } from './job.ts';
import type { Hyperparameters } from './parameters.ts';
import type { PlatformVariable } from './platform-variables.ts';
import type { JobRequest } from './request.ts';

/** Where the volume for results is mounted by pods of ours. */
export const RESULTS_DIRECTORY = '/home/ray/result-storage';

/** The operator of TrainingJobs mounts it where it keeps checkpoints. */
export const resultsDirectoryOf = ({ runtime }: Pick<JobRequest, 'runtime'>): string =>
  runtime === 'trainingjob' ? CHECKPOINT_DIRECTORY : RESULTS_DIRECTORY;

/**
 * What the training container is told, all as text. Credentials are not here: pods take them from a Secret. The id tells two jobs of
 * one name apart that share a volume, retryOf whose checkpoints a retry goes on from, and the attempt which of several may write.
 */
export function trainingEnvironment({
  id,
  retryOf,
  recovery,
  request,
}: Pick<Job, 'id' | 'retryOf' | 'recovery' | 'request'>): Record<string, string> {
  const data = dataSourceOf(request.inputDataConfig);
  const { instanceCount, instanceResources } = request.resources;
  const told: Record<PlatformVariable, string> = {
    NUM_WORKER: String(instanceCount),
    USE_GPU: String(instanceResources.gpuCount > 0),
    LABEL_COLUMN: data.labelColumn,
    RUN_NAME: request.jobName,
    MLPLATFORM_JOB_ID: id,
    MLPLATFORM_RETRY_OF: retryOf ?? '',
    MLPLATFORM_ATTEMPT: String(recovery?.tries ?? 1),
    STORAGE_PATH: resultsDirectoryOf(request),
    ARTIFACT_URI: request.outputDataConfig.artifactUri ?? '',
    S3_ENDPOINT: data.endpoint,
    S3_REGION: data.region,
    S3_BUCKET: data.bucket,
    S3_TRAIN_KEY: data.keys.train,
    S3_VAL_KEY: data.keys.validation,
    S3_TEST_KEY: data.keys.test,
    FEATURE_NAMES: data.featureNames,
    CSV_COLUMNS: data.csvColumns,
    CONTENT_TYPE: data.contentType,
  };
  // Parameters cannot take the names above: the request was refused then.
  return { ...told, ...hyperparameterVariables(request), ...customVariables(request) };
}

function hyperparameterVariables({ algorithm, hyperparameters }: JobRequest): Record<string, string> {
  const builtin = algorithm.source === 'builtin' ? algorithmNamed(algorithm.algorithmName) : undefined;
  const own = hyperparameters[algorithm.algorithmName] ?? {};
  return Object.fromEntries(
    Object.entries(own).map(([name, value]) => [environmentNameOf(name, builtin), asText(value)]),
  );
}

const customVariables = ({ customHyperparameters }: JobRequest): Record<string, string> =>
  Object.fromEntries(
    Object.entries(customHyperparameters).map(([name, value]) => [environmentNameOf(name), asText(value)]),
  );

/** Zero is a value; null is the empty text; a list is joined by commas. */
const asText = (value: Hyperparameters[string]): string =>
  Array.isArray(value) ? value.join(',') : String(value ?? '');
