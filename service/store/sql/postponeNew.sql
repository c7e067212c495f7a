-- $1 how many, $2 seconds, $3 reason, $4 message, $5 how a message begins that is no news. Jobs that are due and of which nothing is on
-- Karmada yet wait for it together: one statement instead of a claim and a settlement for each of them and each try.
-- Locks jobs and their places together and passes over those that somebody holds, so it never waits for another statement.
with due as (
  select job.id, job.namespace, job.status, job.reason, job.message
    from dispatch join job on job.id = dispatch.job_id
   where dispatch.due_at <= now()
     and job.wanted = 'run' and job.dispatched_at is null and job.finished_at is null
   limit $1
   for update of job, dispatch skip locked
), later as (
  -- A little apart, so that they do not all come at the instant of the next try.
  update dispatch set token = null, again = false, due_at = now() + make_interval(secs => $2::float8 + random() * 0.3)
    from due where dispatch.job_id = due.id
), changed as (
  update job set reason = $3, message = $4
    from due where job.id = due.id and (due.reason, due.message) <> ($3, $4)
), told as (
  insert into event (job_id, namespace, status, previous, reason, message)
  select id, namespace, status, status, $3, $4 from due where reason <> $3 or not starts_with(message, $5)
  returning job_id
)
select (select count(*) from due)::int as postponed, (select count(*) from told)::int as told
