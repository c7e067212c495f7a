-- $1 names of objects: of the workload, and of the volume, which mostly is the job's id. A job that waits for what happened to them is due now; one that somebody works on is due again when that is settled.
update dispatch set
    again = token is not null,
    due_at = case when token is not null then due_at else now() end
  from job
 where (job.object_name = any($1::text[]) or job.id = any($1::text[])) and dispatch.job_id = job.id and dispatch.due_at > now()
returning dispatch.job_id
