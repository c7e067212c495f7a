import type { AnyReason, Reason } from '../contract/reasons.ts';
import type { JobState } from '../contract/states.ts';
import type { LostAttempt, Recovery } from '../jobs/attempt.ts';
import type { Pulse, StallRules } from '../jobs/attention.ts';
import type { Attention } from '../jobs/concern.ts';
import type { CurvePoint, Curves } from '../jobs/curve.ts';
import type { Period, WorkSum } from '../jobs/goodput.ts';
import type { ClusterState, Job, JobEvent, JobKind, JobStatus, Wanted } from '../jobs/job.ts';
import type { SeenProgress, TrainingProgress } from '../jobs/progress.ts';
import type { JobRequest } from '../jobs/request.ts';
import type { Idleness } from '../jobs/utilisation.ts';

/** All that the rest of the service may ask of PostgreSQL. Each method is one transaction. */
export interface Store {
  readonly jobs: JobStore;
  readonly dispatch: DispatchStore;
  readonly monitor: MonitorStore;
  readonly events: EventStore;
  readonly progress: ProgressStore;
  readonly curves: CurveStore;
  readonly utilisation: UtilisationStore;
  readonly leases: LeaseStore;
  readonly logs: LogStore;
  readonly webhook: WebhookStore;
  readonly retention: RetentionStore;
  readonly clusters: ClusterStore;
  /** Runs the numbered migrations; replicas may race. */
  migrate(): Promise<void>;
  /** Sums up the counters; once a minute is plenty. */
  housekeep(): Promise<void>;
  /** Rejects with the reason when the database cannot be asked or its migrations are not done. */
  check(signal?: AbortSignal): Promise<void>;
  /** What the metrics tell of all jobs. Answered also when the API has more to do than it can. */
  figures(): Promise<{
    summary: Summary;
    backlog: { waiting: number; oldestSeconds: number };
    trainings: readonly TrainingsOfTeam[];
    gpus: readonly GpusOfTeam[];
  }>;
  pool(): { total: number; idle: number; waiting: number };
  close(): Promise<void>;
}

/** Running jobs of one namespace and algorithm that tell how far they are. */
export interface TrainingsOfTeam {
  readonly namespace: string;
  readonly algorithm: string;
  readonly jobs: number;
  /** On average, of those that tell it. */
  readonly percent: number | null;
  /** Since the one that was told of last the longest ago. */
  readonly oldestSeconds: number;
}

/** GPUs of running jobs of one namespace of which it is known how much they are used. */
export interface GpusOfTeam {
  readonly namespace: string;
  readonly gpus: number;
  readonly idleGpus: number;
  readonly gpuPercent: number;
}

export interface NewJob {
  readonly id: string;
  readonly objectName: string;
  readonly kind: JobKind;
  readonly algorithm: string;
  readonly request: JobRequest;
  readonly retryOf: string | null;
  readonly createdBy: string | null;
  /** What it says from the first moment, when that is known. */
  readonly obstacle?: CommonObstacle | undefined;
}

/** Why nobody can go on with any job now. */
export interface CommonObstacle {
  readonly reason: Reason;
  readonly message: string;
}

export type InsertResult =
  | { readonly outcome: 'created' | 'repeated'; readonly job: Job }
  /** The id was taken by chance (8 hex digits): draw another. */
  | { readonly outcome: 'idTaken' }
  /** The idempotency key was used for a different request. */
  | { readonly outcome: 'keyReused' }
  /** The job of the idempotency key, of that id, was deleted. */
  | { readonly outcome: 'deletedSince'; readonly id: string };

export interface JobFilter {
  readonly namespaces?: readonly string[];
  readonly statuses?: readonly JobStatus[];
  /** Of these, whatever else it says. */
  readonly states?: readonly JobState[];
  readonly algorithm?: string;
  readonly cluster?: string;
  /** Who submitted it, by the name that people see. */
  readonly owner?: string;
  readonly reasons?: readonly string[];
  /** Somebody should look at it. */
  readonly attention?: boolean;
  /** Part of the name, id, reason or message, any case. */
  readonly text?: string;
}

export const JOB_SORTS = ['createdAt', 'updatedAt', 'jobName', 'priority', 'status'] as const;
export type FieldSort = (typeof JOB_SORTS)[number];
/** Before the name of a number that trainings tell. */
export const METRIC_SORT = 'metric:';
export interface JobQuery extends JobFilter {
  readonly sort: FieldSort | `${typeof METRIC_SORT}${string}`;
  readonly descending: boolean;
  readonly limit: number;
  readonly cursor?: string;
  /** Without them, what a list shows is read and nothing else. */
  readonly withRequests: boolean;
}

