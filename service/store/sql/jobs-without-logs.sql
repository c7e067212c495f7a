select * from job
 where logs_kept_at is null and dispatched_at is not null and (finished_at is not null or wanted in ('cancel', 'delete'))
 order by dispatched_at
 limit $1
