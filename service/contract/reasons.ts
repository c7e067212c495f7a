// Every reason that a job, a cluster's part of it or an event of its history gives: who says it, what follows from it, and what a
// person is told. The service decides by this table, and the page shows it. No imports, as in contract.ts.

/** Who says so. `cluster`: KubeRay or Kubernetes in a member, as service/jobs/state reads them. */
type Setter = 'api' | 'dispatch' | 'monitor' | 'cluster';

/** Where in its life the job is then; `any` explains the phase in which it happens. */
/** What takes an attempt away that is not its own fault. */
export const LOSSES = ['infrastructure', 'preempted', 'stalled', 'oom'] as const;
export type Loss = (typeof LOSSES)[number];

export type ReasonPhase = 'waiting' | 'placing' | 'starting' | 'running' | 'suspended' | 'stopping' | 'ended' | 'any';

export interface ReasonFacts {
  readonly setBy: readonly Setter[];
  /** `ended` is final. */
  readonly phase: ReasonPhase;
  /** Said by an event of the job's history only, never by the job. */
  readonly eventOnly?: true;
  /** A person stopped it, or is about to. */
  readonly stopped?: 'suspended' | 'cancelled' | 'deleted';
  /** The member may still have to act on a wish to suspend or to resume. */
  readonly suspension?: true;
  /** It does not pass by itself: somebody has to do something. */
  readonly attention?: true;
  /** Of an end that is no success: whether the same request may succeed the next time. */
  readonly retryable?: boolean;
  /** Of an end: what it was lost to, by which a job's retryPolicy decides. Without: to the job itself. */
  readonly lostTo?: Loss;
  /** The dispatcher gave up creating it: what was made so far is removed at once. */
  readonly undone?: true;
  readonly label: string;
  /** What to do about it. */
  readonly hint?: string;
}

const TRIED_AGAIN = 'The control plane does not take the job just now. It is tried again by itself.';
const ASK_ADMINISTRATOR =
  'Whoever runs the platform has to look at its access to Karmada. The job goes on by itself then.';
/** Kubernetes tries again all the time, in vain until somebody does something. */
const OF_PODS = { setBy: ['monitor'], phase: 'starting', attention: true } as const;
const TIME_LIMIT =
  'The time limit was reached. Clone the job and give it a longer one ("Stop after"): a retry would have the same.';

