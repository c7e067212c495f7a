import { createClusterStore } from './clusters.ts';
import type { DatabaseAddress } from './connection.ts';
import { createCurveStore } from './curves.ts';
import { Database, type StoreLog, type Timeouts } from './database.ts';
import { createDispatchStore, readBacklog } from './dispatch.ts';
import { createEventStore } from './events.ts';
import { createJobStore, readSummary } from './jobs.ts';
import { createLeaseStore } from './leases.ts';
import { createLogStore } from './logs.ts';
import { checkMigrated, migrate } from './migrate.ts';
import { createMonitorStore } from './monitor.ts';
import { Notices } from './notices.ts';
import { createProgressStore } from './progress.ts';
import { createRetentionStore } from './retention.ts';
import { createRowReader } from './rows.ts';
import { statement } from './statement.ts';
import type { GpusOfTeam, Store, TrainingsOfTeam } from './store.ts';
import { createUtilisationStore } from './utilisation.ts';
import { createWebhookStore } from './webhook.ts';

/** Readiness is asked for every few seconds, by someone who does not wait long. */
const CHECK_TIMEOUT_MS = 3_000;

/** Pairs of namespace and algorithm in the metrics, or namespaces. */
const MAX_TEAMS = 200;

const trainingsByTeam = statement('trainings-by-team');
const gpusByTeam = statement('gpus-by-team');
const compactCounts = statement('compact-counts');

interface StoreOptions {
  readonly connection: DatabaseAddress;
  readonly poolSize: number;
  readonly log: StoreLog;
  readonly timeouts?: Timeouts;
}

export function createStore({ connection, poolSize, log, timeouts }: StoreOptions): Store {
  const database = new Database(connection, poolSize, log, timeouts);
  const notices = new Notices(database, log);
  const readJobs = createRowReader(log);
  let closing: Promise<void> | undefined;
  return {
    jobs: createJobStore(database.as('api'), notices, readJobs),
    dispatch: createDispatchStore(database.as('dispatch'), notices, readJobs),
    monitor: createMonitorStore(database.as('monitor'), notices, readJobs),
    events: createEventStore(database.as('events'), database.as('api'), notices),
    progress: createProgressStore(database.as('monitor'), notices),
    curves: createCurveStore(database.as('dispatch'), database.as('api')),
    utilisation: createUtilisationStore(database.as('dispatch'), database.as('api')),
    leases: createLeaseStore(database.as('monitor')),
    logs: createLogStore(database.as('dispatch'), database.as('api'), readJobs),
    webhook: createWebhookStore(database.as('dispatch')),
    clusters: createClusterStore(database.as('api'), notices),
    retention: createRetentionStore(database.as('dispatch'), notices),
    migrate: () => migrate(database, log),
    check: (signal) =>
      checkMigrated(database.as('check'), { timeoutMs: CHECK_TIMEOUT_MS, ...(signal ? { signal } : {}) }),
    async figures() {
      const check = database.as('check');
      return {
        summary: await readSummary(check, {}),
        backlog: await readBacklog(check),
        trainings: await check.query<TrainingsOfTeam>(trainingsByTeam, [MAX_TEAMS]),
        gpus: await check.query<GpusOfTeam>(gpusByTeam, [MAX_TEAMS]),
      };
    },
    async housekeep() {
      await database.as('dispatch').query(compactCounts);
    },
    pool: () => database.counts(),
    close() {
      closing ??= notices.close().then(() => database.close());
      return closing;
    },
  };
}
