import { wrongUse } from '../failures.ts';
import { amountOf, GIBIBYTE } from '../quantity.ts';
import type { Document } from './documents.ts';

// A TrainingJob as teams have it, as the job that the platform makes a TrainingJob of in one of its clusters. What a job has no word
// for is told, field by field: none of it is dropped in silence.

type Tree = Record<string, unknown>;

const KIND = 'TrainingJob';
const GROUP = 'ml.example.com/';
/** Of the kind; the job's own defaults are others. */
const DEFAULT_IMAGE = 'docker.io/pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime';

interface Carried {
  readonly request: Tree;
  /** Fields of the object that the job does not have, such as spec.scheduling.nodeSelector. */
  readonly leftOut: readonly string[];
}

export const isTrainingJob = ({ kind, apiVersion }: Tree): boolean =>
  kind === KIND && String(apiVersion ?? '').startsWith(GROUP);

export const jobOfTrainingJob = ({ place, content }: Document): Carried => {
  const object = new Taken(content);
  for (const known of ['apiVersion', 'kind', 'status']) object.take(known);
  const spec = (path: string) => object.take(`spec.${path}`);
  const name = object.take('metadata.name');
  if (typeof name !== 'string') throw wrongUse(`${place}: the ${KIND} has no metadata.name`);
  const algorithmName = 'container';
  const limits = object.take('spec.resources.limits') as Tree | undefined;
  const requests = object.take('spec.resources.requests') as Tree | undefined;
  const size = limits ?? requests;
  const request: Tree = {
    jobName: name,
    namespace: object.take('metadata.namespace'),
    runtime: 'trainingjob',
    algorithm: { source: 'container', algorithmName, imageUri: spec('image') ?? DEFAULT_IMAGE },
    resources: {
      instanceCount: spec('numWorkers') ?? 1,
      instanceResources: {
        gpuCount: spec('gpusPerWorker') ?? 1,
        cpuCores: numberIn(size?.cpu),
        memoryGiB: inGibibytes(size?.memory),
      },
      volumeSizeGB: inGibibytes(spec('checkpoint.storage.size')),
    },
    stoppingCondition: { maxRuntimeSeconds: spec('failurePolicy.activeDeadlineSeconds') },
    command: spec('command'),
    args: spec('args'),
    hyperparameters: { [algorithmName]: parametersOf(object) },
    customHyperparameters: variablesOf(object),
    training: {
      model: spec('model'),
      dataset: spec('dataset'),
      framework: spec('framework'),
      backend: spec('networking.backend'),
      backoffLimit: retriesOf(object),
      checkpoint: {
        frequency: spec('checkpoint.frequency'),
        retention: spec('checkpoint.retention'),
        resumeFrom: spec('checkpoint.resumeFrom'),
      },
    },
    ...claimOf(object),
  };
  const isMore = requests !== undefined && limits !== undefined && JSON.stringify(requests) !== JSON.stringify(limits);
  for (const path of ['networking.masterPort', 'checkpoint.enabled', 'monitoring.enabled', 'suspend'])
    object.takeIf(`spec.${path}`, USUAL[path]);
  return {
    request: withoutEmpty(request) as Tree,
    leftOut: [...object.rest(), ...(isMore ? ['spec.resources.requests (a job gets all of its limits)'] : [])],
  };
};

/** Said or not, these are what the operator does by itself. */
const USUAL: Readonly<Record<string, unknown>> = {
  'networking.masterPort': 29_500,
  'checkpoint.enabled': true,
  'monitoring.enabled': true,
  suspend: false,
};

/** As fields of the algorithm, the further ones beside the known. What is neither text, number nor yes or no stays where it is. */
const parametersOf = (object: Taken): Tree => {
  const parameters: Tree = {};
  for (const path of ['spec.hyperparameters.additionalParams', 'spec.hyperparameters']) {
    for (const [name, value] of Object.entries(object.at(path) ?? {})) {
      if (typeof value !== 'object' || value === null) parameters[name] = object.take(`${path}.${name}`);
    }
  }
  return parameters;
};

