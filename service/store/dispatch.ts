import type { Reason } from '../contract/reasons.ts';
import type { Job } from '../jobs/job.ts';
import type { Queries } from './database.ts';
import type { Notices } from './notices.ts';
import { type JobRow, type ReadJobs, toJob } from './rows.ts';
import { json, statement, storable } from './statement.ts';
import { type Claim, type DispatchStore, LANES, type Lane } from './store.ts';

const claimDue = statement('claim-due');
const settleClaim = statement('settle-claim');
const explainObstacle = statement('explain-obstacle');
const wakeJobs = statement('wake-jobs');
const deleteJob = statement('delete-job');
const inLostClusters = statement('in-lost-clusters');
const nextDue = statement('next-due');
const backlog = statement('backlog');
const namespacesWithoutJobs = statement('namespaces-without-jobs');

const TOLD_OF_A_LOST_CLUSTER: Reason = 'ClusterLost';

type ClaimedRow = JobRow & {
  readonly token: string;
  readonly claim_attempts: number;
  readonly volume_kept_from: Date;
};

export function createDispatchStore(database: Queries, notices: Notices, readJobs: ReadJobs): DispatchStore {
  return {
    async claim(limit, forSeconds, lanes): Promise<Claim[]> {
      const rows = await database.query<ClaimedRow>(claimDue, [limit, forSeconds, endingOf(lanes)]);
      // One that cannot be read stays claimed until its time is over: a version that can read it then takes it up.
      const jobs = new Map(readJobs(rows).map((job) => [job.id, job]));
      return rows.flatMap(({ id, claim_attempts, token, volume_kept_from }) => {
        const job = jobs.get(id);
        return job ? [{ job, attempts: claim_attempts, token, volumeKeptFrom: volume_kept_from }] : [];
      });
    },

    async settle({ job, token }, { set, event, next }): Promise<Job | undefined> {
      const told = event === undefined ? null : json(event);
      if (next === 'deleteRow') {
        const [row] = await database.query<JobRow>(deleteJob, [job.id, token, told]);
        if (row) notices.send('mlp_events');
        return row && toJob(row);
      }
      const [row] = await database.query<JobRow>(settleClaim, [
        job.id,
        token,
        job.version,
        json(set),
        told,
        typeof next === 'string' ? null : next.dueInSeconds,
        typeof next !== 'string' && next.failed === true,
        next === 'cleared',
      ]);
      notices.send('mlp_due', ...(event ? (['mlp_events'] as const) : []));
      return row && toJob(row);
    },

    async wake(objectNames): Promise<number> {
      const woken = await database.query<{ job_id: string }>(wakeJobs, [objectNames]);
      if (woken.length > 0) notices.send('mlp_due');
      return woken.length;
    },

    async explainObstacle(limit, { message, reason }): Promise<number> {
      const [row] = await database.query<{ jobs: number }>(explainObstacle, [limit, reason, storable(message)]);
      if (row?.jobs) notices.send('mlp_events');
      return row?.jobs ?? 0;
    },

    async nextDueInSeconds(lanes): Promise<number | null> {
      return (await database.query<{ seconds: number | null }>(nextDue, [endingOf(lanes)]))[0]?.seconds ?? null;
    },

    async inLostClusters(seconds, fenced, { after, most }) {
      return readJobs(
        await database.query<JobRow>(inLostClusters, [seconds, fenced, after, most, TOLD_OF_A_LOST_CLUSTER]),
      );
    },

    async namespacesWithoutJobs(names): Promise<string[]> {
      const rows = await database.query<{ namespace: string }>(namespacesWithoutJobs, [names]);
      return rows.map(({ namespace }) => namespace);
    },

    backlog: () => readBacklog(database),

    onDue: (listener) => notices.listen('mlp_due', listener),
  };
}

const endingOf = (lanes: readonly Lane[] = LANES): boolean[] => lanes.map((lane) => lane === 'endings');

export async function readBacklog(database: Queries): Promise<{ waiting: number; oldestSeconds: number }> {
  const [row] = await database.query<{ waiting: number; oldest_seconds: number }>(backlog);
  return { waiting: row?.waiting ?? 0, oldestSeconds: row?.oldest_seconds ?? 0 };
}
