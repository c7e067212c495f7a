import { z } from 'zod';
import { FRAMEWORKS, specSchema } from '../trainingjob/schema/spec.ts';
import { ALGORITHMS, algorithmNamed } from './algorithms/index.ts';
import { CHANNEL_SCHEMA } from './channel.ts';
import { RUNTIMES } from './kinds.ts';
import { type Hyperparameters, PARAMETER_VALUE, parseHyperparameters, variableProblems } from './parameters.ts';
import { explain, type FieldProblem, problemsOf, show, suggestion } from './problems.ts';
import { MAX_ENTRIES, misspeltKeys, rayAsContainer, structureProblems, withoutEmpty } from './raw.ts';
import { RETRY_POLICY_SCHEMA, retryPolicyProblems } from './retry-policy.ts';
import { dnsLabel, dnsSubdomain, environmentName, imageReference, printable, storageUri, workdirUri } from './text.ts';

/** `default` and `custom` are what older clients say; the request is kept and shown in today's words. */
const SOURCES = { builtin: 'builtin', container: 'container', default: 'builtin', custom: 'container' } as const;

/** Karmada never propagates what is in these. */
const RESERVED_NAMESPACE = /^(kube|karmada)-/;

const algorithm = z.object({
  source: z
    .enum(['builtin', 'container', 'default', 'custom'])
    .default('builtin')
    .transform((source) => SOURCES[source])
    .describe("builtin, or container for an image of one's own; default and custom are older words for the same."),
  algorithmName: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/, 'must be letters, digits, "-", "_" and "."')
    .optional()
    .describe('One of GET /algorithms; for a container any name to find the job by.'),
  imageUri: imageReference().optional().describe('The container image; required with source container.'),
});

const resources = z.object({
  instanceResources: z
    .object({
      cpuCores: z.number().min(0.1).max(1024).multipleOf(0.001).default(4).describe('CPU cores of each instance.'),
      memoryGiB: z
        .number()
        .min(0.25)
        .max(32_768)
        .multipleOf(0.0009765625)
        .default(16)
        .describe('Memory of each instance.'),
      gpuCount: z.int().min(0).max(64).default(0).describe('NVIDIA GPUs of each instance.'),
    })
    .prefault({}),
  instanceCount: z.int().min(1).max(1000).default(1).describe('Workers that train together.'),
  volumeSizeGB: z.int().min(1).max(1_000_000).default(50).describe('Size of the volume for results, in GiB.'),
});

const { shape: SPEC } = specSchema;
const { shape: CHECKPOINT } = SPEC.checkpoint.unwrap();

/** What a TrainingJob has beyond other jobs; names, bounds and defaults are those of the kind (docs/training-jobs.md). */
const training = z
  .object({
    framework: z.enum(FRAMEWORKS).optional().describe('How it starts without a command; pytorch unless set: torchrun.'),
    model: printable(1024).optional().describe("Shown with the job; else the algorithm's name."),
    dataset: printable(1024).optional().describe('Shown with the job; else the address of the training data.'),
    backoffLimit: z.int().min(0).max(10).optional().describe('Restarts after failures; 3 unless set.'),
    backend: z.enum(['nccl', 'gloo', 'mpi']).optional().describe('How workers talk to each other; nccl unless set.'),
    checkpoint: z
      .object({
        frequency: CHECKPOINT.frequency.unwrap().optional().describe('Every so many epochs; 1 unless set.'),
        retention: CHECKPOINT.retention.describe('How many are kept.'),
        resumeFrom: storageUri().optional().describe('The checkpoint that the first attempt begins from.'),
      })
      .optional(),
  })
  .describe('Of runtime trainingjob.');

/**
 * All that the training container is told goes through one shell argument, of which Linux takes 128 KiB and no more; as JSON the
 * same may be twice as long, each of its quotes and backslashes escaped. What else a request has is small beside that.
 */
export const MAX_REQUEST_BYTES = 2 * 128 * 1024;

