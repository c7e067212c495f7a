import fc from 'fast-check';
import {
  ALGORITHMS,
  describeAlgorithms,
  type FieldDescription,
  type JobRequest,
  KIND_OF_RUNTIME,
  parseJobRequest,
} from '../../../service/jobs/index.ts';
import type { JobSpec } from '../../../service/jobs/manifests/index.ts';

/** The least that a client must send. */
export const minimal = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
  jobName: 'demo',
  algorithm: { source: 'builtin', algorithmName: 'xgboost' },
  ...more,
});

export const container = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
  jobName: 'demo',
  algorithm: { source: 'container', algorithmName: 'mine', imageUri: 'registry.example.com/team/train:1.0' },
  ...more,
});

export function accepted(body: unknown): JobRequest {
  const parsed = parseJobRequest(body);
  if (!parsed.ok) throw new Error(`refused: ${JSON.stringify(parsed.problems)}`);
  return parsed.request;
}

/** Paths of the refused fields, dotted. */
export function refusedFields(body: unknown): string[] {
  const parsed = parseJobRequest(body);
  return parsed.ok ? [] : parsed.problems.map(({ path }) => path.join('.'));
}

export const specOf = (request: JobRequest, more: Partial<JobSpec> = {}): JobSpec => ({
  id: `${request.jobName}-0a1b2c3d`,
  objectName: `${request.jobName}-0a1b2c3d`,
  namespace: request.namespace,
  kind: KIND_OF_RUNTIME[request.runtime],
  priority: request.priority,
  wanted: 'run',
  request,
  retryOf: null,
  recovery: null,
  ...more,
});

// Random requests that must be accepted. Texts are as odd as the rules allow.

const label = (max: number) => fc.stringMatching(new RegExp(`^[a-z0-9]([-a-z0-9]{0,${max - 2}}[a-z0-9])?$`));
const printable = (max: number) =>
  fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: max })
    .filter((text) => !/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(text) && text.length <= max);
const path = () => printable(60).filter((text) => !text.split('/').includes('..') && !/^[^/]*:\/\/[^/]*@/.test(text));
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

const channel = fc.record({
  id: optional(printable(40)),
  channelName: fc.constantFrom('train', 'validation', 'test', 'extra'),
  sourceType: fc.constantFrom('object-storage', 'upload'),
  storageProvider: optional(fc.constantFrom('aws', 'minio', 'gcs', 'azure', 'custom')),
  endpoint: optional(fc.constantFrom('https://minio.local', 'minio.local:9000', 'http://10.0.0.1:9000/s3')),
  bucket: optional(path()),
  prefix: optional(path()),
  channelType: optional(fc.constantFrom('train', 'validation', 'test')),
  contentType: optional(printable(20)),
  csvColumns: optional(
    fc.array(
      printable(10).filter((text) => !text.includes(',')),
      { maxLength: 4 },
    ),
  ),
  featureNames: optional(printable(30)),
  labelName: optional(printable(30)),
});

const custom = fc.dictionary(
  fc.stringMatching(/^[A-Z][A-Z0-9_]{0,10}$/).map((name) => `X_${name}`),
  fc.oneof(
    fc.constant(''),
    printable(40),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(asJson),
    fc.boolean(),
  ),
  { maxKeys: 5 },
);

function fieldValue(field: FieldDescription): fc.Arbitrary<unknown> {
  const { min = 0, max = 1000, enum: values, literals = [] } = field;
  const words = literals.map((word) => fc.constant(word));
  if (values) return fc.constantFrom(...values);
  if (field.type === 'integer') return fc.oneof(...words, fc.integer({ min, max: Math.min(max, min + 1000) }));
  if (field.type === 'number') {
    const range = {
      min,
      max,
      noNaN: true,
      minExcluded: field.exclusiveMin ?? false,
      maxExcluded: field.exclusiveMax ?? false,
    };
    return fc.double(range).map(asJson);
  }
  return fc.constant(field.default);
}

const hyperparameters = fc.constantFrom(...describeAlgorithms()).chain((algorithm) =>
  fc
    .record(Object.fromEntries(algorithm.fields.map((field) => [field.name, fieldValue(field)])), { requiredKeys: [] })
    // Combinations that the algorithm itself refuses are not what these tests are about.
    .filter(
      (values) =>
        ALGORITHMS.find(({ name }) => name === algorithm.name)?.hyperparameters.safeParse(values).success ?? false,
    )
    .map((values) => ({
      algorithm: { source: 'builtin', algorithmName: algorithm.name },
      hyperparameters: { [algorithm.name]: values },
    })),
);

const ownImage = fc.record({
  algorithm: fc.constant({
    source: 'container',
    algorithmName: 'mine',
    imageUri: 'registry.example.com/team/train:1.0',
  }),
  runtime: fc.constantFrom('ray', 'job', 'trainingjob'),
});

export const validBody: fc.Arbitrary<Record<string, unknown>> = fc
  .tuple(
    fc.record({
      jobName: label(54),
      namespace: label(63).filter((name) => !/^(kube|karmada)-/.test(name)),
      priority: fc.nat(1_000_000_000),
      resources: fc.record({
        instanceResources: fc.record({
          cpuCores: fc.integer({ min: 100, max: 1_024_000 }).map((milli) => milli / 1000),
          memoryGiB: fc.integer({ min: 256, max: 32_768 }).map((mebi) => mebi / 1024),
          gpuCount: fc.nat(64),
        }),
        instanceCount: fc.integer({ min: 1, max: 1000 }),
        volumeSizeGB: fc.integer({ min: 1, max: 1_000_000 }),
      }),
      stoppingCondition: fc.record({ maxRuntimeSeconds: fc.integer({ min: 1, max: 31_536_000 }) }),
      inputDataConfig: fc.array(channel, { maxLength: 4 }),
      outputDataConfig: fc.record({ artifactUri: optional(path()) }),
      customHyperparameters: custom,
      targetClusters: fc.uniqueArray(label(48), { maxLength: 3 }),
      pvcName: optional(label(63)),
      credentialsSecret: optional(label(63)),
    }),
    fc.oneof(hyperparameters, ownImage),
  )
  .map(([common, kind]) => ({
    ...common,
    ...kind,
    ...('runtime' in kind && kind.runtime === 'trainingjob' && { resources: asATrainingJobTakes(common.resources) }),
  }));

interface Amounts {
  readonly instanceCount: number;
  readonly instanceResources: { readonly gpuCount: number };
}

const asATrainingJobTakes = ({ instanceCount, instanceResources, ...rest }: Amounts) => ({
  ...rest,
  instanceCount: Math.min(instanceCount, 100),
  instanceResources: { ...instanceResources, gpuCount: Math.min(instanceResources.gpuCount, 8) },
});

/** JSON has no negative zero to give back. */
function asJson(number: number): number {
  return JSON.parse(JSON.stringify(number));
}
