-- $1 how many namespaces are told apart, those with most GPUs; the others are one. Of running jobs whose GPUs are known.
with teams as (
  select job.namespace, sum(seen.gpus) as gpus, sum(seen.idle_gpus) as idle, sum(seen.gpu_percent::float8 * seen.gpus) as percents
    from job_utilisation seen join job on job.id = seen.job_id
   where job.status = 'Running' and seen.gpus > 0
   group by job.namespace
), ranked as (
  select *, row_number() over (order by gpus desc, namespace) <= $1 as is_named from teams
)
select case when is_named then namespace else 'other' end as namespace, sum(gpus)::float8 as gpus, sum(idle)::float8 as "idleGpus",
       sum(percents)::float8 / sum(gpus)::float8 as "gpuPercent"
  from ranked group by 1