/** A job as a list shows it. */
export type ListedJob = Omit<Job, 'request' | 'clusterStates'> &
  Partial<Pick<Job, 'request' | 'clusterStates'>> & {
    /** The loss so far, in at most 30 numbers; null where none is told. */
    readonly spark?: readonly number[] | null;
  };

export interface Summary {
  readonly total: number;
  readonly byStatus: Readonly<Record<JobStatus, number>>;
  readonly byState: Readonly<Record<JobState, number>>;
  readonly byCluster: Readonly<Record<string, Readonly<Record<JobStatus, number>>>>;
  readonly byClusterState: Readonly<Record<string, Readonly<Record<JobState, number>>>>;
  /** false: by text, owner, reason or state, for which there are no counters, more jobs would have had to be looked at. */
  readonly complete: boolean;
}

/** What a list can be filtered by, or sorted by (metric), with the number of jobs that have it. */
export type FilterValues = Readonly<Record<FilterField, readonly { readonly value: string; readonly jobs: number }[]>>;
export const FILTER_FIELDS = ['namespace', 'algorithm', 'owner', 'reason', 'cluster', 'metric'] as const;
export type FilterField = (typeof FILTER_FIELDS)[number];

/** Of a job that was asked to change: what came of it, and how it is now. */
export interface Asked extends Pick<Job, 'id' | 'status' | 'reason' | 'wanted' | 'finishedAt'> {
  readonly outcome: 'set' | 'unchanged' | 'refused';
}

/** The first jobs that wait to be dispatched; positions count from 1. */
export interface Queue {
  readonly waiting: number;
  readonly jobs: readonly { readonly id: string; readonly namespace: string; readonly position: number }[];
}

/** What the jobs of a namespace use that run, and what those ask for that wait. */
export interface Team {
  readonly namespace: string;
  readonly running: number;
  readonly waiting: number;
  readonly suspended: number;
  readonly gpus: number;
  readonly cpus: number;
  readonly gpusWaitedFor: number;
  /** Of its GPUs those of which it is known how much they are used, how many of these do nothing, and how busy they are on average. */
  readonly gpusMeasured: number;
  readonly idleGpus: number;
  readonly gpuPercent: number | null;
}

/** Of one request: jobs that repeat each other, and the attempts of each that the hub made. */
export type Attempt = Pick<Job, 'id' | 'attempt' | 'status' | 'reason' | 'createdAt'> &
  Pick<Job, 'objectName' | 'clusters' | 'startedAt' | 'finishedAt' | 'ranForMs'> & {
    readonly message: string;
    /** null: it was the job's own end, or it goes on. */
    readonly lostTo: LostAttempt['lostTo'] | null;
  };

export interface JobStore {
  insert(job: NewJob, idempotency?: { key: string; caller: string; requestHash: string }): Promise<InsertResult>;
  /** Throws UnreadableJob; of many jobs one that cannot be read is left out, and logged. */
  get(id: string): Promise<Job | undefined>;
  /** Throws InvalidCursor. A page found by text, or one of large jobs, may be short of the limit and still have a next cursor. */
  list(query: JobQuery): Promise<{ jobs: ListedJob[]; nextCursor: string | null }>;
  summary(filter: JobFilter): Promise<Summary>;
  /** Other attempts of the same request, oldest first, itself included. */
  attempts(id: string): Promise<Attempt[]>;
  /** Records what the user wants and makes the job due for dispatch. 'refused' when it is finished already (except for delete) or being deleted. */
  setWanted(
    id: string,
    wanted: Wanted,
    event: { reason: Reason; message: string },
  ): Promise<{ outcome: Asked['outcome']; job: Job } | undefined>;
  /** The same of many in one statement; of those that there are. */
  setWantedOfMany(ids: readonly string[], wanted: Wanted, event: { reason: Reason; message: string }): Promise<Asked[]>;
  /** 'refused' when it has been dispatched or is to end. */
  setPriority(
    id: string,
    priority: number,
    event: { reason: Reason; message: string },
  ): Promise<Asked['outcome'] | undefined>;
  queue(limit: number): Promise<Queue>;
  /** Those with jobs that have not ended. */
  teams(namespaces: readonly string[] | undefined): Promise<readonly Team[]>;
  /** Of those that there are. */
  namespacesOf(ids: readonly string[]): Promise<Map<string, string>>;
  /** What attempts that ran in that time came to, of at most so many jobs. */
  works(
    period: Period,
    namespaces: readonly string[] | undefined,
    most: number,
  ): Promise<{ readonly works: readonly WorkSum[]; readonly complete: boolean }>;
  /** Which values the newest jobs of these namespaces have. */
  filterValues(namespaces: readonly string[] | undefined): Promise<FilterValues>;
}

