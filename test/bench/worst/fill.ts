import pg from 'pg';

/** Where the outputs of `large-1` are, as its request names it. */
export const RESULTS = { bucket: 'results', folder: 'of/large-1' };
/** As many as GET /goodput counts, each tried twice. */
const WORKS = 20_000;

/**
 * 120 finished jobs with as many parameters as one can be told. The first five have the longest curves that there can be; `large-1` has
 * a long history, a megabyte of short lines and outputs, `large-2` still has its pods, in member1. Beside them jobs that ran this week.
 */
export async function fillWithLarge(url: string, storageEndpoint: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  const { rows } = await client.query('select request from job limit 1');
  const request = rows[0]?.request;
  const parameters = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`P${index}`, 'x'.repeat(4000)]));
  const [channel] = request.inputDataConfig;
  await client.query(
    `insert into job (id, job_name, namespace, algorithm, priority, kind, request, status, reason, message, object_name, clusters,
                      dispatched_at, finished_at, logs_kept_at)
     select 'large-' || n, 'large', 'large', 'xgboost', 500, 'RayJob', $1, 'Succeeded', 'JobSucceeded', '', 'large-' || n, array['member1'],
            now(), now(), now()
       from generate_series(1, 120) n`,
    [
      JSON.stringify({
        ...request,
        customHyperparameters: parameters,
        inputDataConfig: [{ ...channel, endpoint: storageEndpoint }],
        outputDataConfig: { artifactUri: `s3://${RESULTS.bucket}/${RESULTS.folder.split('/')[0]}` },
      }),
    ],
  );
  await client.query(
    `insert into event (job_id, namespace, status, previous, reason, message)
     select 'large-1', 'large', 'Pending', 'Pending', 'Suspending', repeat('x', 200) from generate_series(1, 10000)`,
  );
  await client.query(
    `insert into job_log (job_id, cluster, pod, container, text, dropped_bytes)
     select 'large-1', 'member1', 'pod', 'main', repeat(E'x\\n', 500000), 0`,
  );
  await fillCurves(client);
  await fillWorks(client);
  await client.query('vacuum analyze');
  await client.end();
}

async function fillCurves(client: pg.Client): Promise<void> {
  await client.query(
    `insert into job_curve (job_id, names, at, numbers, steps, merged, marks)
     select 'large-' || n, '{}', '{}', '{}', '{}', 10000,
            (select jsonb_agg(jsonb_build_array(mark, mark, 'member' || mark % 3)) from generate_series(1, 100) mark)
       from generate_series(1, 5) n`,
  );
  await client.query(
    `insert into job_series (job_id, name, width, at, low, high, last, steps, latest, lowest, highest)
     select 'large-' || n, 'number-' || name, 8, places, numbers, numbers, numbers, places, 0.5, 0, 1
       from generate_series(1, 5) n, generate_series(1, 20) name,
            (select array_agg(place * 8 order by place) as places, array_agg(sin(place)::real order by place) as numbers
               from generate_series(1, 500) place) curve`,
  );
}

async function fillWorks(client: pg.Client): Promise<void> {
  await client.query(
    `insert into job (id, job_name, namespace, algorithm, priority, kind, request, status, reason, message, object_name, clusters,
                      created_at, dispatched_at, started_at, finished_at, cleared_at, logs_kept_at)
     select 'works-' || n, 'works', 'works', 'xgboost', 500, 'RayJob', $1, 'Succeeded', 'JobSucceeded', '', 'works-' || n, array['member1'],
            now() - interval '1 day', now() - interval '1 day', now() - interval '1 day', now(), now(), now()
       from generate_series(1, $2::int) n`,
    [JSON.stringify({ algorithm: { algorithmName: 'xgboost' } }), WORKS],
  );
  await client.query(
    `insert into job_attempt (job_id, tries, attempt, object_name, clusters, started_at, ended_at, ran_ms, lost_to, reason, message, progress, began)
     select id, 1, 1, id, clusters, started_at, started_at + interval '1 hour', 3600000, 'preempted', 'Interrupted', '',
            '{"step": 90}', '{"step": 1}'
       from job where namespace = 'works'`,
  );
  await client.query(
    `insert into job_progress (job_id, cluster, at, progress, began)
     select id, 'member1', now(), '{"step": 120}', '{"step": 80}' from job where namespace = 'works'`,
  );
}