/** The request, field by field. Rules between fields and the hyperparameters' own types are in parseJobRequest. */
export const JOB_REQUEST_SCHEMA = z.object({
  // The id is <jobName>-<8 hex> and is the value of a label: 54 + 9 = 63 characters.
  jobName: dnsLabel(54).describe('Name of the job; the id adds eight hex digits to it.'),
  namespace: dnsLabel()
    .refine(
      (name) => !RESERVED_NAMESPACE.test(name),
      'must not start with kube- or karmada-: Karmada does not propagate those',
    )
    .default('default')
    .describe('Kubernetes namespace in the member cluster.'),
  priority: z.int().min(0).max(1_000_000_000).default(500).describe('Higher is dispatched first.'),
  runtime: z
    .enum(RUNTIMES)
    .default('ray')
    .describe(
      'ray runs a RayJob; job a batch Job, for a container image without Ray; trainingjob a TrainingJob, whose workers are restarted together from their last checkpoint and report their progress.',
    ),
  algorithm,
  resources: resources.prefault({}),
  stoppingCondition: z
    .object({
      maxRuntimeSeconds: z
        .int()
        .min(1)
        .max(31_536_000)
        .default(14_400)
        .describe('The job is ended as Failed after this.'),
    })
    .prefault({}),
  retryPolicy: RETRY_POLICY_SCHEMA.optional(),
  inputDataConfig: z.array(CHANNEL_SCHEMA).max(32).default([]).describe('Where the data comes from.'),
  outputDataConfig: z
    .object({ artifactUri: storageUri().optional().describe('Where the model is to be put; told as ARTIFACT_URI.') })
    .prefault({}),
  hyperparameters: z
    .record(z.string().min(1).max(64), z.record(z.string(), z.unknown()))
    .default({})
    .describe('By algorithm: {"xgboost": {"eta": 0.1}}. GET /algorithms lists the fields.'),
  customHyperparameters: z
    .record(environmentName(), PARAMETER_VALUE)
    .default({})
    .describe(`More variables for the training container, upper-cased; at most ${MAX_ENTRIES}.`),
  targetClusters: z
    .array(dnsLabel())
    .max(100)
    .default([])
    .describe('Candidates; empty means every cluster that is ready.'),
  clusterCount: z.int().min(1).max(100).default(1).describe('Clusters that run the job, each a whole copy of it.'),
  entrypoint: printable(4096).optional().describe('Shell command that starts the training (runtime ray).'),
  command: z
    .array(printable(4096))
    .min(1)
    .max(64)
    .optional()
    .describe("Replaces the image's ENTRYPOINT (runtime job), or the framework's own start (runtime trainingjob)."),
  args: z
    .array(printable(4096))
    .max(256)
    .optional()
    .describe("Replaces the image's CMD (runtime job), or follows the command (runtime trainingjob)."),
  workdir: workdirUri()
    .optional()
    .describe(
      'A zip file with one folder, in which the program starts (runtimes ray and job); POST /workdirs says where to bring it.',
    ),
  headImage: imageReference().optional().describe('Image of the Ray head, when it differs.'),
  workerImage: imageReference().optional().describe('Image of the Ray workers, when it differs.'),
  training: training.optional(),
  keepVolume: z
    .boolean()
    .default(false)
    .describe('The volume stays until the job is deleted; else it is removed some days after the job has ended.'),
  pvcName: dnsSubdomain().optional().describe('A PersistentVolumeClaim that exists already, instead of a new one.'),
  credentialsSecret: dnsSubdomain()
    .optional()
    .describe("Secret in the job's namespace with the keys to the object storage."),
});

type Parsed = z.output<typeof JOB_REQUEST_SCHEMA>;

/** A request that can be run: every field checked, defaults filled in, the algorithm's name known. */
export type JobRequest = Omit<Parsed, 'algorithm' | 'hyperparameters'> & {
  readonly algorithm: Omit<Parsed['algorithm'], 'algorithmName'> & { readonly algorithmName: string };
  readonly hyperparameters: Readonly<Record<string, Hyperparameters>>;
};

type ParsedRequest =
  | {
      readonly ok: true;
      readonly request: JobRequest;
      /** What was sent and is not followed. */
      readonly ignored: readonly FieldProblem[];
    }
  | { readonly ok: false; readonly problems: readonly FieldProblem[] };

/**
 * Any JSON to a request, or to every field that is wrong. Empty texts and nulls of optional fields count as left out, as forms send them.
 * A key that we do not know is dropped, since existing clients may send more than we read, unless it looks like a misspelt one.
 */
export function parseJobRequest(body: unknown): ParsedRequest {
  const unsound = structureProblems(body);
  if (unsound.length > 0) return { ok: false, problems: unsound };
  const input = rayAsContainer(withoutEmpty(body));
  const misspelt = misspeltKeys(JOB_REQUEST_SCHEMA, input);
  const parsed = JOB_REQUEST_SCHEMA.safeParse(input, { error: explain });
  if (!parsed.success) {
    return { ok: false, problems: [...misspelt, ...problemsOf(parsed.error), ...problemsBesides(input)] };
  }
  const block = hyperparameterBlock(parsed.data);
  const problems = [...misspelt, ...combinationProblems(parsed.data), ...block.problems];
  if (problems.length > 0) return { ok: false, problems };
  const algorithm = { ...parsed.data.algorithm, algorithmName: nameOf(parsed.data.algorithm) };
  return { ok: true, request: { ...parsed.data, algorithm, hyperparameters: block.values }, ignored: block.ignored };
}

/** A container may go without a name of its own. */
const nameOf = (chosen: Parsed['algorithm']): string => chosen.algorithmName ?? 'container';

/** The algorithm as a whole: a name that we know, or an image of one's own. */
function algorithmProblems({ algorithm: chosen }: Pick<Parsed, 'algorithm'>): FieldProblem[] {
  if (chosen.source === 'container') {
    if (chosen.imageUri !== undefined) return [];
    return [{ path: ['algorithm', 'imageUri'], message: 'is required when algorithm.source is container' }];
  }
  const path = ['algorithm', 'algorithmName'];
  if (chosen.algorithmName === undefined) return [{ path, message: `is required: ${known()}` }];
  if (algorithmNamed(chosen.algorithmName) !== undefined) return [];
  const given = chosen.algorithmName;
  return [{ path, message: `${known()}, not ${show(given)}${suggestion(given, names())}` }];
}

