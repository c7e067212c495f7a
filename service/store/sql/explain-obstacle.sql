-- $1 how many, $2 reason, $3 message. Due jobs that cannot be gone on with say why, all in one statement; that they are due stays. A job
-- that is to be cancelled or deleted goes on saying that, and one that merely runs has no news. Only what changes is written.
-- Passes over jobs that somebody holds: the next time is soon.
with waiting as (
  select job.id, job.namespace, job.status, job.reason, job.wanted in ('cancel', 'delete') as leaving
    from dispatch join job on job.id = dispatch.job_id
   where dispatch.due_at <= now()
     and (job.wanted = 'delete' or (job.finished_at is null and (job.wanted <> 'run' or job.clusters = '{}')))
     and (job.message <> $3 or (job.reason <> $2 and job.wanted not in ('cancel', 'delete')))
   limit $1
   for update of job skip locked
), changed as (
  update job set reason = case when leaving then job.reason else $2 end, message = $3
    from waiting where job.id = waiting.id
  returning job.id, job_of_event(job) as told_job
), told as (
  insert into event (job_id, namespace, status, previous, reason, message, job)
  select id, namespace, status, status, $2, $3, told_job from waiting join changed using (id) where reason <> $2 and not leaving
)
select count(*)::int as jobs from waiting
