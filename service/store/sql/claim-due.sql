-- $1 how many, $2 seconds, $3 of those that end, of the others, or of both. SKIP LOCKED: dispatchers never wait for each other and never get the same job. Only jobs that are due
-- are looked at (index dispatch_due), however many wait for later. A volume is kept from when the end was written down: by its cluster's word it
-- may be long ago, as when that cluster was away.
with due as (
  select job_id from dispatch
   where due_at <= now() and ending = any($3::boolean[])
   order by priority desc, created_at, job_id
   limit $1
   for update skip locked
), claimed as (
  update dispatch
     set due_at = now() + make_interval(secs => $2), token = gen_random_uuid(), again = false, attempts = attempts + 1
    from due where dispatch.job_id = due.job_id
  returning dispatch.*
)
select job.*, claimed.token, claimed.attempts - 1 as claim_attempts,
       greatest(job.finished_at, job.updated_at, (select began_at from volume_retention)) as volume_kept_from
  from claimed join job on job.id = claimed.job_id
 order by claimed.priority desc, claimed.created_at, claimed.job_id
