import { CHECKPOINT_DIRECTORY, COMPLETION_INDEX, jobName, PROGRESS, serviceName } from '../names.ts';
import { DEFAULT_MASTER_PORT, type Spec } from '../schema/spec.ts';
import type { Attempt } from './attempt.ts';
import { isMounted } from './checkpoints.ts';

export interface Variable {
  readonly name: string;
  readonly value?: string | undefined;
  readonly valueFrom?: unknown;
}

const given = (variables: Readonly<Record<string, string | number | undefined>>): Variable[] =>
  Object.entries(variables).flatMap(([name, value]) => (value === undefined ? [] : [{ name, value: String(value) }]));

const fromField = (name: string, fieldPath: string): Variable => ({ name, valueFrom: { fieldRef: { fieldPath } } });

/** Stable from one attempt to the next: the pods' host names in the headless Service. */
export const hostOf = (name: string, rank: number): string => `${jobName(name)}-${rank}.${serviceName(name)}`;

export const masterPortOf = (spec: Spec): number => spec.networking?.masterPort ?? DEFAULT_MASTER_PORT;

/** In the order of the contract; what the spec says comes last and wins. */
export function variablesOf(attempt: Attempt): Variable[] {
  const { spec } = attempt.job;
  const own = [
    ...identity(attempt),
    ...FRAMEWORK_VARIABLES[spec.framework](attempt),
    ...checkpointVariables(attempt),
    ...monitoringVariables(attempt),
    ...progressVariables(attempt),
    ...(spec.networking?.rdmaEnabled ? given({ NCCL_IB_DISABLE: 0 }) : []),
  ];
  const names = new Set(spec.env?.map(({ name }) => name));
  return [...own.filter(({ name }) => !names.has(name)), ...(spec.env ?? [])];
}

function identity({ job: { name, spec }, number }: Attempt): Variable[] {
  return [
    ...given({ NUM_WORKERS: spec.numWorkers, GPUS_PER_WORKER: spec.gpusPerWorker }),
    fromField('WORKER_RANK', `metadata.annotations['${COMPLETION_INDEX}']`),
    ...given({
      MASTER_ADDR: spec.numWorkers > 1 ? hostOf(name, 0) : 'localhost',
      MASTER_PORT: masterPortOf(spec),
      TRAINING_ATTEMPT: number,
    }),
    fromField('POD_NAME', 'metadata.name'),
    fromField('POD_NAMESPACE', 'metadata.namespace'),
    // The user that pods run as under the restricted standard has no home directory in most images.
    ...given({ HOME: '/tmp' }),
  ];
}

const FRAMEWORK_VARIABLES: Record<Spec['framework'], (attempt: Attempt) => Variable[]> = {
  pytorch: () => [],
  tensorflow: ({ job: { name, spec } }) => {
    if (spec.numWorkers === 1) return [];
    const port = masterPortOf(spec);
    const worker = Array.from({ length: spec.numWorkers }, (_, rank) => `${hostOf(name, rank)}:${port}`);
    // The index has to be a number in the JSON: Kubernetes puts it there when the container starts.
    const task = '"task":{"type":"worker","index":$(WORKER_RANK)}';
    return given({ TF_CONFIG: `{"cluster":${JSON.stringify({ worker })},${task}}` });
  },
  // jax.distributed.initialize() reads the first; number and rank are the arguments that it cannot read by itself.
  jax: ({ job: { name, spec } }) =>
    spec.numWorkers === 1
      ? []
      : [
          ...given({
            JAX_COORDINATOR_ADDRESS: `${hostOf(name, 0)}:${masterPortOf(spec)}`,
            JAX_NUM_PROCESSES: spec.numWorkers,
          }),
          { name: 'JAX_PROCESS_ID', value: '$(WORKER_RANK)' },
        ],
};

const SCHEME = { s3: 's3', gcs: 'gs' } as const;

/** Where checkpoints are kept: below the mount, or as an address. */
function checkpointPlace({ name, spec }: Attempt['job']): string | undefined {
  const { storage } = spec.checkpoint ?? {};
  if (!storage) return undefined;
  if (storage.type === 'pvc' || storage.type === 'nfs') return CHECKPOINT_DIRECTORY;
  const prefix = (storage.prefix ?? name).replace(/^\/+|\/+$/g, '');
  return `${SCHEME[storage.type]}://${storage.s3Bucket}/${prefix}`;
}

function checkpointVariables({ job, resumeFrom }: Attempt): Variable[] {
  const { checkpoint } = job.spec;
  if (!checkpoint?.enabled) return given({ RESUME_FROM: resumeFrom });
  return given({
    CHECKPOINT_DIR: checkpointPlace(job),
    CHECKPOINT_FREQUENCY: checkpoint.frequency,
    CHECKPOINT_RETENTION: checkpoint.retention,
    RESUME_FROM: resumeFrom,
  });
}

function monitoringVariables({ job: { spec } }: Attempt): Variable[] {
  const { monitoring } = spec;
  if (!monitoring?.enabled) return [];
  return given({
    MLFLOW_TRACKING_URI: monitoring.mlflowTrackingUri,
    WANDB_PROJECT: monitoring.wandbProject,
    TENSORBOARD_LOG_DIR: monitoring.tensorboardEnabled
      ? `${isMounted(spec) ? CHECKPOINT_DIRECTORY : '/tmp'}/tensorboard`
      : undefined,
  });
}

/** Names that HuggingFace's Trainer and Kubeflow's SDK look for; the latter two are paths. */
function progressVariables({ job, progressUrl }: Attempt): Variable[] {
  if (!progressUrl) return [];
  return given({
    KUBEFLOW_TRAINER_SERVER_URL: `${progressUrl}/namespaces/${job.namespace}/trainingjobs/${job.name}/status`,
    KUBEFLOW_TRAINER_SERVER_CA_CERT: `${PROGRESS.directory}/${PROGRESS.authority}`,
    KUBEFLOW_TRAINER_SERVER_TOKEN: `${PROGRESS.directory}/${PROGRESS.token}`,
  });
}
