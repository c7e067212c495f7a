-- $1 seconds, $2 at most so many. Of jobs that have ended: what a job that runs has written is kept with it.
with old as (
  select log.ctid as place
    from job_log log join job on job.id = log.job_id
   where log.kept_at < now() - make_interval(secs => $1) and job.finished_at is not null
   order by log.kept_at
   limit $2
   for update of log skip locked
), gone as (
  delete from job_log using old where job_log.ctid = old.place
)
select count(*)::int as taken, count(*)::int as removed from old
