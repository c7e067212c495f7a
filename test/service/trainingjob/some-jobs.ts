import {
  type BatchJob,
  childrenOf,
  type Decision,
  decide,
  type Pod,
  readBatchJob,
  readPod,
  readTrainingJob,
  type Seen,
  type SpecInput,
  type Status,
  type Surroundings,
  type TrainingJob,
} from '../../../service/trainingjob/index.ts';

export const NOW = new Date('2026-11-28T09:00:00Z');
export const later = (seconds: number, from = NOW): Date => new Date(from.getTime() + seconds * 1000);

export const AROUND: Surroundings = {
  podSecurity: 'restricted',
  progressUrl: 'https://progress.ml-operator.svc:8443',
  progressAuthority: '-----BEGIN CERTIFICATE-----',
};

/** As teams write them. */
export const SIMPLE: SpecInput = {
  model: 'resnet50',
  dataset: 'imagenet',
  numWorkers: 1,
  gpusPerWorker: 1,
  hyperparameters: { learningRate: 0.001, batchSize: 32, epochs: 5 },
};

export const DISTRIBUTED: SpecInput = {
  model: 'bert-base-uncased',
  dataset: 'squad',
  numWorkers: 4,
  gpusPerWorker: 2,
  framework: 'pytorch',
  hyperparameters: { learningRate: 0.00005, batchSize: 16, epochs: 3 },
  checkpoint: { enabled: true, frequency: 1, storage: { type: 'pvc', pvcName: 'bert-checkpoints' } },
  networking: { backend: 'nccl', masterPort: 29500 },
  failurePolicy: { backoffLimit: 3 },
};

interface More {
  readonly name?: string;
  readonly status?: Status;
  readonly labels?: Record<string, string>;
}

export function trainingJob(
  spec: SpecInput = SIMPLE,
  { name = 'bert', status = {}, labels = {} }: More = {},
): TrainingJob {
  const reading = readTrainingJob({
    metadata: {
      name,
      namespace: 'ml-training',
      uid: 'uid-of-the-training-job',
      resourceVersion: '7',
      generation: 1,
      labels,
      creationTimestamp: NOW.toISOString(),
    },
    spec,
    status,
  });
  if ('problems' in reading) throw new Error(reading.problems.join('\n'));
  return reading.job;
}

export const withSpec = (job: TrainingJob, more: Partial<TrainingJob['spec']>): TrainingJob => ({
  ...job,
  spec: { ...job.spec, ...more },
});
export const withStatus = (job: TrainingJob, more: Status): TrainingJob => ({
  ...job,
  status: { ...job.status, ...more },
});

export const attemptOf = (
  job: TrainingJob,
  number = 1,
  more: { resumeFrom?: string; deadlineSeconds?: number; podGroups?: boolean } = {},
) => ({
  ...AROUND,
  job,
  number,
  resumeFrom: more.resumeFrom,
  deadlineSeconds: more.deadlineSeconds,
  podGroups: more.podGroups === true,
});

interface JobStatus {
  readonly startTime?: Date;
  readonly succeeded?: number;
  readonly condition?: {
    readonly type: string;
    readonly reason?: string;
    readonly message?: string;
    readonly at?: Date;
  };
  readonly suspend?: boolean;
  readonly deleted?: boolean;
}

/** The Job of an attempt, as the API server shows it. */
export function batchJobOf(job: TrainingJob, attempt: number, status: JobStatus = {}): BatchJob {
  const made = childrenOf(attemptOf(job, attempt)).job;
  const { condition } = status;
  return readBatchJob({
    metadata: {
      ...made.metadata,
      uid: `job-${attempt}`,
      ...(status.deleted ? { deletionTimestamp: NOW.toISOString() } : {}),
    },
    spec: { ...made.spec, ...(status.suspend === undefined ? {} : { suspend: status.suspend }) },
    status: {
      startTime: (status.startTime ?? NOW).toISOString(),
      succeeded: status.succeeded,
      conditions: condition
        ? [
            {
              type: condition.type,
              status: 'True',
              reason: condition.reason,
              message: condition.message,
              lastTransitionTime: (condition.at ?? NOW).toISOString(),
            },
          ]
        : [],
    },
  });
}

interface PodStatus {
  readonly phase: string;
  readonly reason?: string;
  readonly exitCode?: number;
  readonly endReason?: string;
  readonly waiting?: { reason: string; message?: string };
  readonly conditions?: { type: string; status: string; reason?: string; message?: string }[];
  readonly node?: string | undefined;
}

export function podOf(job: TrainingJob, attempt: number, rank: number, status: PodStatus): Pod {
  const { template } = childrenOf(attemptOf(job, attempt)).job.spec;
  const node = 'node' in status ? status.node : 'node-1';
  return readPod({
    metadata: {
      name: `${job.name}-training-${rank}-x${attempt}`,
      namespace: job.namespace,
      uid: `pod-${attempt}-${rank}`,
      labels: template.metadata.labels,
      annotations: { 'batch.kubernetes.io/job-completion-index': String(rank) },
      ownerReferences: [{ kind: 'Job', uid: `job-${attempt}`, controller: true }],
    },
    spec: node === undefined ? {} : { nodeName: node },
    status: {
      phase: status.phase,
      reason: status.reason,
      conditions: status.conditions ?? [],
      containerStatuses: [
        {
          name: 'training',
          state: {
            ...(status.waiting ? { waiting: status.waiting } : {}),
            ...(status.exitCode === undefined
              ? {}
              : { terminated: { exitCode: status.exitCode, reason: status.endReason ?? 'Error' } }),
          },
        },
      ],
    },
  });
}

export const podsOf = (job: TrainingJob, attempt: number, ...phases: (string | PodStatus)[]): Pod[] =>
  phases.map((status, rank) => podOf(job, attempt, rank, typeof status === 'string' ? { phase: status } : status));

export const nothing: Seen = { batchJob: undefined, pods: [] };

/** What is decided, and the job as it stands when that is written. */
export function step(job: TrainingJob, seen: Seen, now = NOW): { decision: Decision; job: TrainingJob } {
  const decision = decide(job, seen, now);
  return { decision, job: { ...job, status: { ...job.status, ...decision.status } as Status } };
}

/** A job whose first attempt has all its workers running. */
export function running(spec: SpecInput = SIMPLE, attempt = 1): TrainingJob {
  let job = trainingJob(spec);
  job = step(job, nothing).job;
  job = withStatus(job, { attempt });
  const pods = podsOf(job, attempt, ...Array.from({ length: job.spec.numWorkers }, () => 'Running'));
  return step(job, { batchJob: batchJobOf(job, attempt), pods }).job;
}
