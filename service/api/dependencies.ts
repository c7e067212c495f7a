import type { Logger } from 'pino';
import type { Authenticator } from '../auth/auth.ts';
import type { Config } from '../config.ts';
import type { EventHub } from '../events/hub.ts';
import type { Job } from '../jobs/job.ts';
import type { Karmada } from '../karmada/karmada.ts';
import type { Metrics } from '../metrics.ts';
import type { ReadClusterHealth } from '../monitor/health.ts';
import type { Store } from '../store/store.ts';
import type { ClusterDirectory } from './clusters.ts';

export interface LogQuery {
  readonly follow?: boolean;
  readonly tailLines?: number;
  readonly sinceSeconds?: number;
  readonly container?: string;
  readonly pod?: string;
  readonly cluster?: string;
}

/** All that the routes work with; main.ts brings it. */
export interface ApiDependencies {
  readonly config: Config;
  readonly store: Store;
  readonly karmada: Karmada;
  readonly clusters: ClusterDirectory;
  readonly events: EventHub;
  readonly readClusterHealth: ReadClusterHealth;
  /** A job's output, piece by piece, wherever it is to be had. */
  readonly readLogs: (job: Job, query: LogQuery, signal: AbortSignal) => AsyncIterable<string | Uint8Array>;
  readonly metrics: Metrics;
  readonly authenticator: Authenticator | null;
  readonly log: Logger;
  /** Why the service takes no new work: it is still starting, or it is stopping; null when it does. */
  readonly notReadyBecause: () => string | null;
  /** Aborts when the service stops: ends answers that would go on for ever. */
  readonly stopping: AbortSignal;
}
