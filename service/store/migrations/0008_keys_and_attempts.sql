-- An idempotency key holds for its time, also when its job is deleted before: whoever sends a request again because the answer was lost
-- must not get a second job for it.
alter table idempotency_key drop constraint idempotency_key_job_id_fkey;
drop index idempotency_key_job;

-- The number of the next attempt of a request: one more than the highest of all that repeat it. Retries of one request wait here for
-- each other's commit; each query of a volatile function sees what was committed before it.
create function next_attempt(retried text) returns integer language plpgsql volatile as $$
declare
  first text;
begin
  with recursive up as (
    select id, retry_of from job where id = retried
    union
    select job.id, job.retry_of from job join up on job.id = up.retry_of
  )
  select coalesce(retry_of, id) into first from up
   where not exists (select from job where job.id = up.retry_of);
  perform pg_advisory_xact_lock(hashtextextended('attempt of ' || coalesce(first, retried), 0));
  return (
    with recursive family as (
      select id, attempt from job where id = first or retry_of = first
      union
      select job.id, job.attempt from job join family on job.retry_of = family.id
    )
    select coalesce(max(attempt), 1) + 1 from family
  );
end $$;