/** The part of a job that a writer may change. What is left out stays as it is. */
interface JobFields {
  readonly status?: JobStatus;
  readonly reason?: AnyReason;
  readonly message?: string;
  readonly clusters?: readonly string[];
  /** Replaces the entry of each named cluster; null removes it. */
  readonly clusterStates?: Readonly<Record<string, ClusterState | null>>;
  /** Sets the time of each named cluster; null: it answers again. The end, and leaving a cluster, take it out by themselves. */
  readonly unreachableSince?: Readonly<Record<string, string | null>>;
  /** null: it leaves its place and is sent anew. */
  readonly dispatchedAt?: Date | null;
  readonly startedAt?: Date | null;
  readonly finishedAt?: Date | null;
  readonly volumeRemovedAt?: Date;
  readonly recovery?: Recovery | null;
  readonly attention?: Attention | null;
  /** Of the dispatcher: another attempt begins, under this name of its objects; the one before is written down with it. */
  readonly objectName?: string;
}

export interface Change {
  readonly jobId: string;
  readonly readVersion: number;
  readonly set: JobFields;
  /** Omitted when nothing happened that a reader of the job's history would want to know. */
  readonly event?: { readonly cluster: string | null; readonly reason: AnyReason; readonly message: string };
}

export interface Claim {
  readonly job: Job;
  /** Claims since the last step that went well (settled without `failed`) or the user's last wish; a crash in between counts. */
  readonly attempts: number;
  readonly token: string;
  /** Of a job that has ended: from when on the retention of its volume counts. */
  readonly volumeKeptFrom: Date;
}

export type Settlement =
  | {
      readonly set: JobFields;
      readonly event?: Change['event'];
      /** `failed` keeps counting attempts. A wish recorded meanwhile makes the job due at once, whatever is said here. */
      readonly next:
        | { readonly dueInSeconds: number; readonly failed?: boolean }
        | 'done'
        /** Done, and nothing of it is left in any cluster. */
        | 'cleared';
    }
  /** The row goes; its last event says so. */
  | {
      readonly set: JobFields;
      readonly event: NonNullable<Change['event']>;
      readonly next: 'deleteRow';
    };

/** Jobs that end have their logs read first, which may take long: nobody else waits for that. */
export const LANES = ['work', 'endings'] as const;
export type Lane = (typeof LANES)[number];

/** Jobs whose state on Karmada must be brought in line with `wanted`. */
export interface DispatchStore {
  /** Due and unclaimed jobs of these lanes (of all) by priority, then age; each is ours until the time-out or until settled. */
  claim(limit: number, forSeconds: number, lanes?: readonly Lane[]): Promise<Claim[]>;
  /** One step done or refused: writes the fields and event when the claim still holds. Returns undefined when it does not. */
  settle(claim: Claim, result: Settlement): Promise<Job | undefined>;
  /** Something has happened to the objects of these names: their jobs, if they wait for that, are due now. Returns how many. */
  wake(objectNames: readonly string[]): Promise<number>;
  /** Due jobs that cannot be gone on with, at most so many, say why; returns how many did not say so before. */
  explainObstacle(limit: number, obstacle: CommonObstacle): Promise<number>;
  /** Seconds until the next job of these lanes becomes due, for the dispatcher's sleep; null when none waits. */
  nextDueInSeconds(lanes?: readonly Lane[]): Promise<number | null>;
  /** Jobs of clusters that have not answered for so long, in the order of their ids: those that are not told of it, or may want to leave. */
  inLostClusters(
    seconds: number,
    fenced: readonly string[],
    page: { readonly after: string; readonly most: number },
  ): Promise<Job[]>;
  /** Of these those that no job is in, finished or not. */
  namespacesWithoutJobs(names: readonly string[]): Promise<string[]>;
  /** Age in seconds of the oldest undispatched job, and how many wait. */
  backlog(): Promise<{ waiting: number; oldestSeconds: number }>;
  /** Calls back when a job may have become due (LISTEN); the dispatcher also looks by itself now and then. */
  onDue(listener: () => void): Promise<() => Promise<void>>;
}

