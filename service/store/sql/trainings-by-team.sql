-- $1 how many pairs of namespace and algorithm are told apart, those with most jobs; the others are one. Of running jobs that tell how far they are.
with pairs as (
  select job.namespace, job.algorithm, count(*) as jobs, sum((told.progress ->> 'percent')::float8) as percents,
         count(told.progress ->> 'percent') as with_percent, min(told.at) as oldest
    from job join job_progress told on told.job_id = job.id and told.cluster = job.clusters[1]
   where job.status = 'Running'
   group by job.namespace, job.algorithm
), ranked as (
  select *, row_number() over (order by jobs desc, namespace, algorithm) <= $1 as is_named from pairs
)
select case when is_named then namespace else 'other' end as namespace, case when is_named then algorithm else 'other' end as algorithm,
       sum(jobs)::float8 as jobs, sum(percents) / nullif(sum(with_percent), 0)::float8 as percent,
       extract(epoch from clock_timestamp() - min(oldest))::float8 as "oldestSeconds"
  from ranked group by 1, 2