export const REASONS = {
  // On its way to a cluster.
  Queued: { setBy: ['api', 'dispatch'], phase: 'waiting', label: 'Queued' },
  AwaitingAttempt: {
    setBy: ['monitor'],
    phase: 'waiting',
    label: 'Waiting for the next attempt',
    hint: 'An attempt was lost. The next one begins by itself, from the last checkpoint where that is kept; cancel ends it.',
  },
  Dispatched: { setBy: ['dispatch'], phase: 'placing', label: 'Dispatched' },
  Unschedulable: {
    setBy: ['dispatch'],
    phase: 'placing',
    attention: true,
    label: 'Unschedulable',
    hint: 'No cluster takes it now; the message says why. One that is away or full takes it when it is back or has room; else ask for less, or choose other target clusters.',
  },
  KindMissing: {
    setBy: ['dispatch'],
    phase: 'placing',
    attention: true,
    label: 'Kind missing',
    hint: 'Whoever runs the platform has to bring TrainingJobs to Karmada (the stack training-operator). The job goes on by itself then.',
  },
  Scheduled: { setBy: ['dispatch', 'monitor'], phase: 'starting', label: 'Scheduled' },
  PlacedAnew: {
    setBy: ['dispatch'],
    phase: 'placing',
    label: 'Placed anew',
    hint: 'Its cluster never showed it. It is sent again as soon as that cluster says that it is not there.',
  },
  Rescheduled: { setBy: ['dispatch'], phase: 'any', label: 'Rescheduled' },
  NamespaceTerminating: { setBy: ['dispatch'], phase: 'any', label: 'Namespace terminating' },
  NamespaceMissing: { setBy: ['dispatch'], phase: 'any', label: 'Namespace missing' },
  StillRemoving: { setBy: ['dispatch'], phase: 'any', label: 'Still removing' },
  KarmadaUnavailable: { setBy: ['dispatch'], phase: 'any', label: 'Karmada unavailable', hint: TRIED_AGAIN },
  KarmadaUnauthenticated: {
    setBy: ['dispatch'],
    phase: 'any',
    attention: true,
    label: 'Karmada unauthenticated',
    hint: ASK_ADMINISTRATOR,
  },
  KarmadaForbidden: {
    setBy: ['dispatch'],
    phase: 'any',
    attention: true,
    label: 'Karmada forbidden',
    hint: ASK_ADMINISTRATOR,
  },
  KarmadaRefused: { setBy: ['dispatch'], phase: 'any', label: 'Karmada refused', hint: TRIED_AGAIN },
  KarmadaConflict: { setBy: ['dispatch'], phase: 'any', label: 'Karmada conflict', hint: TRIED_AGAIN },
  KarmadaGarbled: { setBy: ['dispatch'], phase: 'any', label: 'Karmada garbled', hint: TRIED_AGAIN },
  ClusterUnavailable: { setBy: ['dispatch'], phase: 'any', label: 'Cluster unavailable' },
  ClusterUnknown: {
    setBy: ['dispatch'],
    phase: 'any',
    attention: true,
    label: 'Cluster unknown',
    hint: 'The cluster has left Karmada. The job goes on when it is back; else cancel it and retry elsewhere.',
  },
  InternalError: {
    setBy: ['dispatch'],
    phase: 'any',
    attention: true,
    label: 'Internal error',
    hint: "Whoever runs the platform finds what went wrong in the service's log. It is tried again by itself.",
  },

  // In a cluster.
  Created: { setBy: ['cluster'], phase: 'starting', label: 'Created' },
  Starting: { setBy: ['cluster'], phase: 'starting', label: 'Starting' },
  Waiting: { setBy: ['cluster'], phase: 'starting', label: 'Waiting' },
  Submitting: { setBy: ['cluster'], phase: 'starting', label: 'Submitting' },
  Submitted: { setBy: ['cluster'], phase: 'starting', label: 'Submitted' },
  Running: { setBy: ['cluster'], phase: 'running', label: 'Running' },
  Retrying: { setBy: ['cluster'], phase: 'any', label: 'Retrying' },

  // Of a training that runs, by what it tells; Stalled is among the ends.
  Diverging: {
    setBy: ['monitor'],
    phase: 'running',
    eventOnly: true,
    attention: true,
    label: 'Diverging',
    hint: 'Its loss is no number, or rises. Most often the learning rate is too high, or the data has values that are no numbers: cancel it, and clone it with less.',
  },
  LateReports: {
    setBy: ['monitor'],
    phase: 'running',
    eventOnly: true,
    attention: true,
    label: 'Not heard of',
    hint: 'The training has told nothing for much longer than usual. Its log and its pods tell whether it still works.',
  },
  IdleGpus: {
    setBy: ['monitor'],
    phase: 'running',
    eventOnly: true,
    attention: true,
    label: 'Idle GPUs',
    hint: 'It holds GPUs and hardly uses them. Most often the program computes on the CPU, waits for its data, or uses one GPU of several: its log tells. Clone it with fewer GPUs, or cancel it.',
  },
  LeftoversGone: { setBy: ['dispatch'], phase: 'any', eventOnly: true, label: 'Leftovers gone' },
  GetsOn: { setBy: ['monitor'], phase: 'running', eventOnly: true, label: 'Gets on again' },

  // What keeps its pods from starting there, as the monitor finds it; the message has Kubernetes' own word.
  PodUnschedulable: {
    ...OF_PODS,
    label: 'No node for a pod',
    hint: 'No node of the cluster has room for a pod of this size. Ask for less, choose other target clusters, or wait until other jobs end.',
  },
  NodesClosed: {
    ...OF_PODS,
    label: 'No node open',
    hint: 'The nodes of the cluster are not ready, closed or kept for others; the message says which. Whoever runs the cluster has to look at them. It starts by itself then; or choose other target clusters.',
  },
  VolumeNotReady: {
    ...OF_PODS,
    label: 'Volume not ready',
    hint: 'Its volume is not there, not bound, or where no node can take the pod. Whoever runs the cluster has to look at the claim and its storage class. It starts by itself then.',
  },
  ImagePullBackOff: {
    ...OF_PODS,
    label: 'Image cannot be pulled',
    hint: 'Check the name and tag of the image, and that this cluster may read from its registry. It starts by itself when the image is there.',
  },
  InvalidImageName: {
    ...OF_PODS,
    label: 'Invalid image name',
    hint: 'No image can have this name. Clone the job and mend it.',
  },
  CreateContainerConfigError: {
    ...OF_PODS,
    label: 'Container cannot be made',
    hint: 'A Secret or ConfigMap that the pods refer to is missing in this cluster, or a key in it. It starts by itself when it is there.',
  },
  RunContainerError: {
    ...OF_PODS,
    label: 'Container cannot start',
    hint: 'The image may not have the command that it is started with, or a volume cannot be mounted.',
  },
  CrashLoopBackOff: {
    ...OF_PODS,
    label: 'Container ends at once',
    hint: 'The container starts and ends, again and again. Its log says why.',
  },
  OOMKilled: {
    ...OF_PODS,
    label: 'Out of memory',
    hint: 'A container needs more memory than the job asks for. Clone the job and ask for more.',
  },
  PodEvicted: {
    ...OF_PODS,
    label: 'Pod lost its node',
    hint: 'A node put the pod out, or has gone. If no other takes its place, cancel the job and retry.',
  },
  PodStuck: { ...OF_PODS, label: 'Pod is stuck', hint: 'The message says what Kubernetes knows of it.' },

  // What a person asked for.
  Suspending: {
    setBy: ['api', 'dispatch', 'cluster'],
    phase: 'suspended',
    stopped: 'suspended',
    suspension: true,
    label: 'Suspending',
  },
  Suspended: {
    setBy: ['dispatch', 'cluster'],
    phase: 'suspended',
    stopped: 'suspended',
    suspension: true,
    label: 'Suspended',
  },
  Resuming: { setBy: ['api', 'dispatch'], phase: 'any', suspension: true, label: 'Resuming' },
  Cancelling: { setBy: ['api', 'dispatch'], phase: 'stopping', stopped: 'cancelled', label: 'Cancelling' },
  Deleting: { setBy: ['api', 'dispatch'], phase: 'stopping', stopped: 'deleted', label: 'Deleting' },

  // The end.
  Succeeded: { setBy: ['cluster'], phase: 'ended', label: 'Succeeded' },
  Cancelled: { setBy: ['dispatch'], phase: 'ended', stopped: 'cancelled', retryable: true, label: 'Cancelled' },
  Refused: {
    setBy: ['dispatch'],
    phase: 'ended',
    retryable: false,
    undone: true,
    label: 'Refused',
    hint: 'Karmada would refuse the same request again. Clone the job and change what the message names.',
  },
  NameTaken: { setBy: ['dispatch'], phase: 'ended', retryable: true, undone: true, label: 'Name taken' },
  Lost: {
    setBy: ['monitor'],
    phase: 'ended',
    retryable: true,
    lostTo: 'infrastructure',
    label: 'Lost',
    hint: 'Somebody removed the job in its cluster. Retry runs it again from the start.',
  },
  AppFailed: { setBy: ['cluster'], phase: 'ended', retryable: true, label: 'App failed' },
  // What the training of a built-in algorithm says of its own end (service/contract/trainers.ts).
  UserError: {
    setBy: ['cluster'],
    phase: 'ended',
    retryable: false,
    label: 'Wrong parameter',
    hint: 'The same request would fail again. Clone the job and mend the field that the message names.',
  },
  DataError: {
    setBy: ['cluster'],
    phase: 'ended',
    retryable: false,
    label: 'Wrong data',
    hint: 'The training cannot use the data as it is. Mend the file or the column that the message names; then clone the job.',
  },
  TemporaryFailure: {
    setBy: ['cluster'],
    phase: 'ended',
    retryable: true,
    lostTo: 'infrastructure',
    label: 'Temporary failure',
    hint: 'Something that the training needs did not answer, or a worker was lost. Retry goes on from its last checkpoint, where that is kept.',
  },
  Interrupted: {
    setBy: ['cluster'],
    phase: 'ended',
    retryable: true,
    lostTo: 'preempted',
    label: 'Interrupted',
    hint: 'The training was asked to end. Retry goes on from its last checkpoint, where that is kept.',
  },
  Preempted: {
    setBy: ['cluster'],
    phase: 'ended',
    retryable: true,
    lostTo: 'preempted',
    label: 'Preempted',
    hint: 'Its pods had to give way, to others or with their node. Retry goes on from its last checkpoint, where that is kept.',
  },
  OutOfMemory: {
    setBy: ['cluster'],
    phase: 'ended',
    retryable: true,
    lostTo: 'oom',
    label: 'Ran out of memory',
    hint: 'The training needs more memory than the job asks for. Clone the job and ask for more, or give it a retryPolicy with oom.',
  },
  Stalled: {
    setBy: ['cluster', 'monitor'],
    phase: 'ended',
    attention: true,
    retryable: true,
    lostTo: 'stalled',
    label: 'Stalled',
    hint: 'The training runs and makes no step. Its log and its pods tell more; a retry goes on from its last checkpoint, where that is kept.',
  },
  ClusterLost: {
    setBy: ['dispatch'],
    phase: 'ended',
    attention: true,
    retryable: true,
    lostTo: 'infrastructure',
    label: 'Cluster lost',
    hint: 'Its cluster has not answered for long, and may be running it all the same. An administrator can confirm that nothing there can write any more (mlp fence); the message says whether the job goes on elsewhere then.',
  },
  Stopped: { setBy: ['cluster'], phase: 'ended', retryable: true, label: 'Stopped' },
  SubmissionFailed: {
    setBy: ['cluster'],
    phase: 'ended',
    retryable: true,
    lostTo: 'infrastructure',
    label: 'Submission failed',
  },
  DeploymentFailed: {
    setBy: ['cluster'],
    phase: 'ended',
    retryable: true,
    lostTo: 'infrastructure',
    label: 'Deployment failed',
  },
  ValidationFailed: {
    setBy: ['cluster'],
    phase: 'ended',
    retryable: false,
    label: 'Validation failed',
    hint: 'KubeRay would refuse the same request again. Clone the job and change what the message names.',
  },
  DeadlineExceeded: {
    setBy: ['cluster'],
    phase: 'ended',
    retryable: false,
    label: 'Deadline exceeded',
    hint: TIME_LIMIT,
  },
  PreRunningDeadlineExceeded: {
    setBy: ['cluster'],
    phase: 'ended',
    retryable: true,
    lostTo: 'infrastructure',
    label: 'Pre running deadline exceeded',
  },
  JobDeploymentStatusTransitionGracePeriodExceeded: {
    setBy: ['cluster'],
    phase: 'ended',
    retryable: true,
    lostTo: 'infrastructure',
    label: 'Job deployment status transition grace period exceeded',
  },
  JobStatusCheckTimeoutExceeded: {
    setBy: ['cluster'],
    phase: 'ended',
    retryable: true,
    lostTo: 'infrastructure',
    label: 'Job status check timeout exceeded',
  },
  BackoffLimitExceeded: { setBy: ['cluster'], phase: 'ended', retryable: true, label: 'Backoff limit exceeded' },
  WorkerFailed: {
    setBy: ['cluster'],
    phase: 'ended',
    retryable: true,
    label: 'Worker failed',
    hint: 'A worker of the training failed. Its log says why.',
  },
  PermanentExitCode: {
    setBy: ['cluster'],
    phase: 'ended',
    retryable: false,
    label: 'Permanent exit code',
    hint: 'The training ended with an exit code that says that trying again does not help. Its log says why.',
  },
  PodFailurePolicy: { setBy: ['cluster'], phase: 'ended', retryable: true, label: 'Pod failure policy' },
  OutcomeUnknown: { setBy: ['cluster'], phase: 'ended', retryable: true, label: 'Outcome unknown' },

  // Told by an event alone.
  Moved: { setBy: ['monitor'], phase: 'any', eventOnly: true, label: 'Moved' },
  ClusterUnreachable: {
    setBy: ['monitor'],
    phase: 'any',
    eventOnly: true,
    label: 'Cluster unreachable',
    hint: 'The cluster does not answer. The job may be running all the same; its state is updated when the cluster is back.',
  },
  ClusterReachable: { setBy: ['monitor'], phase: 'any', eventOnly: true, label: 'Cluster reachable' },
  PriorityChanged: { setBy: ['api'], phase: 'any', eventOnly: true, label: 'Priority changed' },
  VolumeRemoved: { setBy: ['dispatch'], phase: 'ended', eventOnly: true, label: 'Volume removed' },
  Deleted: { setBy: ['dispatch'], phase: 'ended', eventOnly: true, label: 'Deleted' },
} as const satisfies Readonly<Record<string, ReasonFacts>>;

export type Reason = keyof typeof REASONS;

declare const notOurs: unique symbol;
/** A word from outside, or of another version of this service. It is shown as it is, and nothing is decided by it. */
type OtherReason = string & { readonly [notOurs]: true };

export type AnyReason = Reason | OtherReason;

export const isReason = (word: string): word is Reason => Object.hasOwn(REASONS, word);

export const asReason = (word: string): AnyReason => (isReason(word) ? word : (word as OtherReason));

/** undefined for a word that is not ours: nothing follows from it. */
export const factsOf = (reason: string): ReasonFacts | undefined => (isReason(reason) ? REASONS[reason] : undefined);

/**
 * A word that a member wrote. One of ours that no member says would be taken for our own decision, so it is told apart:
 * a RayJob that failed as "Refused" was not refused by Karmada.
 */
export function reasonFromCluster(word: string): AnyReason {
  if (!isReason(word)) return word as OtherReason;
  const setters: readonly Setter[] = REASONS[word].setBy;
  return setters.includes('cluster') ? word : (`Member${word}` as OtherReason);
}