/** What the monitor keeps of a job in memory: 100,000 of them at once, so no request and no field that it does not decide by. */
export type MonitoredJob = Pick<
  Job,
  | 'id'
  | 'namespace'
  | 'kind'
  | 'objectName'
  | 'status'
  | 'reason'
  | 'message'
  | 'wanted'
  | 'clusters'
  | 'clusterStates'
  | 'unreachableSince'
  | 'startedAt'
  | 'finishedAt'
  | 'retryPolicy'
  | 'recovery'
  | 'attention'
  | 'version'
>;

export interface MonitorChange extends Change {
  /** Names of the leases under which it was read; it is written only if all of them are among the valid ones. */
  readonly under: readonly string[];
}

export interface MonitorStore {
  /** Unfinished dispatched jobs of these clusters; the caller names few clusters at a time. */
  active(clusters: readonly string[]): Promise<MonitoredJob[]>;
  /** These jobs as they are now, finished or not; one that was deleted is left out. */
  read(jobIds: readonly string[]): Promise<MonitoredJob[]>;
  /** Those of them that have ended or are gone. */
  ended(jobIds: readonly string[]): Promise<readonly string[]>;
  /** Unfinished dispatched jobs whose cluster is not known yet. */
  unplaced(): Promise<Job[]>;
  /** Clusters that have unfinished jobs, with their number. */
  clustersInUse(): Promise<Map<string, number>>;
  /**
   * Jobs changed by anyone since the mark (finished ones too, so that they are forgotten), and the new mark: how a monitor's memory
   * follows the table without reading it all. The mark is taken in commit order, so that a transaction that was open then is not
   * missed; a job may therefore come twice. With null: no jobs, only the mark of this moment. A deleted row is not told here:
   * `apply` and `ended` tell it.
   */
  changedSince(mark: string | null): Promise<{ jobs: MonitoredJob[]; mark: string }>;
  /**
   * One statement per table. A change is written when the job still has the version that was read, is not finished, and every lease
   * it names is among `leases` with that holder and token and has not expired by database time; the lease rows stay locked (shared)
   * until the end of the transaction, so that nobody can take over in between. `stale` names the jobs that were left alone.
   * A job that finishes here becomes due for dispatch, which keeps its logs and removes its objects; so does one that was given
   * other clusters, for its volume to follow.
   */
  apply(
    changes: readonly MonitorChange[],
    leases: readonly Lease[],
  ): Promise<{ applied: MonitoredJob[]; stale: string[] }>;
}

/** How far a training is in a cluster, as just seen there. */
export interface ProgressEntry {
  readonly jobId: string;
  readonly cluster: string;
  readonly progress: TrainingProgress;
  /** Names of the leases under which it was read, as of a MonitorChange. */
  readonly under: readonly string[];
}

export interface ProgressNews {
  readonly jobId: string;
  readonly namespace: string;
  readonly progress: SeenProgress;
}

/** A job whose pods report to the hub themselves. */
export interface Reporter extends Pick<Job, 'namespace' | 'objectName' | 'attempt' | 'clusters'> {
  readonly isOver: boolean;
  /** What was told last, by whomever. */
  readonly progress: SeenProgress | null;
}

/** Kept beside the jobs, and no part of their history: what is saved takes the place of what was there. */
export interface ProgressStore {
  /** One statement; of a job that is gone, or of a cluster that another replica reads by now, nothing is kept. */
  save(entries: readonly ProgressEntry[], leases: readonly Lease[]): Promise<void>;
  /** Of those that there are. */
  reporters(jobIds: readonly string[]): Promise<Map<string, Reporter>>;
  /** What any replica has saved just now. News may get lost; the job itself has what was saved. */
  onProgress(listener: (news: readonly ProgressNews[]) => void): Promise<() => Promise<void>>;
}

/** What a training has told since it was last written. */
export interface CurveEntry {
  readonly jobId: string;
  readonly points: readonly CurvePoint[];
  /** The places that it was told from, where they are not those of before. */
  readonly marks: readonly { readonly at: number; readonly attempt: number | null; readonly cluster: string | null }[];
  /** When a further step was last told of, where one was. */
  readonly steppedAt: number | null;
  /** Median time of a step, where it is known. */
  readonly stepSeconds: number | null;
}

