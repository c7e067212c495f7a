-- $1 so many. Namespaces in which more jobs have ended, each with the newest that is one too many of those of which nothing is left.
-- The counters tell which namespaces are worth a look.
select over.namespace, edge.finished_at, edge.id
  from (
    select namespace from job_count where status in ('Succeeded', 'Failed') group by namespace having sum(jobs) > $1
  ) over
  cross join lateral (
    select finished_at, id from job
     where job.namespace = over.namespace and cleared_at is not null
     order by finished_at desc, id desc
    offset $1 limit 1
  ) edge
