import { z } from 'zod';
import {
  BACKOFF_LIMIT_ONCE,
  COMPLETE_STORAGE,
  FIXED_RULES,
  GOAL_IS_SET,
  GPUS_ONCE,
  RETRIES_THAT_NEVER_COME,
  rules,
  SOURCE_OF_VARIABLE,
} from './rules.ts';
import { anything, kept, quantities } from './structural.ts';

// Every text and list is bounded: the API server refuses rules over fields whose size it cannot estimate.

const text = (maximum: number) => z.string().min(1).max(maximum);
const count = (minimum: number, maximum: number) => z.int().min(minimum).max(maximum);

export const FRAMEWORKS = ['pytorch', 'tensorflow', 'jax'] as const;
export type Framework = (typeof FRAMEWORKS)[number];

const DEFAULT_IMAGE = 'docker.io/pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime';
const DEFAULT_RESOURCES = {
  requests: { cpu: '4', memory: '16Gi' },
  limits: { cpu: '8', memory: '32Gi' },
};
export const DEFAULT_BACKOFF_LIMIT = 3;
export const DEFAULT_MASTER_PORT = 29_500;

const hyperparameters = z
  .looseObject({
    learningRate: z.number().gt(0).optional(),
    batchSize: count(1, 1_000_000_000).optional(),
    epochs: count(1, 1_000_000_000)
      .optional()
      .describe('Shown as status.totalEpochs when the training does not tell its own.'),
    optimizer: text(100).optional(),
    warmupSteps: count(0, 1_000_000_000).optional(),
    gradientAccumulationSteps: count(1, 1_000_000).optional(),
    mixedPrecision: anything().optional().describe('true, or the name of a format such as bf16.'),
    additionalParams: z.record(z.string(), anything()).optional(),
  })
  .meta(kept())
  .describe('Handed to the training as JSON in /etc/training-config/hyperparameters. Fields of your own are kept.');

const storage = z
  .object({
    type: z.enum(['pvc', 'nfs', 's3', 'gcs']).default('pvc').describe('pvc and nfs are mounted at /checkpoints.'),
    pvcName: text(253)
      .optional()
      .describe(
        'A claim by this name is used, or made, and stays when the job goes. Default: <name>-checkpoints, which goes with it.',
      ),
    create: z
      .boolean()
      .optional()
      .describe('false: a claim that is named is waited for, and never made. For one that comes by another way.'),
    size: text(32).default('50Gi').describe('Of a claim that is made.'),
    storageClass: text(253).optional().describe("Of a claim that is made; default: the cluster's."),
    accessMode: z
      .enum(['ReadWriteOnce', 'ReadWriteMany', 'ReadWriteOncePod'])
      .optional()
      .describe('Of a claim that is made. Default: ReadWriteMany with more than one worker, else ReadWriteOnce.'),
    server: text(253).optional(),
    path: text(1024).optional(),
    s3Bucket: text(255).optional().describe('Of s3 and gcs.'),
    prefix: text(1024).optional(),
  })
  .meta(rules(...COMPLETE_STORAGE));

const checkpoint = z.object({
  enabled: z.boolean().default(true),
  frequency: count(1, 1_000_000).default(1).describe('Every so many epochs: CHECKPOINT_FREQUENCY.'),
  retention: count(1, 10_000).optional().describe('How many to keep: CHECKPOINT_RETENTION.'),
  resumeFrom: text(2048)
    .optional()
    .describe(
      'Path or URL that the first attempt begins from: RESUME_FROM. Later attempts begin from the last checkpoint reported.',
    ),
  storage: storage.optional(),
});

const scheduling = z.object({
  priority: text(253).optional().describe('Name of a PriorityClass.'),
  nodeSelector: z.record(z.string(), z.string()).optional(),
  affinity: z.looseObject({}).meta(kept()).optional().describe('As in a pod.'),
  tolerations: z.array(z.looseObject({}).meta(kept())).max(100).optional().describe('As in a pod.'),
});

