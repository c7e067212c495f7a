-- Up to the first attempt (which may have been deleted, then only its id is left), and down to all that repeat it.
with recursive up as (
  select id, retry_of from job where id = $1
  union
  select job.id, job.retry_of from job join up on job.id = up.retry_of
), first as (
  select coalesce(retry_of, id) as id from up
   where not exists (select from job where job.id = up.retry_of)
), family as (
  select job.id, job.attempt, job.status, job.reason, job.created_at
    from job, first where job.id = first.id or job.retry_of = first.id
  union
  select job.id, job.attempt, job.status, job.reason, job.created_at
    from job join family on job.retry_of = family.id
)
select * from family order by created_at, id
