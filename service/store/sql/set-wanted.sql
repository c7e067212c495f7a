-- $1 ids, $2 wanted, $3 reason and $4 message, shown on each job and told as its event. No requests are read: many may be large.
-- Locks the jobs in the order of their ids, then their places in the queue: the same order in all statements, or they would deadlock.
-- A claim that is under way keeps its job to itself: two dispatchers at one job, one creating and one deleting, would leave an
-- object behind. It is due again when that claim is settled.
with locked as (
  select id, status, reason, wanted, finished_at, case
      when wanted = $2 then 'unchanged'
      when wanted = 'delete' then 'refused'
      when $2 = 'delete' then 'set'
      when finished_at is not null or wanted = 'cancel' then 'refused'
      else 'set'
    end as outcome
    from job where id = any ($1::text[]) order by id for update
), changed as (
  update job set wanted = $2, reason = $3, message = $4
    from locked where job.id = locked.id and outcome = 'set'
  returning job.id, job.namespace, job.status, job.priority, job.created_at, job_of_event(job) as told_job
), queued as (
  insert into dispatch as existing (job_id, priority, created_at, ending)
  select id, priority, created_at, $2 in ('cancel', 'suspend') from changed order by id
  on conflict (job_id) do update set
    ending = excluded.ending,
    again = existing.token is not null and existing.due_at > now(),
    due_at = case when existing.token is not null and existing.due_at > now() then existing.due_at else now() end,
    attempts = 0
), told as (
  insert into event (job_id, namespace, status, previous, reason, message, job)
  select id, namespace, status, status, $3, $4, told_job from changed order by id
)
select id, outcome, status, finished_at,
       case when outcome = 'set' then $3 else reason end as reason,
       case when outcome = 'set' then $2 else wanted end as wanted
  from locked
