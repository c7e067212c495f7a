import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';

/** Finished jobs with a request as clients send it. */
export async function fillWithJobs(url: string, jobs: number): Promise<void> {
  const request = await readFile(join(import.meta.dirname, '../../service/jobs/xgboost-request.json'), 'utf8');
  const client = new pg.Client(url);
  await client.connect();
  await client.query(
    `insert into job (id, job_name, namespace, algorithm, priority, kind, request, status, reason, message, object_name, clusters,
                      created_at, started_at, finished_at)
     select 'filled-' || n, 'filled', 'filled', 'xgboost', 500, 'RayJob', $1, case n % 5 when 0 then 'Failed' else 'Succeeded' end,
            'JobSucceeded', '', 'filled-' || n, array['member' || n % 50], now() - n * interval '1 second', now(), now()
       from generate_series(1, $2::int) n`,
    [JSON.stringify(JSON.parse(request)), jobs],
  );
  await client.query('vacuum analyze');
  await client.end();
}
