-- $1 so many, $2 seconds: running jobs whose output was read that long ago or never, for the caller to read. Of two callers one gets a job.
with due as (
  select job.id from job left join log_reading on job_id = job.id
   where job.status = 'Running' and job.unreachable_since = '{}'
     and coalesce(read_at < now() - make_interval(secs => $2), true)
   order by read_at nulls first
   limit $1
), claimed as (
  insert into log_reading as reading (job_id, read_at)
  select id, now() from due order by id
  on conflict (job_id) do update set read_at = now() where reading.read_at < now() - make_interval(secs => $2)
  returning job_id
)
select job.* from job join claimed on job_id = id