/** How the numbers of trainings went: bounded for each job, and gone with it. */
export interface CurveStore {
  /** Of each job at most once in a call. Of a job that is gone nothing is kept. */
  append(entries: readonly CurveEntry[]): Promise<void>;
  /** Of jobs that tell nothing more: what waits to be merged with more of it is merged, and lists are in the order of the latest. */
  settle(jobIds: readonly string[]): Promise<void>;
  /** Those of them that have ended or are gone. */
  ended(jobIds: readonly string[]): Promise<readonly string[]>;
  /** Of those jobs that there are; of these names, or all. */
  read(jobIds: readonly string[], names?: readonly string[]): Promise<Map<string, Curves>>;
  /** When each has last come further, of those that have told; with the median time of a step. */
  lastSteps(
    jobIds: readonly string[],
  ): Promise<Map<string, { readonly at: Date; readonly stepSeconds: number | null }>>;
  /** Trainings that run and may not get on, at most so many; those that nothing was wrong with so far first. */
  pulses(rules: StallRules, most: number): Promise<(Pulse & { readonly attention: Attention | null })[]>;
}

/** What the pods of a job use in one cluster. */
export interface JobFigures {
  readonly namespace: string;
  /** The name of its object, without the number of its attempt. */
  readonly object: string;
  readonly gpuPercent: number | null;
  readonly gpus: number;
  readonly idleGpus: number;
  readonly cpuCores: number | null;
}

export interface ClusterUtilisation {
  /** When its Prometheus answered last; null: it never has. */
  readonly answeredAt: Date | null;
  /** Why it does not; null: it does. */
  readonly why: string | null;
}

/** What jobs use, as the Prometheus of each cluster tells. Written under leases, of which one must still hold. */
export interface UtilisationStore {
  /** In the place of all that was told of the cluster before; with why, what was told stays until it is too old. */
  save(
    told:
      | { readonly cluster: string; readonly figures: readonly JobFigures[] }
      | { readonly cluster: string; readonly why: string },
    leases: readonly Lease[],
  ): Promise<void>;
  forgetOld(seconds: number, leases: readonly Lease[]): Promise<void>;
  /** Jobs that are to be told of, because some of their GPUs have done nothing for so long, and those that are to be no longer. */
  idle(seconds: number, most: number): Promise<Idleness[]>;
  /** Of those that were asked lately. */
  ofClusters(): Promise<Map<string, ClusterUtilisation>>;
}

export interface EventStore {
  ofJob(jobId: string): Promise<JobEvent[]>;
  /** Events in commit order after the id, with no gap: an event appears only when none before it can still appear. */
  after(id: string | null, limit: number, namespaces?: readonly string[]): Promise<JobEvent[]>;
  /** The newest id (of these namespaces), where a stream without Last-Event-ID starts. */
  latest(namespaces?: readonly string[]): Promise<string | null>;
  onCommit(listener: () => void): Promise<() => Promise<void>>;
}

/** Work shared between replicas. Time is the database's; the token goes up with every new holder, so a late writer is told apart. */
export interface Lease {
  readonly name: string;
  readonly holder: string;
  readonly token: bigint;
}

/** Small JSON that a holder leaves beside its lease, for the other replicas to read: the monitor's freshness of the cluster. */
export type LeaseNote = Readonly<Record<string, unknown>>;

export interface LeaseStore {
  /** Announces this replica and its wish; returns the live replicas, and the database's clock. Replicas that stopped announcing are dropped. */
  announce(holder: string, forSeconds: number): Promise<{ holders: string[]; now: Date }>;
  /**
   * Takes free or expired leases among the names, renews the ones held, at most `most` in all (held ones first, and
   * those over it are given back); returns all that are
   * now held, in one round trip. The token of a renewed lease stays, that of a taken one goes up, even when the taker held it before.
   * Seconds may have a fraction. A note given for a held name is stored with the renewal; none given leaves it.
   */
  hold(
    holder: string,
    names: readonly string[],
    most: number,
    forSeconds: number,
    notes?: Readonly<Record<string, LeaseNote>>,
  ): Promise<Lease[]>;
  /** The latest notes of all leases whose name begins so, by name, whoever holds or held them. */
  notes(prefix: string): Promise<Map<string, LeaseNote>>;
  /** Ends them at once, for another to take; a lease that is no longer ours is left alone. Notes stay. */
  release(leases: readonly Lease[]): Promise<void>;
  /** Takes back the announcement and releases all that the holder has. */
  retire(holder: string): Promise<void>;
}

/** A message to the webhook, ours until its claim lapses. */
export interface WebhookMessage {
  /** Of the event that it tells: the same whenever it is sent. */
  readonly eventId: string;
  readonly jobId: string;
  /** JSON, to the letter as it is signed. */
  readonly body: string;
  readonly token: string;
  /** This one included. */
  readonly attempts: number;
  readonly ageSeconds: number;
}

