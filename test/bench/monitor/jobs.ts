// What the members and the database must agree on, as functions of numbers, so that neither has to keep it.

export const NAMESPACE = 'bench';
export const clusterName = (cluster: number): string => `member-${String(cluster).padStart(3, '0')}`;
export const jobName = (job: number): string => `train-resnet-${String(job).padStart(8, '0')}-0a1b2c3d`;

export interface JobState {
  readonly jobStatus: string;
  readonly deploymentStatus: string;
  readonly rayCluster: string;
  readonly start: string;
}

/**
 * Jobs run, are suspended and resumed, run, are tried again: never finished, so that their number stays. As in a job's life few changes
 * are failures, of which the Table's row does not tell all: one in nine.
 */
const AROUND = [
  ['RUNNING', 'Running'],
  ['RUNNING', 'Suspending'],
  ['', 'Suspended'],
  ['', 'Initializing'],
  ['PENDING', 'Running'],
  ['RUNNING', 'Running'],
  ['FAILED', 'Retrying'],
  ['', 'Initializing'],
  ['PENDING', 'Running'],
] as const;

export function stateAt(job: number, step: number): JobState {
  const [jobStatus, deploymentStatus] = AROUND[step % AROUND.length] ?? AROUND[0];
  return {
    jobStatus,
    deploymentStatus,
    rayCluster: `${jobName(job)}-${stepCode(step)}`,
    start: '2026-11-21T09:00:00Z',
  };
}

/** KubeRay ends a cluster's name in five letters; ours tell the step, so that what was stored tells which change it was. */
const stepCode = (step: number): string => step.toString(36).padStart(5, '0');
export const stepOf = (rayCluster: string): number => Number.parseInt(rayCluster.slice(-5), 36);

/** Before any change: all run, and the database knows it. $1 the first number, $2 the last, $3 the clusters, $4 the request. */
export const SEED = `
  insert into job (id, job_name, namespace, algorithm, priority, kind, request, status, reason, message, object_name, clusters,
                   cluster_states, dispatched_at, started_at, logs_kept_at)
  select name, 'train-resnet', '${NAMESPACE}', 'xgboost', 500, 'RayJob', $4::json, 'Running', 'Running', 'The program of the job runs', name,
         array[cluster],
         jsonb_build_object(cluster, jsonb_build_object(
           'status', 'Running', 'reason', 'Running', 'message', 'The program of the job runs',
           'startedAt', '2026-11-21T09:00:00Z', 'finishedAt', null,
           'columns', 'RUNNING|Running|' || name || '-00000|2026-11-21T09:00:00Z||', 'rayCluster', name || '-00000')),
         now(), now(), null
    from generate_series($1::int, $2::int) n,
         lateral (select 'train-resnet-' || lpad(n::text, 8, '0') || '-0a1b2c3d' as name, 'member-' || lpad((n % $3::int)::text, 3, '0') as cluster) named`;

/** Jobs of last month, on the same clusters. $1 how many, $2 the clusters, $3 the request. */
export const SEED_FINISHED = `
  insert into job (id, job_name, namespace, algorithm, priority, kind, request, status, reason, message, object_name, clusters,
                   dispatched_at, started_at, finished_at, logs_kept_at)
  select 'old-' || n, 'train-resnet', '${NAMESPACE}', 'xgboost', 500, 'RayJob', $3::json, 'Succeeded', 'Succeeded', 'The job finished', 'old-' || n,
         array['member-' || lpad((n % $2::int)::text, 3, '0')], now() - interval '30 days', now() - interval '30 days',
         now() - interval '29 days', now()
    from generate_series(1, $1::int) n`;
