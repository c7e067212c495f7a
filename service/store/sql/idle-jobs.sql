-- $1 seconds; 0: nobody is to be told of; $2 how many, $3 what they are told. Running jobs whose GPUs have done nothing for so long, in the
-- run that goes on, and that are not told of, unless something worse is wrong with them; and those that are told of and should be no longer.
select job.id as "jobId", sum(seen.gpus)::int as gpus, sum(seen.idle_gpus)::int as "idleGpus",
       min(greatest(seen.idle_since, job.running_since)) as "idleSince"
  from job_utilisation seen join job on job.id = seen.job_id
 where $1::float8 > 0 and seen.idle_since is not null and seen.cluster = any (job.clusters)
   and greatest(seen.idle_since, job.running_since) <= now() - make_interval(secs => $1::float8)
   and job.status = 'Running' and job.wanted = 'run' and job.attention is null
 group by job.id
union all
select job.id, sum(seen.gpus)::int, sum(seen.idle_gpus)::int, null
  from job left join job_utilisation seen on seen.job_id = job.id and seen.cluster = any (job.clusters)
 where job.attention is not null and job.attention->>'reason' = $3
 group by job.id
having $1::float8 = 0 or min(seen.idle_since) is null
 limit $2
