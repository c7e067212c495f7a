// Names that objects, dashboards and commands of teams rely on.

export const API = {
  group: 'ml.example.com',
  version: 'v1',
  kind: 'TrainingJob',
  plural: 'trainingjobs',
  singular: 'trainingjob',
  shortName: 'tj',
} as const;

export const API_VERSION = `${API.group}/${API.version}`;

/** On everything that is made for a job. */
export const LABELS = {
  app: 'app',
  appValue: 'training-job',
  job: 'training-job',
  component: 'component',
  componentValue: 'worker',
  attempt: `${API.group}/attempt`,
} as const;

/** Of the whole object that an attempt was made from: a later change is seen by it. */
export const SPEC_HASH = `${API.group}/spec-hash`;

/** Handed on to the Job; Kueue then decides when its pods start. */
export const QUEUE_LABEL = 'kueue.x-k8s.io/queue-name';

/** On a namespace: how far its training pods may go beyond the restricted Pod Security Standard. */
export const POD_SECURITY_LABEL = `${API.group}/pod-security`;

/** Kubernetes writes it to pods of an indexed Job; the number in it is the worker's rank. */
export const COMPLETION_INDEX = 'batch.kubernetes.io/job-completion-index';

export const GPU = 'nvidia.com/gpu';

export const CONTAINER = 'training';
export const CONFIG_DIRECTORY = '/etc/training-config';
export const CHECKPOINT_DIRECTORY = '/checkpoints';

/** Where a worker finds what it needs to report progress, and whom its token is meant for. */
export const PROGRESS = {
  directory: '/var/run/trainingjob',
  token: 'token',
  authority: 'ca.crt',
  audience: `progress.${API.group}`,
} as const;

export const jobName = (name: string): string => `${name}-training`;
export const configName = (name: string): string => `${name}-config`;
export const serviceName = (name: string): string => `${name}-headless`;
export const podGroupName = (name: string, attempt: number): string => `${name}-attempt-${attempt}`;
export const defaultClaimName = (name: string): string => `${name}-checkpoints`;

/** A Job's pod with an index of two digits must still be a host name of 63 characters. */
export const MAX_NAME = 63 - '-training-99'.length;

export const labelsOf = (name: string): Record<string, string> => ({
  [LABELS.app]: LABELS.appValue,
  [LABELS.job]: name,
  [LABELS.component]: LABELS.componentValue,
});
