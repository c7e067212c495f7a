-- Reads the ledgers, never the jobs. Each status in all, and each status in each cluster (a job in two clusters counts in both); the
-- same once more, with their state, of those that a person stopped.
with counted as (
  select status, null as state, clusters, sum(jobs) as jobs
    from job_count
   where ($1::text[] is null or namespace = any ($1))
     and ($2::text[] is null or status = any ($2))
     and ($3::text is null or algorithm = $3)
     and ($4::text is null or clusters @> array[$4])
   group by status, clusters
  union all
  select status, state, clusters, sum(jobs)
    from stopped_count
   where ($1::text[] is null or namespace = any ($1))
     and ($2::text[] is null or status = any ($2))
     and ($3::text is null or algorithm = $3)
     and ($4::text is null or clusters @> array[$4])
   group by status, state, clusters
)
select null as cluster, status, state, sum(jobs)::float8 as jobs from counted group by status, state
union all
select cluster, status, state, sum(jobs)::float8
  from counted, unnest(clusters) cluster group by cluster, status, state having sum(jobs) <> 0