/** What no field can tell alone. */
function combinationProblems(request: Parsed): FieldProblem[] {
  const problems = [...algorithmProblems(request), ...retryPolicyProblems(request)];
  const refuse = (path: FieldProblem['path'], message: string) => problems.push({ path, message });
  const builtin = request.algorithm.source === 'builtin';
  const { runtime } = request;
  if (runtime === 'ray') {
    if (request.command) refuse(['command'], 'is for runtime job and trainingjob; with runtime ray use entrypoint');
    if (request.args) refuse(['args'], 'is for runtime job and trainingjob; with runtime ray use entrypoint');
  } else {
    if (builtin) refuse(['runtime'], 'must be ray for a built-in algorithm');
    if (request.entrypoint) refuse(['entrypoint'], `is for runtime ray; with runtime ${runtime} use command and args`);
    if (request.headImage) refuse(['headImage'], 'is for runtime ray; only that has a Ray head');
    if (request.workerImage) refuse(['workerImage'], 'is for runtime ray; use algorithm.imageUri');
  }
  if (runtime === 'trainingjob') problems.push(...trainingProblems(request));
  else if (request.training) refuse(['training'], 'is for runtime trainingjob');
  request.targetClusters.forEach((cluster, index) => {
    if (request.targetClusters.indexOf(cluster) < index) refuse(['targetClusters', index], `${cluster} is named twice`);
  });
  if (request.targetClusters.length > 0 && request.clusterCount > request.targetClusters.length) {
    refuse(['clusterCount'], `must be at most ${request.targetClusters.length}, the number of targetClusters`);
  }
  return problems;
}

/** Bounds of the kind that are narrower than ours. */
const MAX_WORKERS = 100;
const MAX_GPUS = 8;

function trainingProblems({ resources: { instanceCount, instanceResources }, workdir }: Parsed): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (workdir !== undefined)
    problems.push({
      path: ['workdir'],
      message: 'is for runtimes ray and job; the image of a TrainingJob has its program',
    });
  const atMost = (most: number) => `must be at most ${most} with runtime trainingjob`;
  if (instanceCount > MAX_WORKERS)
    problems.push({ path: ['resources', 'instanceCount'], message: atMost(MAX_WORKERS) });
  if (instanceResources.gpuCount > MAX_GPUS)
    problems.push({ path: ['resources', 'instanceResources', 'gpuCount'], message: atMost(MAX_GPUS) });
  return problems;
}

const names = () => ALGORITHMS.map((one) => one.name);
const known = () => `must be one of ${names().join(', ')}`;

type HyperparameterParts = Pick<Parsed, 'algorithm' | 'hyperparameters' | 'customHyperparameters'>;
const HYPERPARAMETER_PARTS = JOB_REQUEST_SCHEMA.pick({
  algorithm: true,
  hyperparameters: true,
  customHyperparameters: true,
});

/** Other fields are wrong: algorithm and hyperparameters are checked all the same, so that one answer names every wrong field. */
function problemsBesides(input: unknown): readonly FieldProblem[] {
  const parts = HYPERPARAMETER_PARTS.safeParse(input);
  return parts.success ? [...algorithmProblems(parts.data), ...hyperparameterBlock(parts.data).problems] : [];
}

/**
 * The chosen algorithm's own block, with its defaults. Pages of the first implementation send a block for xgboost whatever runs, so
 * one of another algorithm is left aside; one that no algorithm has would be a mistake that nobody notices.
 */
function hyperparameterBlock(request: HyperparameterParts): {
  values: Record<string, Hyperparameters>;
  problems: FieldProblem[];
  ignored: FieldProblem[];
} {
  const name = nameOf(request.algorithm);
  const builtin = request.algorithm.source === 'builtin';
  const algorithm = builtin ? algorithmNamed(name) : undefined;
  if (builtin && algorithm === undefined) return { values: {}, problems: [], ignored: [] };

  const { [name]: own = {}, ...others } = request.hyperparameters;
  const problems: FieldProblem[] = [];
  const ignored: FieldProblem[] = [];
  for (const [other, block] of Object.entries(others)) {
    if (Object.keys(block).length === 0) continue;
    const path = ['hyperparameters', other];
    if (algorithmNamed(other)) ignored.push({ path, message: `is ignored: this job runs ${name}` });
    else problems.push({ path, message: `must not be set: this job runs ${name}${suggestion(other, [name])}` });
  }
  const parsed = parseHyperparameters(algorithm, own);
  if (!parsed.ok) {
    const inner = parsed.problems.map(({ path, message }) => ({ path: ['hyperparameters', name, ...path], message }));
    return { values: {}, problems: [...problems, ...inner], ignored };
  }
  problems.push(...variableProblems(algorithm, name, parsed.values, request.customHyperparameters));
  return { values: Object.keys(parsed.values).length > 0 ? { [name]: parsed.values } : {}, problems, ignored };
}
