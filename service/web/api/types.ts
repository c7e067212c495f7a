import type { components } from './schema.generated.ts';

// The service's own words for what it takes and gives; a test fails when they differ from its OpenAPI document.

type Schemas = components['schemas'];

export type Algorithm = Schemas['Algorithm'];
export type AlgorithmField = Schemas['AlgorithmField'];
export type Attempt = Schemas['Attempt'];
export type Auth = Schemas['Auth'];
export type Cluster = Schemas['Cluster'];
export type Clusters = Schemas['Clusters'];
export type DryRun = Schemas['DryRun'];
export type FilterValues = Schemas['FilterValues'];
export type Job = Schemas['Job'];
/** As lists read it: ten thousand requests would be tens of megabytes. */
export type ListedJob = Omit<Schemas['ListedJob'], 'request' | 'clusterStates'>;
export type JobEvent = Schemas['JobEvent'];
export type JobPods = Schemas['JobPods'];
export type JobRequest = Schemas['JobRequest'];
export type JobStatus = Schemas['JobStatusName'];
export type LogRuns = Schemas['LogRuns'];
export type Me = Schemas['Me'];
export type Queue = Schemas['Queue'];
export type Summary = Schemas['Summary'];

/** A page of the list, and where the next one begins. */
export interface JobPage {
  readonly jobs: readonly ListedJob[];
  readonly next: string | null;
}
