import { asReason } from '../contract/reasons.ts';
import { JOB_STATES, type JobState } from '../contract/states.ts';
import type { WorkSum } from '../jobs/goodput.ts';
import type { Job, JobStatus } from '../jobs/job.ts';
import { JOB_STATUSES } from '../jobs/job.ts';
import type { Queries } from './database.ts';
import { createInsert, type Idempotency } from './insert.ts';
import { type CountRow, countJobs, listJobs } from './list.ts';
import type { Notices } from './notices.ts';
import { type AttemptRow, type JobRow, type ReadJobs, toAttempt, toJob, toListedJob } from './rows.ts';
import { statement, storable } from './statement.ts';
import {
  type Asked,
  FILTER_FIELDS,
  type FilterField,
  type FilterValues,
  type InsertResult,
  type JobFilter,
  type JobQuery,
  type JobStore,
  type NewJob,
  type Summary,
  type Team,
} from './store.ts';

const jobOfKey = statement('job-of-key');
const jobById = statement('job-by-id');
const summaryOfJobs = statement('summary');
const attemptsOfJob = statement('attempts-of-job');
const setWanted = statement('set-wanted');
const setPriority = statement('set-priority');
const queueOfJobs = statement('queue');
const namespacesOfJobs = statement('namespaces-of-jobs');
const filterValuesOfJobs = statement('filter-values');
const teamsOfJobs = statement('teams');
const goodputOfJobs = statement('goodput');
const textIndex = statement('text-index');

/** Of which the values are told to choose from: some 20 ms. */
const LOOKED_AT = 10_000;

type JobOfKey = (JobRow | { readonly id: null }) & { readonly request_hash: string; readonly job_of_key: string };

export function createJobStore(database: Queries, notices: Notices, readJobs: ReadJobs): JobStore {
  const insert = createInsert(database);
  let textIndexFound: boolean | undefined;
  const hasTextIndex = async (): Promise<boolean> => {
    textIndexFound ??= (await database.query<{ found: boolean }>(textIndex))[0]?.found ?? false;
    return textIndexFound;
  };

  const askAll: JobStore['setWantedOfMany'] = async (ids, wanted, { reason, message }) => {
    type Row = Pick<JobRow, 'id' | 'status' | 'reason' | 'wanted' | 'finished_at'> & Pick<Asked, 'outcome'>;
    const rows = await database.query<Row>(setWanted, [ids.map(storable), wanted, storable(reason), storable(message)]);
    if (rows.some(({ outcome }) => outcome === 'set')) notices.send('mlp_due', 'mlp_events');
    return rows.map(({ finished_at, reason, ...row }) => ({
      ...row,
      reason: asReason(reason),
      finishedAt: finished_at,
    }));
  };

  return {
    async insert(job: NewJob, idempotency?: Idempotency): Promise<InsertResult> {
      // A second round only if the key expires between the two statements.
      for (;;) {
        const inserted = await insert(job, idempotency);
        if (inserted === 'idTaken') return { outcome: 'idTaken' };
        if (inserted) {
          notices.send('mlp_due', 'mlp_events');
          return { outcome: 'created', job: inserted };
        }
        if (!idempotency) throw new Error(`Job ${job.id} was neither inserted nor refused`);
        const { caller, key, requestHash } = idempotency;
        const [earlier] = await database.query<JobOfKey>(jobOfKey, [caller, key]);
        if (!earlier) continue;
        if (earlier.request_hash !== requestHash) return { outcome: 'keyReused' };
        if (earlier.id === null) return { outcome: 'deletedSince', id: earlier.job_of_key };
        return { outcome: 'repeated', job: toJob(earlier) };
      }
    },

    async get(id: string): Promise<Job | undefined> {
      const [row] = await database.query<JobRow>(jobById, [storable(id)]);
      return row && toJob(row);
    },

    async list(query: JobQuery) {
      const { rows, nextCursor } = await listJobs(database, query, query.text ? await hasTextIndex() : false);
      // A query with requests has read them.
      return { jobs: query.withRequests ? readJobs(rows as readonly JobRow[]) : rows.map(toListedJob), nextCursor };
    },

    async summary(filter: JobFilter): Promise<Summary> {
      if (
        filter.text ||
        filter.owner !== undefined ||
        filter.reasons ||
        filter.states ||
        filter.attention !== undefined
      ) {
        return toSummary(await countJobs(database, filter, filter.text ? await hasTextIndex() : false));
      }
      return readSummary(database, filter);
    },

    async attempts(id: string) {
      const rows = await database.query<AttemptRow>(attemptsOfJob, [storable(id)]);
      return rows.map(toAttempt);
    },

    async setWanted(id, wanted, event) {
      const [asked] = await askAll([id], wanted, event);
      const [row] = asked ? await database.query<JobRow>(jobById, [storable(id)]) : [];
      return asked && row && { outcome: asked.outcome, job: toJob(row) };
    },

    setWantedOfMany: askAll,

    async setPriority(id, priority, { reason, message }) {
      const [row] = await database.query<Pick<Asked, 'outcome'>>(setPriority, [
        storable(id),
        priority,
        reason,
        storable(message),
      ]);
      if (row?.outcome === 'set') notices.send('mlp_events');
      return row?.outcome;
    },

    async queue(limit) {
      type Row = { id: string; namespace: string; position: number; waiting: number };
      const rows = await database.query<Row>(queueOfJobs, [limit]);
      return {
        waiting: rows[0]?.waiting ?? 0,
        jobs: rows.map(({ id, namespace, position }) => ({ id, namespace, position })),
      };
    },

    teams: (namespaces) => database.query<Team>(teamsOfJobs, [namespaces ?? null]),

    async namespacesOf(ids) {
      const rows = await database.query<Pick<JobRow, 'id' | 'namespace'>>(namespacesOfJobs, [ids.map(storable)]);
      return new Map(rows.map(({ id, namespace }) => [id, namespace]));
    },

    async works({ from, to }, namespaces, most) {
      type Row = WorkSum & { readonly isCut: boolean };
      const rows = await database.query<Row>(goodputOfJobs, [from, to, namespaces ?? null, most]);
      return { works: rows, complete: rows[0]?.isCut !== true };
    },

    async filterValues(namespaces) {
      type Row = { field: FilterField; value: string; jobs: number };
      const rows = await database.query<Row>(filterValuesOfJobs, [namespaces ?? null, LOOKED_AT]);
      const of = (wanted: FilterField) =>
        rows.filter(({ field }) => field === wanted).map(({ value, jobs }) => ({ value, jobs }));
      return Object.fromEntries(FILTER_FIELDS.map((field) => [field, of(field)])) as unknown as FilterValues;
    },
  };
}

