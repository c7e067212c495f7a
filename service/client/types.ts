import type { components, paths } from './schema.generated.ts';

// The service's own words for what it takes and gives; a test fails when they differ from its OpenAPI document.

type Schemas = components['schemas'];

export type Algorithm = Schemas['Algorithm'];
export type AlgorithmField = Schemas['AlgorithmField'];
export type Attempt = Schemas['Attempt'];
export type Auth = Schemas['Auth'];
export type BulkAction = Schemas['BulkRequest']['action'];
export type BulkOutcome = Schemas['BulkOutcome']['outcomes'][number];
export type Cluster = Schemas['Cluster'];
export type Clusters = Schemas['Clusters'];
export type Comparison = Schemas['Comparison'];
export type DryRun = Schemas['DryRun'];
export type Fence = Schemas['Fence'];
export type FieldNote = Schemas['FieldNote'];
export type FilterValues = Schemas['FilterValues'];
export type Goodput = Schemas['Goodput'];
export type Job = Schemas['Job'];
/** As lists read it: ten thousand requests would be tens of megabytes. */
export type ListedJob = Omit<Schemas['ListedJob'], 'request' | 'clusterStates' | 'advice'>;
export type JobEvent = Schemas['JobEvent'];
export type JobPods = Schemas['JobPods'];
export type JobRequest = Schemas['JobRequest'];
export type JobState = Schemas['JobState'];
export type JobStatus = Schemas['JobStatusName'];
export type KubernetesObject = Schemas['KubernetesObject'];
export type LogRuns = Schemas['LogRuns'];
export type Me = Schemas['Me'];
export type Message = Schemas['Message'];
export type Metrics = Schemas['Metrics'];
export type Outputs = Schemas['Outputs'];
export type Progress = NonNullable<Schemas['Job']['progress']>;
export type Queue = Schemas['Queue'];
export type Series = Schemas['Series'];
export type SubmittedJob = Schemas['SubmittedJob'];
export type Summary = Schemas['Summary'];
export type Team = Schemas['Teams']['teams'][number];
export type Workdir = Schemas['Workdir'];
export type WorkdirRequest = Schemas['WorkdirRequest'];

type ListQuery = NonNullable<paths['/api/v1/jobs']['get']['parameters']['query']>;

/** What a list is narrowed down by; several values of one filter are separated by commas. Empty ones count as not given. */
export type JobFilters = Partial<Record<Exclude<keyof ListQuery, 'view' | 'limit' | 'cursor'>, string>>;

/** What is read of a job's curves. */
export interface MetricsOptions {
  /** Of the numbers; all without it. */
  readonly names?: readonly string[];
  /** Nothing before it. */
  readonly from?: Date;
  /** Entries of a series, at most. */
  readonly points?: number;
}

/** Of which time and whose work is told. */
export interface GoodputPeriod {
  readonly from?: Date;
  readonly to?: Date;
  /** All that one may see without it. */
  readonly namespaces?: readonly string[];
}

/** A page of the list, and where the next one begins. */
export interface JobPage {
  readonly jobs: readonly ListedJob[];
  readonly next: string | null;
}

/** How far a training is, told between the events: no part of the job's history. */
export interface ProgressNews {
  readonly id: string;
  readonly namespace: string;
  readonly progress: Progress;
}

/** What is told of a job that is watched. */
export type WatchedJob = NonNullable<JobEvent['job']> & { readonly id: string };
