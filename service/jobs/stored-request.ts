import { fieldsOf } from './fields.ts';
import type { JobRequest } from './request.ts';

// A request is stored as it was accepted, with the version of the form that it had then, and read into today's type by the steps
// below. Whoever adds a field that is always there (a default), renames or moves one, adds a step and, in
// test/service/jobs/stored-requests/, a request as the version before wrote it. A step stays as it is: its defaults are those of its day.

type Fields = Readonly<Record<string, unknown>>;

/** Before versions were stored: some were written by hand or by a client's word for word, and lack what the form fills in. */
function toVersion1(request: Fields): Fields {
  const algorithm = fieldsOf(request.algorithm);
  const resources = fieldsOf(request.resources);
  return {
    namespace: 'default',
    priority: 500,
    runtime: 'ray',
    inputDataConfig: [],
    outputDataConfig: {},
    hyperparameters: {},
    customHyperparameters: {},
    targetClusters: [],
    clusterCount: 1,
    ...request,
    algorithm: { ...algorithm, source: SOURCES_BEFORE_1[String(algorithm.source ?? 'builtin')] ?? algorithm.source },
    resources: {
      instanceCount: 1,
      volumeSizeGB: 50,
      ...resources,
      instanceResources: { cpuCores: 4, memoryGiB: 16, gpuCount: 0, ...fieldsOf(resources.instanceResources) },
    },
    stoppingCondition: { maxRuntimeSeconds: 14_400, ...fieldsOf(request.stoppingCondition) },
  };
}

const SOURCES_BEFORE_1: Readonly<Record<string, string>> = {
  default: 'builtin',
  builtin: 'builtin',
  custom: 'container',
  container: 'container',
};

/** Volumes have a retention of their own. */
const toVersion2 = (request: Fields): Fields => ({ keepVolume: false, ...request });

/** The one at index n reads version n into version n + 1. */
const STEPS: readonly ((request: Fields) => Fields)[] = [toVersion1, toVersion2];

/** Of what is stored from now on. */
export const REQUEST_VERSION = STEPS.length;

/** Throws an Error that says what is missing. One of a newer version, which another replica wrote, is read as far as it has today's form. */
export function readStoredRequest(version: number, stored: unknown): JobRequest {
  const request = STEPS.slice(version).reduce((fields, step) => step(fields), fieldsOf(stored));
  const missing = Object.entries(FORM).find(([path, isRight]) => !isRight(at(request, path)));
  if (missing) throw new Error(`its request (version ${version}) has no ${missing[0]} of the form that is known here`);
  return request as unknown as JobRequest;
}

const isText = (value: unknown): boolean => typeof value === 'string';
const isNumber = (value: unknown): boolean => typeof value === 'number';
const isBoolean = (value: unknown): boolean => typeof value === 'boolean';
const isList = (value: unknown): boolean => Array.isArray(value);
const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

/** All that is always there, and its kind: enough for whoever reads it not to fail. What was accepted once is not judged again. */
const FORM: Readonly<Record<string, (value: unknown) => boolean>> = {
  jobName: isText,
  namespace: isText,
  priority: isNumber,
  runtime: isText,
  'algorithm.source': isText,
  'algorithm.algorithmName': isText,
  'resources.instanceCount': isNumber,
  'resources.volumeSizeGB': isNumber,
  'resources.instanceResources.cpuCores': isNumber,
  'resources.instanceResources.memoryGiB': isNumber,
  'resources.instanceResources.gpuCount': isNumber,
  'stoppingCondition.maxRuntimeSeconds': isNumber,
  inputDataConfig: isList,
  outputDataConfig: isObject,
  hyperparameters: isObject,
  customHyperparameters: isObject,
  targetClusters: isList,
  clusterCount: isNumber,
  keepVolume: isBoolean,
};

const at = (fields: Fields, path: string): unknown =>
  path.split('.').reduce<unknown>((inner, name) => fieldsOf(inner)[name], fields);