/** From the counters, which know nothing of text, owner and reason, and have states only to tell. */
export async function readSummary(
  database: Queries,
  { namespaces, statuses, algorithm, cluster }: JobFilter,
): Promise<Summary> {
  const rows = await database.query<CountRow>(summaryOfJobs, [
    namespaces ?? null,
    statuses ?? null,
    algorithm ?? null,
    cluster ?? null,
  ]);
  return toSummary({ rows, complete: true });
}

function toSummary({ rows, complete }: { rows: readonly CountRow[]; complete: boolean }): Summary {
  const all = noJobs();
  const ofClusters = new Map<string, ReturnType<typeof noJobs>>();
  for (const { cluster, status, state, jobs } of rows) {
    const counts = cluster === null ? all : (ofClusters.get(cluster) ?? noJobs());
    if (cluster !== null) ofClusters.set(cluster, counts);
    if (state === null) counts.byStatus[status] += jobs;
    else counts.byState[state] += jobs;
    // One that was stopped is counted with its status as well.
    counts.byState[status] += state === null ? jobs : -jobs;
  }
  return {
    total: Object.values(all.byStatus).reduce((sum, jobs) => sum + jobs, 0),
    ...all,
    byCluster: Object.fromEntries([...ofClusters].map(([cluster, { byStatus }]) => [cluster, byStatus])),
    byClusterState: Object.fromEntries([...ofClusters].map(([cluster, { byState }]) => [cluster, byState])),
    complete,
  };
}

const noJobs = () => ({
  byStatus: Object.fromEntries(JOB_STATUSES.map((status) => [status, 0])) as Record<JobStatus, number>,
  byState: Object.fromEntries(JOB_STATES.map((state) => [state, 0])) as Record<JobState, number>,
});
