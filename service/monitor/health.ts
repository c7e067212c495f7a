/** How fresh what we know of a member cluster is. Times are the database's, since another replica may be the one that asks it. */
export interface ClusterHealth {
  readonly cluster: string;
  /** null when it has not answered yet */
  readonly lastAnswerAt: Date | null;
  readonly consecutiveFailures: number;
  readonly latencyMs: number | null;
  /** Why the last query failed; null when it did not. */
  readonly error: string | null;
}

/** What the API, the metrics and the page are told; the monitor answers for all replicas. */
export type ReadClusterHealth = () => Promise<ReadonlyMap<string, ClusterHealth>>;
