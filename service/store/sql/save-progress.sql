-- $1 [{jobId, cluster, progress, under: [lease names]}], $2 [{name, holder, token}]: of a replica that no longer reads the cluster nothing
-- is written, as in apply-changes. What is the same is left alone.
with given as (
  select * from jsonb_to_recordset($1::jsonb) as g ("jobId" text, cluster text, progress jsonb, under text[])
), held as (
  select lease.name
    from lease join jsonb_to_recordset($2::jsonb) as mine (name text, holder text, token bigint) using (name, holder, token)
   where lease.expires_at > clock_timestamp()
   order by lease.name
   for share of lease
), there as (
  select job.id, job.namespace, job.clusters, given.cluster, given.progress
    from given join job on job.id = given."jobId"
   where given.under <@ array(select name from held)
   order by job.id, given.cluster
   for key share of job
), saved as (
  insert into job_progress as known (job_id, cluster, at, progress, began)
  select id, cluster, now(), progress, progress from there
  on conflict (job_id, cluster) do update set at = excluded.at, progress = excluded.progress
   where known.progress is distinct from excluded.progress
  returning job_id, cluster, at, progress
), listed as (
  insert into job_listed (job_id, cluster, told)
  select job_id, cluster, json_build_array(cluster, at, progress - 'metrics')::text from saved
  on conflict (job_id, cluster) do update set told = excluded.told
)
select saved.job_id as "jobId", there.namespace, there.clusters, saved.cluster, saved.at, saved.progress
  from saved join there on there.id = saved.job_id and there.cluster = saved.cluster
