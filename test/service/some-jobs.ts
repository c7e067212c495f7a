import { randomBytes } from 'node:crypto';
import { parseJobRequest } from '../../service/jobs/request.ts';
import type { Claim, NewJob, Store } from '../../service/store/store.ts';

/** A job as the API would make it from a small request. */
export function newJob({
  jobName = 'train',
  namespace = 'default',
  priority = 500,
  retryOf = null,
}: {
  jobName?: string;
  namespace?: string;
  priority?: number;
  retryOf?: string | null;
} = {}): NewJob {
  const parsed = parseJobRequest({ jobName, namespace, priority, algorithm: { algorithmName: 'xgboost' } });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed));
  const id = `${jobName}-${randomBytes(4).toString('hex')}`;
  return {
    id,
    objectName: id,
    kind: 'RayJob',
    algorithm: 'xgboost',
    request: parsed.request,
    retryOf,
    createdBy: 'tester',
  };
}

/** Inserts and returns the id. */
export async function inserted(store: Store, job: NewJob = newJob()): Promise<string> {
  const { outcome } = await store.jobs.insert(job);
  if (outcome !== 'created') throw new Error(`The job was not created: ${outcome}`);
  return job.id;
}

/** Takes the one job that is due. */
export async function claimOne(store: Store, forSeconds = 30): Promise<Claim> {
  const [claim] = await store.dispatch.claim(1, forSeconds);
  if (!claim) throw new Error('No job is due');
  return claim;
}

/** A job that dispatch is done with: applied to Karmada, and placed if clusters are named. Returns it as it is then. */
export async function dispatched(store: Store, clusters: string[] = ['member1'], job: NewJob = newJob()) {
  await inserted(store, job);
  const claims = await store.dispatch.claim(1_000, 30);
  const claim = claims.find((each) => each.job.id === job.id);
  if (!claim) throw new Error('The job is not due');
  const settled = await store.dispatch.settle(claim, {
    set: { reason: 'Scheduled', message: 'Placed', clusters, dispatchedAt: new Date() },
    event: { cluster: clusters[0] ?? null, reason: 'Scheduled', message: 'Placed' },
    next: 'done',
  });
  if (!settled) throw new Error('The claim was lost');
  return settled;
}

/** What is known of a cluster in which the job runs. */
export const SEEN_RUNNING = {
  status: 'Running',
  reason: 'Running',
  message: '',
  startedAt: null,
  finishedAt: null,
  rayCluster: null,
} as const;

/** As many finished or active jobs as wanted, made by the server itself: 100,000 in a few seconds. */
export const MANY_JOBS = `
  insert into job (id, job_name, namespace, algorithm, priority, kind, request, status, reason, message, object_name,
                   clusters, created_at, updated_at, dispatched_at, finished_at, logs_kept_at)
  select 'many-' || n, 'many', 'team-' || n % 20, 'xgboost', n % 7, 'RayJob', '${JSON.stringify(newJob({ jobName: 'many' }).request)}', $3,
         'Finished', 'Job number ' || n, 'many-' || n, array['member' || n % 50],
         now() - interval '1 day' + n * interval '1 millisecond', now() - interval '1 day' + n * interval '1 millisecond',
         now() - interval '1 day', case when $3 in ('Succeeded', 'Failed') then now() end,
         case when $3 in ('Succeeded', 'Failed') then now() end
    from generate_series($1::int, $2::int) n`;
