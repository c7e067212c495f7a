import type { Queries } from './database.ts';
import type { JobRow, ReadJobs } from './rows.ts';
import { json, statement } from './statement.ts';
import type { KeptLog, LogStore } from './store.ts';

const keepLogs = statement('keep-logs');
const keptLogs = statement('kept-logs');
const logsComplete = statement('logs-complete');
const runningToRead = statement('running-to-read');
const jobsWithoutLogs = statement('jobs-without-logs');

export function createLogStore(database: Queries, readers: Queries, readJobs: ReadJobs): LogStore {
  return {
    async keep(jobId, logs, when) {
      await database.query(keepLogs, [jobId, json(logs), when]);
    },

    async kept(jobId) {
      type Row = Omit<KeptLog, 'droppedBytes'> & { dropped_bytes: string };
      const rows = await readers.query<Row>(keptLogs, [jobId]);
      return rows.map(({ dropped_bytes, ...log }) => ({ ...log, droppedBytes: Number(dropped_bytes) }));
    },

    async isComplete(jobId) {
      const [row] = await database.query<{ complete: boolean }>(logsComplete, [jobId]);
      return row?.complete ?? true;
    },

    async claimRunning(limit, everySeconds) {
      return readJobs(await database.query<JobRow>(runningToRead, [limit, everySeconds]));
    },

    async missing(limit) {
      return readJobs(await database.query<JobRow>(jobsWithoutLogs, [limit]));
    },
  };
}
