import type { Database } from './database.ts';
import type { JobRow, ReadJobs } from './rows.ts';
import { json, statement } from './statement.ts';
import type { LogStore } from './store.ts';

const keepLogs = statement('keep-logs');
const keptLogs = statement('kept-logs');
const jobsWithoutLogs = statement('jobs-without-logs');

export function createLogStore(database: Database, readJobs: ReadJobs): LogStore {
  return {
    async keep(jobId, logs) {
      await database.query(keepLogs, [jobId, json(logs)]);
    },

    async kept(jobId) {
      type Row = { cluster: string; pod: string; container: string; text: string; dropped_bytes: string };
      const rows = await database.query<Row>(keptLogs, [jobId]);
      return rows.map(({ dropped_bytes, ...log }) => ({ ...log, droppedBytes: Number(dropped_bytes) }));
    },

    async missing(limit) {
      return readJobs(await database.query<JobRow>(jobsWithoutLogs, [limit]));
    },
  };
}
