-- $1 of so many jobs at most: of those that were deleted a day ago.
with old as (
  select job_id from event where job_deleted and at < now() - interval '24 hours' order by at limit $1 for update skip locked
), gone as (
  delete from event using old where event.job_id = old.job_id returning 1
)
select (select count(*)::int from old) as taken, (select count(*)::int from gone) as removed
