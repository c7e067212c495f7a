import type { Logger } from 'pino';
import type { Authenticator } from '../auth/authenticator.ts';
import type { Config } from '../config.ts';
import type { EventHub } from '../events/hub.ts';
import type { Karmada } from '../karmada/karmada.ts';
import type { Learn } from '../logs/index.ts';
import type { Metrics } from '../metrics.ts';
import type { ReadClusterHealth } from '../monitor/health.ts';
import type { Outputs } from '../outputs/outputs.ts';
import type { CommonObstacle, Store } from '../store/store.ts';
import type { Workdirs } from '../workdirs/workdirs.ts';
import type { ClusterDirectory } from './clusters.ts';

/** All that the routes work with; main.ts brings it. */
export interface ApiDependencies {
  readonly config: Config;
  readonly store: Store;
  readonly karmada: Karmada;
  readonly clusters: ClusterDirectory;
  readonly events: EventHub;
  /** What is known to keep a new job from being dispatched at once. */
  readonly obstacleOfNewJobs: () => CommonObstacle | undefined;
  readonly readClusterHealth: ReadClusterHealth;
  readonly metrics: Metrics;
  readonly outputs: Outputs;
  /** null: no folders are taken. */
  readonly workdirs: Workdirs | null;
  readonly authenticator: Authenticator | null;
  readonly log: Logger;
  /** Told of the lines of jobs whose log somebody follows. */
  readonly learn: Learn;
  /** Before it is open the database may not be migrated; while it stops, only what is in flight is welcome. */
  readonly state: () => 'starting' | 'open' | 'stopping';
  /** Aborts when the service stops: ends answers that would go on for ever. */
  readonly stopping: AbortSignal;
}
