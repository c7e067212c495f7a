import type { Queries } from './database.ts';
import { ended } from './ended.ts';
import type { Notices } from './notices.ts';
import { type JobRow, type MonitoredJobRow, type ReadJobs, toMonitoredJob } from './rows.ts';
import { json, statement } from './statement.ts';
import type { Lease, MonitorChange, MonitorStore } from './store.ts';

const activeJobs = statement('active-jobs');
const monitoredJobs = statement('monitored-jobs');
const unplacedJobs = statement('unplaced-jobs');
const clustersInUse = statement('clusters-in-use');
const changedSince = statement('changed-since');
const applyChanges = statement('apply-changes');

export function createMonitorStore(database: Queries, notices: Notices, readJobs: ReadJobs): MonitorStore {
  return {
    async active(clusters) {
      return (await database.query<MonitoredJobRow>(activeJobs, [clusters])).map(toMonitoredJob);
    },

    async read(jobIds) {
      return (await database.query<MonitoredJobRow>(monitoredJobs, [jobIds])).map(toMonitoredJob);
    },

    ended: (jobIds) => ended(database, jobIds),

    async unplaced() {
      return readJobs(await database.query<JobRow>(unplacedJobs));
    },

    async clustersInUse() {
      const rows = await database.query<{ cluster: string; jobs: number }>(clustersInUse);
      return new Map(rows.map(({ cluster, jobs }) => [cluster, jobs]));
    },

    async changedSince(mark) {
      type Row = { mark: string } & (MonitoredJobRow | { id: null });
      const rows = await database.query<Row>(changedSince, [mark]);
      const newMark = rows[0]?.mark;
      if (newMark === undefined) throw new Error('changedSince returned no mark');
      return { mark: newMark, jobs: rows.flatMap((row) => (row.id === null ? [] : [toMonitoredJob(row)])) };
    },

    async apply(changes: readonly MonitorChange[], leases: readonly Lease[]) {
      if (changes.length === 0) return { applied: [], stale: [] };
      const rows = await database.query<MonitoredJobRow>(applyChanges, [json(changes), json(leases)]);
      const applied = rows.map(toMonitoredJob);
      if (applied.length > 0) notices.send('mlp_due', 'mlp_events');
      const written = new Set(applied.map(({ id }) => id));
      return { applied, stale: changes.map(({ jobId }) => jobId).filter((id) => !written.has(id)) };
    },
  };
}
