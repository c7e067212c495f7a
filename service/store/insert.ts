import type { Reason } from '../contract/reasons.ts';
import type { Job } from '../jobs/job.ts';
import { REQUEST_VERSION } from '../jobs/stored-request.ts';
import type { Queries } from './database.ts';
import { isUniqueViolation, StoreUnavailable } from './errors.ts';
import { gathered } from './gather.ts';
import { type JobRow, toJob } from './rows.ts';
import { statement, storable } from './statement.ts';
import type { JobStore, NewJob } from './store.ts';

const insertJobs = statement('insert-jobs');

const MAX_TOGETHER = 32;
/** Bytes of one statement, which is put together and read back in one piece. */
const MAX_STATEMENT = 512 * 1024;
/** While one statement waits for its commit, the next one collects jobs. */
const STATEMENTS_AT_ONCE = 2;

export type Idempotency = NonNullable<Parameters<JobStore['insert']>[1]>;

/** undefined: the idempotency key is another request's. */
type Inserted = Job | 'idTaken' | undefined;

/** One commit for each job alone would be most of what a submission costs: npm run bench -- api. */
export function createInsert(database: Queries): (job: NewJob, idempotency?: Idempotency) => Promise<Inserted> {
  const alone = async (record: string): Promise<Inserted> => {
    try {
      const [row] = await database.query<JobRow>(insertJobs, [`[${record}]`]);
      return row && toJob(row);
    } catch (error) {
      if (isUniqueViolation(error, 'job')) return 'idTaken';
      throw error;
    }
  };
  const together = gathered(
    async (jobs: readonly Written[]): Promise<(Inserted | Promise<Inserted>)[]> => {
      const [first] = jobs;
      if (first && jobs.length === 1) return [await alone(first.record)];
      try {
        const rows = await database.query<JobRow>(insertJobs, [`[${jobs.map(({ record }) => record).join(',')}]`]);
        const byId = new Map(rows.map((row) => [row.id, row]));
        return jobs.map(({ id }) => {
          const row = byId.get(id);
          if (!row) throw new Error(`Job ${id} was neither inserted nor refused`);
          return toJob(row);
        });
      } catch (error) {
        if (error instanceof StoreUnavailable) throw error;
        // One of them made the statement fail; the others must not suffer for it.
        return jobs.map(({ record }) => alone(record));
      }
    },
    {
      most: MAX_TOGETHER,
      atOnce: STATEMENTS_AT_ONCE,
      weigh: ({ record }) => record.length,
      heaviest: MAX_STATEMENT,
    },
  );
  // One key twice in a statement would fail it: its second row has to wait for the first one's commit. And who waits for the
  // number of an attempt keeps nobody else waiting.
  return (job, idempotency) => {
    const record = JSON.stringify(recordOf(job, idempotency));
    return idempotency || job.retryOf !== null ? alone(record) : together({ id: job.id, record });
  };
}

/** A job as the statement takes it: its JSON. */
interface Written {
  readonly id: string;
  readonly record: string;
}

const recordOf = (
  { id, request, algorithm, kind, objectName, retryOf, createdBy, obstacle }: NewJob,
  idempotency?: Idempotency,
) => ({
  id,
  job_name: request.jobName,
  namespace: request.namespace,
  algorithm,
  priority: request.priority,
  kind,
  request,
  request_version: REQUEST_VERSION,
  object_name: objectName,
  retry_of: retryOf,
  created_by: createdBy,
  reason: obstacle?.reason ?? ('Queued' satisfies Reason),
  message: obstacle ? storable(obstacle.message) : 'Waiting to be dispatched',
  gpus: request.resources.instanceCount * request.resources.instanceResources.gpuCount,
  cpus: request.resources.instanceCount * request.resources.instanceResources.cpuCores,
  caller: idempotency?.caller,
  key: idempotency?.key,
  hash: idempotency?.requestHash,
});
