-- $1 namespaces or null, $2 how many jobs to look at: the newest, so that it costs the same however many there are. Of a tenth of them
-- the numbers that they tell, of which a job may have twenty.
with recent as materialized (
  select id, namespace, algorithm, created_by, reason, clusters, attention->>'reason' as attention from job
   where ($1::text[] is null or namespace = any ($1))
   order by created_at desc, id desc
   limit $2
)
select field, value, count(*)::int as jobs
  from (
    select 'namespace' as field, namespace as value from recent
    union all select 'algorithm', algorithm from recent
    union all select 'owner', created_by from recent where created_by is not null
    union all select 'reason', reason from recent
    union all select 'reason', attention from recent where attention <> reason
    union all select 'cluster', cluster from recent, unnest(clusters) cluster
    union all select 'metric', name from (select id from recent limit $2 / 10) told join job_series on job_id = told.id
  ) said
 group by field, value
 order by field, value
