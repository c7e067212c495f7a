-- $1 namespace, $2 and $3 end and id of the newest job that goes, $4 at most so many, $5 the reason that is told.
-- See remove-jobs-by-age.
with old as (
  select id, namespace, status from job
   where namespace = $1 and cleared_at is not null and (finished_at, id) <= ($2::timestamptz, $3)
   order by finished_at, id
   limit $4
   for update skip locked
), told as (
  insert into event (job_id, namespace, status, previous, reason, message, job_deleted)
  select id, namespace, status, status, $5, 'Deleted: its namespace has newer jobs than are kept', true from old
), gone as (
  delete from job using old where job.id = old.id
)
select count(*)::int as taken, count(*)::int as removed from old
