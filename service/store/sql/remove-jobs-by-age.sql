-- $1 seconds, $2 at most so many, $3 the reason that is told. As DELETE ends a job: its log goes with the row, its events
-- stay a day for those who follow the stream, with a last one that says it is gone. Passes over jobs that somebody holds.
with old as (
  select id, namespace, status from job
   where cleared_at is not null and finished_at < now() - make_interval(secs => $1)
   order by finished_at, id
   limit $2
   for update skip locked
), told as (
  insert into event (job_id, namespace, status, previous, reason, message, job_deleted)
  select id, namespace, status, status, $3, 'Deleted: it ended longer ago than jobs are kept', true from old
), gone as (
  delete from job using old where job.id = old.id
)
select count(*)::int as taken, count(*)::int as removed from old
