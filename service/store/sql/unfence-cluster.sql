-- $1 cluster. Not as long as attempts that were given up there may come back with it.
delete from fence
 where cluster = $1 and not exists (select from job_attempt where left_behind and $1 = any (clusters))
returning cluster
