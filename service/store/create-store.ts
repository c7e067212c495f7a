import type { DatabaseAddress } from './connection.ts';
import { Database, type StoreLog, type Timeouts } from './database.ts';
import { createDispatchStore } from './dispatch.ts';
import { createEventStore } from './events.ts';
import { createJobStore } from './jobs.ts';
import { createLeaseStore } from './leases.ts';
import { createLogStore } from './logs.ts';
import { checkMigrated, migrate } from './migrate.ts';
import { createMonitorStore } from './monitor.ts';
import { Notices } from './notices.ts';
import { createRowReader } from './rows.ts';
import { statement } from './statement.ts';
import type { Store } from './store.ts';

/** Readiness is asked for every few seconds, by someone who does not wait long. */
const CHECK_TIMEOUT_MS = 3_000;

const HOUSEKEEPING = ['compact-counts', 'drop-expired-keys', 'drop-events-of-deleted-jobs'].map(statement);

export interface StoreOptions {
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
    jobs: createJobStore(database, notices, readJobs),
    dispatch: createDispatchStore(database, notices, readJobs),
    monitor: createMonitorStore(database, notices, readJobs),
    events: createEventStore(database, notices),
    leases: createLeaseStore(database),
    logs: createLogStore(database, readJobs),
    migrate: () => migrate(database, log),
    check: (signal) => checkMigrated(database, { timeoutMs: CHECK_TIMEOUT_MS, ...(signal ? { signal } : {}) }),
    async housekeep() {
      for (const step of HOUSEKEEPING) await database.query(step);
    },
    pool: () => database.counts(),
    close() {
      closing ??= notices.close().then(() => database.close());
      return closing;
    },
  };
}
