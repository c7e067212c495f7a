-- $1 namespaces or null. What the jobs of each namespace use that run, and what those ask for that wait. What was stored before jobs
-- knew their demand has it in the request.
with unfinished as (
  select namespace, status, wanted,
         coalesce(gpus, (request->'resources'->>'instanceCount')::int
           * (request->'resources'->'instanceResources'->>'gpuCount')::int, 0)::float8 as gpus,
         coalesce(cpus, (request->'resources'->>'instanceCount')::int
           * (request->'resources'->'instanceResources'->>'cpuCores')::float8, 0)::float8 as cpus
    from job
   where finished_at is null and ($1::text[] is null or namespace = any ($1))
)
select namespace,
       count(*) filter (where status = 'Running')::int as running,
       count(*) filter (where status = 'Pending' and wanted = 'run')::int as waiting,
       count(*) filter (where wanted = 'suspend')::int as suspended,
       coalesce(sum(gpus) filter (where status = 'Running'), 0) as gpus,
       coalesce(sum(cpus) filter (where status = 'Running'), 0) as cpus,
       coalesce(sum(gpus) filter (where status = 'Pending' and wanted = 'run'), 0) as "gpusWaitedFor"
  from unfinished
 group by namespace
 order by gpus desc, running desc, namespace
