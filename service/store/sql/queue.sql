-- $1 how many. What waits to be dispatched, in the order in which it is claimed.
select id, namespace, (row_number() over (order by priority desc, created_at, id))::int as position,
       (select count(*)::int from job where finished_at is null and dispatched_at is null and wanted = 'run') as waiting
  from (
    select id, namespace, priority, created_at from job
     where finished_at is null and dispatched_at is null and wanted = 'run'
     order by priority desc, created_at, id
     limit $1
  ) first
 order by position
