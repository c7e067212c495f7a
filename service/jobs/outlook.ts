import { algorithmNamed } from './algorithms/index.ts';
import type { Channel } from './channel.ts';
import { resultsDirectoryOf, trainingEnvironment } from './environment.ts';
import { waysOf } from './manifests/rayjob.ts';
import { CREDENTIAL_VARIABLES } from './platform-variables.ts';
import type { FieldProblem } from './problems.ts';
import type { JobRequest } from './request.ts';

/** What can be foreseen of a request whose form is right. */
interface Outlook {
  /** It cannot run anywhere. */
  readonly problems: readonly FieldProblem[];
  /** It is taken, and hardly does what was meant. */
  readonly warnings: readonly FieldProblem[];
}

export function outlookOf(request: JobRequest): Outlook {
  return {
    problems: [...tooLongForTheShell(request), ...tooManyVariables(request)],
    warnings: [
      ...request.inputDataConfig.flatMap(withoutBucket),
      ...outputWarnings(request),
      ...gpuWarnings(request),
      ...libraryWarnings(request),
    ],
  };
}

function withoutBucket({ bucket, channelName, sourceType }: Channel, index: number): FieldProblem[] {
  if (bucket !== undefined || sourceType !== 'object-storage') return [];
  const message = `is not set: the training is not told where the data of channel ${channelName} is`;
  return [{ path: ['inputDataConfig', index, 'bucket'], message }];
}

function outputWarnings(request: JobRequest): FieldProblem[] {
  const { artifactUri } = request.outputDataConfig;
  const directory = resultsDirectoryOf(request);
  if (artifactUri === undefined) return [];
  const path = ['outputDataConfig', 'artifactUri'];
  if (!/^[a-z][a-z0-9+.-]*:\/\/./i.test(artifactUri)) {
    return [{ path, message: 'is no URI such as s3://models/churn/: the training may not know where that is' }];
  }
  const file = /^file:\/\/(?:localhost)?(\/.*)$/i.exec(artifactUri)?.[1];
  if (file === undefined || `${file}/`.startsWith(`${directory}/`)) return [];
  const message = `is outside of the job's volume (${directory}): what is written there is lost with the pod`;
  return [{ path, message }];
}

/** The training would end with the same words. */
function libraryWarnings({ algorithm, hyperparameters, resources }: JobRequest): FieldProblem[] {
  const { source, algorithmName: name } = algorithm;
  const builtin = source === 'builtin' ? algorithmNamed(name) : undefined;
  const size = { workers: resources.instanceCount, gpus: resources.instanceResources.gpuCount };
  const foreseen = builtin?.foreseen(hyperparameters[name] ?? {}, size) ?? [];
  return foreseen.map(([field, message]) => ({ path: ['hyperparameters', name, field], message }));
}

function gpuWarnings({ algorithm, resources }: JobRequest): FieldProblem[] {
  const builtin = algorithm.source === 'builtin' ? algorithmNamed(algorithm.algorithmName) : undefined;
  if (!builtin?.needsGpus || resources.instanceResources.gpuCount > 0) return [];
  return [
    { path: ['resources', 'instanceResources', 'gpuCount'], message: `is 0, and ${builtin.title} is made for GPUs` },
  ];
}

/** <jobName>-<8 hex>, as long as the value of a label may be. */
const LONGEST_ID = 'x'.repeat(63);
const longestEnvironment = (request: JobRequest) =>
  trainingEnvironment({ id: LONGEST_ID, retryOf: LONGEST_ID, recovery: null, request });

/** What a TrainingJob's schema takes, less those of the credentials. */
const MAX_VARIABLES = 256 - CREDENTIAL_VARIABLES.length;
const MAX_VALUE = 32_768;

function tooManyVariables(request: JobRequest): FieldProblem[] {
  if (request.runtime !== 'trainingjob') return [];
  const variables = Object.entries(longestEnvironment(request));
  const path = ['customHyperparameters'];
  // As it is written there, with each $ doubled.
  const [long] = variables.find(([, value]) => value.replaceAll('$', '$$$$').length > MAX_VALUE) ?? [];
  if (long !== undefined)
    return [{ path, message: `make ${long} longer than the ${MAX_VALUE} characters of a TrainingJob` }];
  if (variables.length <= MAX_VARIABLES) return [];
  const message = `make ${variables.length} variables of the training; a TrainingJob takes at most ${MAX_VARIABLES}`;
  return [{ path, message }];
}

/** Linux's MAX_ARG_STRLEN. KubeRay hands the runtime environment to the submitter's shell within one argument. */
const MAX_SHELL_ARGUMENT = 128 * 1024;
/** For `ray job submit` and its other options, and the loop that KubeRay writes around them. */
const REST_OF_COMMAND = 2048;

/**
 * A request whose JSON is no longer cannot come near the limit: what it says stands in the environment once, a character as at most
 * eight bytes. To make the environment of every request only to measure it was a tenth of what a POST costs.
 */
const MAX_SURELY_SHORT = 8 * 1024;

function tooLongForTheShell(request: JobRequest): FieldProblem[] {
  if (request.runtime !== 'ray' || JSON.stringify(request).length <= MAX_SURELY_SHORT) return [];
  const length = shellLength(waysOf(longestEnvironment(request)).byRay);
  const most = MAX_SHELL_ARGUMENT - REST_OF_COMMAND - Buffer.byteLength(request.entrypoint ?? '');
  if (length <= most) return [];
  const custom = Object.keys(request.customHyperparameters).length > 0;
  const path = custom ? ['customHyperparameters'] : ['hyperparameters', request.algorithm.algorithmName];
  const message = `make the environment of the training ${length} bytes long; it has to fit into one shell argument of the job's submitter, so at most ${most} are possible`;
  return [{ path, message }];
}

/** In bytes, as KubeRay writes it: Go's JSON, which escapes <, > and &, in Go's quotes, which escape every space but the usual one. */
function shellLength(variables: Readonly<Record<string, string>>): number {
  const json = JSON.stringify({ env_vars: variables }).replace(/[<>&]/g, '\\u0000');
  const quoted = JSON.stringify(json).replace(/(?! )\p{Z}/gu, '\\u0000');
  return Buffer.byteLength(quoted);
}