const monitoring = z.object({
  enabled: z.boolean().default(true).describe('false: none of what follows is told to the pods.'),
  metricsPort: count(1, 65_535)
    .optional()
    .describe('Port of the container, with annotations that have Prometheus read it.'),
  tensorboardEnabled: z.boolean().default(false).describe('TENSORBOARD_LOG_DIR names a folder beside the checkpoints.'),
  mlflowTrackingUri: text(2048).optional().describe('MLFLOW_TRACKING_URI.'),
  wandbProject: text(253).optional().describe('WANDB_PROJECT.'),
});

const networking = z.object({
  backend: z.enum(['nccl', 'gloo', 'mpi']).default('nccl'),
  masterPort: count(1024, 65_535).default(DEFAULT_MASTER_PORT),
  rdmaEnabled: z
    .boolean()
    .default(false)
    .describe(
      'One rdma/hca for each worker, and NCCL over it. Most drivers need a namespace whose pods may be privileged.',
    ),
});

const stall = z.object({
  factor: z
    .number()
    .min(2)
    .max(10_000)
    .default(20)
    .describe('So many times its own median step without a step is a stall.'),
  minimumSeconds: count(1, 604_800).default(600).describe('Shorter than this is none.'),
  action: z.enum(['Report', 'Restart']).default('Report').describe('Restart counts as a failure.'),
});

const failurePolicy = z
  .object({
    restartPolicy: z.enum(['OnFailure', 'Never']).default('OnFailure').describe('Of all workers together.'),
    backoffLimit: count(0, 10)
      .optional()
      .describe(`Restarts after failures, default ${DEFAULT_BACKOFF_LIMIT}. Disruptions do not count.`),
    activeDeadlineSeconds: count(1, 31_536_000)
      .optional()
      .describe('Of all attempts together, without times of suspension.'),
    permanentExitCodes: z
      .array(count(1, 255))
      .max(50)
      .default([])
      .describe('A worker that ends with one of these ends the job: trying again would not help.'),
    stall: stall.optional().describe('Default: reported, never restarted. Off until the first progress of an attempt.'),
  })
  .meta(rules(RETRIES_THAT_NEVER_COME));

const successPolicy = z
  .object({
    targetAccuracy: z.number().gt(0).optional().describe('The job is complete when its metric accuracy reaches this.'),
    earlyStoppingPatience: count(1, 1_000_000)
      .optional()
      .describe('The job is complete when eval_loss (or loss) has not become better for so many epochs.'),
  })
  .meta(rules(GOAL_IS_SET));

const variable = z
  .object({
    name: text(253),
    value: z.string().max(32_768).optional(),
    valueFrom: z.looseObject({}).meta(kept()).optional(),
  })
  .meta(rules(SOURCE_OF_VARIABLE));

export const specSchema = z
  .object({
    model: text(1024),
    dataset: text(1024),
    numWorkers: count(1, 100).default(1),
    gpusPerWorker: count(0, 8).default(1).describe('nvidia.com/gpu in requests and limits of each worker.'),
    framework: z.enum(FRAMEWORKS).default('pytorch'),
    image: text(1024).default(DEFAULT_IMAGE),
    command: z
      .array(z.string().max(8192))
      .max(64)
      .optional()
      .describe("Default: the framework's own way to start train.py."),
    args: z.array(z.string().max(8192)).max(256).optional(),
    env: z.array(variable).max(256).optional().describe('As in a container; wins over variables of the same name.'),
    resources: z
      .object({ requests: quantities().optional(), limits: quantities().optional() })
      .default(DEFAULT_RESOURCES)
      .describe('Of each worker.'),
    hyperparameters: hyperparameters.optional(),
    checkpoint: checkpoint.optional(),
    scheduling: scheduling.optional(),
    monitoring: monitoring.optional(),
    networking: networking.optional(),
    failurePolicy: failurePolicy.optional(),
    successPolicy: successPolicy.optional(),
    backoffLimit: count(0, 10).optional().describe('Older place of failurePolicy.backoffLimit.'),
    suspend: z.boolean().default(false).describe('true: no pods. false again: a new attempt from the last checkpoint.'),
  })
  .meta(rules(...FIXED_RULES, BACKOFF_LIMIT_ONCE, ...GPUS_ONCE));

export type Spec = z.output<typeof specSchema>;
export type SpecInput = z.input<typeof specSchema>;
type Stall = z.output<typeof stall>;
export const DEFAULT_STALL: Stall = stall.parse({});
