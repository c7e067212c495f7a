-- Reads the ledger, never the jobs. Each status in all, and each status in each cluster (a job in two clusters counts in both).
with counted as (
  select status, clusters, sum(jobs) as jobs
    from job_count
   where ($1::text[] is null or namespace = any ($1))
     and ($2::text[] is null or status = any ($2))
     and ($3::text is null or algorithm = $3)
     and ($4::text is null or clusters @> array[$4])
   group by status, clusters
)
select null as cluster, status, sum(jobs)::float8 as jobs from counted group by status
union all
select cluster, status, sum(jobs)::float8 from counted, unnest(clusters) cluster group by cluster, status having sum(jobs) <> 0
