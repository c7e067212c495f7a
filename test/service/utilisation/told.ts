import type { TestDatabase } from '../postgres.ts';

type Queried = Pick<TestDatabase, 'query'>;

/** The Prometheus of a cluster told nothing when it was asked last. */
export const noUseTold = ({ query }: Queried, cluster: string, why: string): Promise<unknown> =>
  query('insert into cluster_utilisation (cluster, asked_at, why) values ($1, now(), $2)', [cluster, why]);

/** What it told of a job just now, as lists and the job itself show it. */
export const useTold = (
  { query }: Queried,
  jobId: string,
  cluster: string,
  told: Readonly<Record<'gpuPercent' | 'gpus' | 'idleGpus' | 'cpuPercent', number>>,
): Promise<unknown> =>
  query(
    `with used as (
       insert into job_utilisation (job_id, cluster, at, gpu_percent, gpus, idle_gpus, cpu_percent)
       values ($1, $2, now(), $3, $4, $5, $6) returning *
     )
     insert into job_listed (job_id, cluster, told)
     select job_id, '%' || cluster, json_build_array('%', cluster, at, gpu_percent, gpus, idle_gpus, cpu_percent)::text from used`,
    [jobId, cluster, told.gpuPercent, told.gpus, told.idleGpus, told.cpuPercent],
  );
