import { asReason } from '../contract/reasons.ts';
import type { Job, JobStatus, Wanted } from '../jobs/job.ts';
import { JOB_STATUSES } from '../jobs/job.ts';
import type { Database } from './database.ts';
import { createInsert, type Idempotency } from './insert.ts';
import { listJobs } from './list.ts';
import type { Notices } from './notices.ts';
import { type JobRow, type ReadJobs, toJob } from './rows.ts';
import { statement, storable } from './statement.ts';
import type { InsertResult, JobQuery, JobStore, NewJob, Summary, SummaryFilter } from './store.ts';

const jobOfKey = statement('job-of-key');
const jobById = statement('job-by-id');
const summaryOfJobs = statement('summary');
const attemptsOfJob = statement('attempts-of-job');
const setWanted = statement('set-wanted');
const textIndex = statement('text-index');

export function createJobStore(database: Database, notices: Notices, readJobs: ReadJobs): JobStore {
  const insert = createInsert(database);
  let textIndexFound: boolean | undefined;
  const hasTextIndex = async (): Promise<boolean> => {
    textIndexFound ??= (await database.query<{ found: boolean }>(textIndex))[0]?.found ?? false;
    return textIndexFound;
  };

  return {
    async insert(job: NewJob, idempotency?: Idempotency): Promise<InsertResult> {
      // A second round only if the key expires, or its job is deleted, between the two statements.
      for (;;) {
        const inserted = await insert(job, idempotency);
        if (inserted === 'idTaken') return { outcome: 'idTaken' };
        if (inserted) {
          notices.send('mlp_due', 'mlp_events');
          return { outcome: 'created', job: inserted };
        }
        if (!idempotency) throw new Error(`Job ${job.id} was neither inserted nor refused`);
        const { caller, key, requestHash } = idempotency;
        const [earlier] = await database.query<JobRow & { request_hash: string }>(jobOfKey, [caller, key]);
        if (earlier) {
          return earlier.request_hash === requestHash
            ? { outcome: 'repeated', job: toJob(earlier) }
            : { outcome: 'keyReused' };
        }
      }
    },

    async get(id: string): Promise<Job | undefined> {
      const [row] = await database.query<JobRow>(jobById, [storable(id)]);
      return row && toJob(row);
    },

    async list(query: JobQuery) {
      const { rows, nextCursor } = await listJobs(database, query, query.text ? await hasTextIndex() : false);
      return { jobs: readJobs(rows), nextCursor };
    },

    async summary({ namespaces, statuses, algorithm, cluster }: SummaryFilter): Promise<Summary> {
      const rows = await database.query<{ cluster: string | null; status: JobStatus; jobs: number }>(summaryOfJobs, [
        namespaces ?? null,
        statuses ?? null,
        algorithm ?? null,
        cluster ?? null,
      ]);
      return toSummary(rows);
    },

    async attempts(id: string) {
      const rows = await database.query<JobRow>(attemptsOfJob, [storable(id)]);
      return rows.map((row) => ({
        id: row.id,
        attempt: row.attempt,
        status: row.status,
        reason: asReason(row.reason),
        createdAt: row.created_at,
      }));
    },

    async setWanted(id: string, wanted: Wanted, { reason, message }) {
      const [row] = await database.query<JobRow & { outcome: 'set' | 'unchanged' | 'refused' }>(setWanted, [
        storable(id),
        wanted,
        storable(reason),
        storable(message),
      ]);
      if (!row) return undefined;
      if (row.outcome === 'set') notices.send('mlp_due', 'mlp_events');
      return { outcome: row.outcome, job: toJob(row) };
    },
  };
}

function toSummary(rows: readonly { cluster: string | null; status: JobStatus; jobs: number }[]): Summary {
  const none = () => Object.fromEntries(JOB_STATUSES.map((status) => [status, 0])) as Record<JobStatus, number>;
  const byStatus = none();
  const byCluster = new Map<string, Record<JobStatus, number>>();
  for (const { cluster, status, jobs } of rows) {
    if (cluster === null) {
      byStatus[status] = jobs;
      continue;
    }
    const counts = byCluster.get(cluster) ?? none();
    counts[status] = jobs;
    byCluster.set(cluster, counts);
  }
  const total = Object.values(byStatus).reduce((sum, jobs) => sum + jobs, 0);
  return { total, byStatus, byCluster: Object.fromEntries(byCluster) };
}
