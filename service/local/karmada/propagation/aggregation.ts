import { type Fields, isFields, listAt, numberAt, pick, type StoredObject } from '../../kube/objects.ts';

const DEPLOYMENT_RANK = [
  '',
  'Initializing',
  'Waiting',
  'Suspending',
  'Suspended',
  'Retrying',
  'Running',
  'Complete',
  'ValidationFailed',
  'Failed',
];
const JOB_RANK = ['', 'PENDING', 'RUNNING', 'SUCCEEDED', 'STOPPED', 'FAILED'];

/** Karmada's verdict on an object in a member; what counts as healthy is in its interpreters per kind. */
export function health({ kind, status }: StoredObject): 'Healthy' | 'Unhealthy' {
  if (kind === 'TrainingJob') {
    const state = pick(status, 'state');
    return state === undefined || state === 'Failed' ? 'Unhealthy' : 'Healthy';
  }
  if (kind !== 'RayJob') return 'Healthy';
  const deployment = pick(status, 'jobDeploymentStatus');
  const healthy = deployment === 'Running' || (deployment === 'Complete' && pick(status, 'jobStatus') === 'SUCCEEDED');
  return healthy ? 'Healthy' : 'Unhealthy';
}

/** What of a member's status goes up: of a TrainingJob what moves with each report comes with the end, as our scripts for Karmada say it. */
export function reflected({ kind, status }: StoredObject): Fields | undefined {
  if (!isFields(status)) return undefined;
  if (kind !== 'TrainingJob') return status;
  const fields = [...REFLECTED, ...(['Completed', 'Failed'].includes(String(status.state)) ? AT_THE_END : [])];
  return Object.fromEntries(fields.filter((field) => field in status).map((field) => [field, status[field]]));
}

const REFLECTED = [
  ...['state', 'reason', 'message', 'progress', 'currentEpoch', 'totalEpochs', 'attempt', 'restartCount', 'failures'],
  ...['workers', 'checkpoint', 'conditions', 'startTime', 'completionTime', 'duration', 'failureReason'],
  ...['failureMessage', 'observedGeneration'],
];
const AT_THE_END = ['metrics', 'currentStep', 'totalSteps', 'best'];

/** The members' statuses as one, for the object on the control plane. */
export function aggregate(kind: string, statuses: readonly Fields[]): Fields | undefined {
  const [only, ...more] = statuses;
  if (only === undefined) return undefined;
  if (more.length === 0) return only;
  if (kind === 'TrainingJob') return worstTrainingJob(statuses);
  return kind === 'RayJob' ? worstRayJob(statuses) : summedJob(statuses);
}

function worstRayJob(statuses: readonly Fields[]): Fields {
  const rank = (order: readonly string[], field: string) => (status: Fields) =>
    order.indexOf(String(status[field] ?? ''));
  const worst = (order: readonly string[], field: string): Fields | undefined =>
    statuses.toSorted((a, b) => rank(order, field)(b) - rank(order, field)(a))[0];
  const deployment = worst(DEPLOYMENT_RANK, 'jobDeploymentStatus');
  return {
    jobStatus: worst(JOB_RANK, 'jobStatus')?.jobStatus,
    jobDeploymentStatus: deployment?.jobDeploymentStatus,
    reason: deployment?.reason,
    message: deployment?.message,
  };
}

const TRAINING_WORST_FIRST = ['Failed', 'Suspended', 'Pending', 'Initializing', 'Running', 'Completed'];

/** As our ResourceInterpreterCustomization says it, but for the sum of the workers. */
function worstTrainingJob(statuses: readonly Fields[]): Fields {
  // A cluster whose operator has not taken it up tells nothing yet.
  const told = statuses.map((status) => (status.state === undefined ? { state: 'Pending' } : status));
  const rank = (status: Fields) => TRAINING_WORST_FIRST.indexOf(String(status.state));
  const percent = (status: Fields) => Number.parseInt(String(status.progress ?? 0), 10) || 0;
  return told.toSorted((a: Fields, b: Fields) => rank(a) - rank(b) || percent(a) - percent(b))[0] ?? {};
}

function summedJob(statuses: readonly Fields[]): Fields {
  const sum = (field: string): number => statuses.reduce((total, status) => total + (numberAt(status, field) ?? 0), 0);
  const starts = statuses.map((status) => status.startTime).filter((start) => typeof start === 'string');
  const failed = statuses.flatMap((status) => listAt(status, 'conditions')).filter((c) => pick(c, 'type') === 'Failed');
  return {
    startTime: starts.sort()[0],
    active: sum('active'),
    succeeded: sum('succeeded'),
    failed: sum('failed'),
    conditions: failed,
  };
}
