-- $2 at most so many, the newest. One who suspends and resumes for days makes more of them than anybody reads.
select * from (
  select *, xid || '-' || seq as event_id from event where job_id = $1 order by seq desc limit $2
) newest
order by seq
