-- $1 id, $2 priority, $3 reason and $4 message of the event. Only what waits to be dispatched has an order to change.
with locked as (
  select id, status, case
      when dispatched_at is not null or finished_at is not null or wanted in ('cancel', 'delete') then 'refused'
      when priority = $2::int then 'unchanged'
      else 'set'
    end as outcome
    from job where id = $1 for update
), changed as (
  -- The message stays; naming it makes the job's triggers see the change.
  update job set priority = $2::int, message = job.message
    from locked where job.id = locked.id and outcome = 'set'
  returning job.id, job.namespace, job.status, job_of_event(job) as told_job
), queued as (
  update dispatch set priority = $2::int from changed where job_id = changed.id
), told as (
  insert into event (job_id, namespace, status, previous, reason, message, job)
  select id, namespace, status, status, $3, $4, told_job from changed
)
select outcome from locked