const variablesOf = (object: Taken): Tree => {
  const variables: Tree = {};
  const told = { MLFLOW_TRACKING_URI: 'mlflowTrackingUri', WANDB_PROJECT: 'wandbProject' };
  for (const [name, field] of Object.entries(told)) variables[name] = object.take(`spec.monitoring.${field}`);
  const env = object.at('spec.env');
  if (!Array.isArray(env)) return variables;
  const others: unknown[] = [];
  for (const each of env as Tree[]) {
    // Names are told in capitals.
    if (typeof each?.value === 'string' && each.name === String(each.name).toUpperCase())
      variables[String(each.name)] = each.value;
    else others.push(each);
  }
  object.put('spec.env', others);
  return variables;
};

const retriesOf = (object: Taken): unknown => {
  const [older, limit] = [object.take('spec.backoffLimit'), object.take('spec.failurePolicy.backoffLimit')];
  return object.take('spec.failurePolicy.restartPolicy') === 'Never' ? 0 : (limit ?? older);
};

/** A claim that is there already. One that the operator would make under that name stays when its job goes, as the job's own then does. */
const claimOf = (object: Taken): Tree => {
  if ((object.at('spec.checkpoint.storage.type') ?? 'pvc') !== 'pvc') return {};
  object.take('spec.checkpoint.storage.type');
  const isThere = object.take('spec.checkpoint.storage.create') === false;
  if (isThere) return { pvcName: object.take('spec.checkpoint.storage.pvcName') };
  return object.at('spec.checkpoint.storage.pvcName') === undefined ? {} : { keepVolume: true };
};

/** "500m" -> 0.5; what is none is the service's to refuse. */
const numberIn = (said: unknown): unknown => {
  const amount = amountOf(String(said ?? ''));
  return Number.isNaN(amount) ? said : amount;
};

const inGibibytes = (said: unknown): unknown => {
  const bytes = numberIn(said);
  return typeof bytes === 'number' ? Math.max(1, Math.ceil(bytes / GIBIBYTE)) : bytes;
};

/** An object of which one takes what one understands; what is left at the end was not understood. */
class Taken {
  readonly #root: Tree;

  constructor(content: Tree) {
    this.#root = structuredClone(content);
  }

  at(path: string): unknown {
    return path.split('.').reduce<unknown>((inner, key) => (inner as Tree | undefined)?.[key], this.#root);
  }

  take(path: string): unknown {
    const value = this.at(path);
    if (value !== undefined) this.put(path, undefined);
    return value;
  }

  takeIf(path: string, value: unknown): void {
    if (this.at(path) === value) this.take(path);
  }

  put(path: string, value: unknown): void {
    const [inner, key] = [path.slice(0, path.lastIndexOf('.')), path.slice(path.lastIndexOf('.') + 1)];
    const parent = (path.includes('.') ? this.at(inner) : this.#root) as Tree | undefined;
    if (parent !== undefined && value === undefined) delete parent[key];
    else if (parent !== undefined) parent[key] = value;
  }

  rest(): string[] {
    return leaves(this.#root, '');
  }
}

/** As far down as a person looks for it: spec.scheduling.nodeSelector.gpu, not each word below. */
const leaves = (value: unknown, path: string): string[] => {
  const isObject = typeof value === 'object' && value !== null;
  if (value === undefined || (isObject && Object.keys(value).length === 0)) return [];
  if (!isObject || Array.isArray(value) || path.split('.').length >= 4) return [path];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, path === '' ? key : `${path}.${key}`));
};

const withoutEmpty = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, withoutEmpty(inner)] as const);
  const said = entries.filter(([, inner]) => inner !== undefined);
  return said.length === 0 ? undefined : Object.fromEntries(said);
};
