-- $1 namespaces or null. What the jobs of each namespace use that run, and what those ask for that wait; and how much of their GPUs is
-- used, as far as that is known. What was stored before jobs
-- knew their demand has it in the request.
with unfinished as (
  select namespace, status, wanted,
         coalesce(job.gpus, (request->'resources'->>'instanceCount')::int
           * (request->'resources'->'instanceResources'->>'gpuCount')::int, 0)::float8 as gpus,
         coalesce(cpus, (request->'resources'->>'instanceCount')::int
           * (request->'resources'->'instanceResources'->>'cpuCores')::float8, 0)::float8 as cpus,
         case when status = 'Running' then used.gpus end as measured, used.idle, used.percents
    from job
    left join (
      select job_id, sum(gpus) as gpus, sum(idle_gpus) as idle, sum(gpu_percent::float8 * gpus) as percents
        from job_utilisation where gpus > 0 group by job_id
    ) used on used.job_id = job.id
   where finished_at is null and ($1::text[] is null or namespace = any ($1))
)
select namespace,
       count(*) filter (where status = 'Running')::int as running,
       count(*) filter (where status = 'Pending' and wanted = 'run')::int as waiting,
       count(*) filter (where wanted = 'suspend')::int as suspended,
       coalesce(sum(gpus) filter (where status = 'Running'), 0) as gpus,
       coalesce(sum(cpus) filter (where status = 'Running'), 0) as cpus,
       coalesce(sum(gpus) filter (where status = 'Pending' and wanted = 'run'), 0) as "gpusWaitedFor",
       coalesce(sum(measured), 0)::int as "gpusMeasured",
       coalesce(sum(idle) filter (where measured is not null), 0)::int as "idleGpus",
       round(sum(percents) filter (where measured is not null) / sum(measured)::float8)::int as "gpuPercent"
  from unfinished
 group by namespace
 order by gpus desc, running desc, namespace