export interface WebhookStore {
  /** Up to which event messages were made; begins where it is told to when there was no webhook before. */
  mark(beginAt: string): Promise<string | undefined>;
  /** Moves the mark and adds the messages, in one; false when the mark is no longer where it was. */
  enqueue(
    mark: string,
    newMark: string,
    messages: readonly { readonly eventId: string; readonly jobId: string; readonly body: object }[],
  ): Promise<boolean>;
  claim(limit: number, forSeconds: number): Promise<WebhookMessage[]>;
  done(message: WebhookMessage): Promise<void>;
  again(message: WebhookMessage, inSeconds: number): Promise<void>;
}

/** What goes when its time is over: jobs that have ended, with their logs; kept logs alone; events of deleted jobs; idempotency keys. */
export type Expired =
  | { readonly what: 'job'; readonly olderThanSeconds: number }
  | {
      readonly what: 'job';
      readonly namespace: string;
      /** It goes, and all that ended before it. */
      readonly newest: { readonly finishedAt: Date; readonly id: string };
    }
  | { readonly what: 'log'; readonly olderThanSeconds: number }
  | { readonly what: 'event' }
  | { readonly what: 'key' };

export interface RetentionStore {
  /**
   * Removes some of what is over: at most so many, of events those of at most so many jobs. A job goes only when nothing is left of it
   * in any cluster, and with a last event that says so.
   */
  remove(expired: Expired, limit: number): Promise<{ removed: number; isMore: boolean }>;
  /** Where more than so many jobs have ended, of which nothing is left in any cluster: what is too much there. */
  namespacesOver(most: number): Promise<Expired[]>;
  /** Jobs that have ended and of which something may be left have a place in the dispatcher's queue; some that had lost it have it again. */
  lookAfterEnded(limit: number): Promise<void>;
}

/** An administrator has confirmed that nothing in the cluster, which does not answer, can write any more. */
export interface Fence {
  readonly cluster: string;
  readonly at: Date;
  readonly by: string;
  readonly reason: string;
  /** Attempts that were given up there since, and have not been seen to be gone. */
  readonly leftBehind: number;
}

/** An attempt that was given up in a fenced cluster. */
export interface LeftBehind {
  readonly jobId: string;
  readonly tries: number;
  readonly kind: JobKind;
  readonly namespace: string;
  readonly objectName: string;
}

/** What Karmada told of its members last, for a replica that starts while Karmada is away. What it looks like is its reader's business. */
export interface ClusterStore {
  /** In the place of what was told before. */
  remember(clusters: unknown): Promise<void>;
  told(): Promise<{ readonly clusters: unknown; readonly heardAt: Date } | undefined>;
  fences(): Promise<Fence[]>;
  /** Once more changes nothing. */
  fence(cluster: string, by: string, reason: string): Promise<void>;
  /** false: it was not, or something was left behind there. */
  unfence(cluster: string): Promise<boolean>;
  leftBehind(cluster: string, most: number): Promise<LeftBehind[]>;
  /** They have been seen to be gone; their jobs' histories say so. */
  leftoversGone(cluster: string, gone: readonly Pick<LeftBehind, 'jobId' | 'tries'>[], message: string): Promise<void>;
}

export interface KeptLog {
  readonly cluster: string;
  readonly pod: string;
  readonly container: string;
  /** How often the container had been started again by then. */
  readonly restart: number;
  /** Of the job, from 1 on. */
  readonly run: number;
  readonly text: string;
  /** 0: it is whole. Else at least so many bytes before it were not kept: nobody reads them to count them. */
  readonly droppedBytes: number;
}

export interface LogStore {
  /**
   * In the place of all that was kept. After the last time nothing is kept of it any more; what was read so far is not kept once
   * the job is to stop, for then somebody else reads all of it.
   */
  keep(jobId: string, logs: readonly KeptLog[], when: 'soFar' | 'beforeSuspension' | 'last'): Promise<void>;
  kept(jobId: string): Promise<KeptLog[]>;
  /** Whether that was done for the last time. */
  isComplete(jobId: string): Promise<boolean>;
  /** Running jobs, at most so many, that were not given out for so long: to whoever asks first. */
  claimRunning(limit: number, everySeconds: number): Promise<Job[]>;
  /** Finished (or to be cancelled) jobs whose logs were not kept yet. */
  missing(limit: number): Promise<Job[]>;
}
