select * from job
 where finished_at is null and dispatched_at is not null and clusters = '{}'
 order by dispatched_at
