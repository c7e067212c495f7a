-- $1 cluster, $2 [{namespace, object, gpuPercent, gpus, idleGpus, cpuCores}], $3 when it was asked, $4 [{name, holder, token}], one of which
-- must still hold. Of running jobs that are there; who tells may name whatever it likes. The name of an object is given without the number
-- of its attempt, of which there is one at a time. What lists show is written with it, as in save-progress.
with given as (
  select * from jsonb_to_recordset($2::jsonb)
    as g (namespace text, object text, "gpuPercent" float8, gpus int, "idleGpus" int, "cpuCores" float8)
), held as (
  select from lease join jsonb_to_recordset($4::jsonb) as mine (name text, holder text, token bigint) using (name, holder, token)
   where lease.expires_at > clock_timestamp()
     for share of lease
), here as materialized (
  select id, namespace, regexp_replace(object_name, '-[0-9]{1,3}$', '') as object,
         coalesce(cpus, (request->'resources'->>'instanceCount')::int
           * (request->'resources'->'instanceResources'->>'cpuCores')::float8) as cpus
    from job
   where finished_at is null and dispatched_at is not null and clusters && array[$1] and status = 'Running'
), there as (
  select job.id, given."gpuPercent", given.gpus, given."idleGpus",
         case when given."cpuCores" is not null and here.cpus > 0 then least(100 * given."cpuCores" / here.cpus, 100000) end as "cpuPercent"
    from given join here using (namespace, object) join job using (id)
   where exists (select from held)
   order by job.id
   for key share of job
), saved as (
  insert into job_utilisation as known (job_id, cluster, at, gpu_percent, gpus, idle_gpus, cpu_percent, idle_since)
  select id, $1, $3::timestamptz, round("gpuPercent"), gpus, "idleGpus", round("cpuPercent"), case when "idleGpus" > 0 then $3::timestamptz end
    from there
  on conflict (job_id, cluster) do update set
    at = excluded.at, gpu_percent = excluded.gpu_percent, gpus = excluded.gpus, idle_gpus = excluded.idle_gpus,
    cpu_percent = excluded.cpu_percent,
    idle_since = case when excluded.idle_gpus > 0 then coalesce(known.idle_since, excluded.idle_since) end
  returning *
)
insert into job_listed (job_id, cluster, told)
select job_id, '%' || cluster, json_build_array('%', cluster, at, gpu_percent, gpus, idle_gpus, cpu_percent)::text from saved
on conflict (job_id, cluster) do update set told = excluded.told
