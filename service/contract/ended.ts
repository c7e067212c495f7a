// Whether a job has come to its end, as its RayJob, TrainingJob or batch Job says: the one answer, for the service and for who removes a platform.
// No imports, as in contract.ts.

type Fields = Readonly<Record<string, unknown>>;

interface JobObject {
  readonly kind: string;
  readonly spec?: unknown;
  readonly status?: unknown;
}

export function hasEnded({ kind, spec, status }: JobObject): boolean {
  if (kind === 'RayJob') return rayJobHasEnded(fieldsOf(spec), fieldsOf(status));
  return kind === 'TrainingJob' ? trainingJobHasEnded(fieldsOf(status)) : batchJobHasEnded(fieldsOf(status));
}

/** KubeRay's own view comes first: it ends a job that Ray calls running, and starts over one that Ray calls failed. */
const ENDED_DEPLOYMENTS: readonly unknown[] = ['Complete', 'Failed', 'ValidationFailed'];
const LIVING_DEPLOYMENTS: readonly unknown[] = ['Retrying', 'Suspending', 'Suspended', 'Waiting'];
const ENDED_JOBS: readonly unknown[] = ['SUCCEEDED', 'FAILED', 'STOPPED'];

function rayJobHasEnded(spec: Fields, status: Fields): boolean {
  const { jobDeploymentStatus: deployment, jobStatus } = status;
  if (ENDED_DEPLOYMENTS.includes(deployment)) return true;
  if (LIVING_DEPLOYMENTS.includes(deployment)) return false;
  const job = typeof jobStatus === 'string' ? jobStatus.toUpperCase() : '';
  // Ray may call it failed before KubeRay has decided on another try.
  const isTriedAgain = job === 'FAILED' && countOf(spec.backoffLimit) > countOf(status.failed);
  return ENDED_JOBS.includes(job) && !isTriedAgain;
}

const trainingJobHasEnded = ({ state }: Fields): boolean => state === 'Completed' || state === 'Failed';

const batchJobHasEnded = ({ conditions }: Fields): boolean =>
  Array.isArray(conditions) &&
  conditions.map(fieldsOf).some(({ status, type }) => status === 'True' && (type === 'Complete' || type === 'Failed'));

const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};

const countOf = (value: unknown): number => (typeof value === 'number' && value > 0 ? value : 0);
